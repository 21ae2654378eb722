import Bundle
import Foundations
import IPUTarget
import Operations
import TileProgram

/// What the lowering of all functions shares.
struct LoweringContext {
  let structure: ProgramStructure
  let rules: LayoutRules
  var classes: LayoutClasses
  var planner: MatmulPlanner
  let ipu: IPU
  /// For each function the bytes of a tile that a product's blocks may take.
  let temporaryBytes: [Int]
  /// The layout of weights by their shape: what has the shape of a weight is as a rule its gradient, its
  /// accumulator or its moments, and meets it in the optimizer.
  private(set) var weightLayouts: [[Int]: Layout] = [:]
  /// Functions that are lowered.
  var functions: [TileFunction?]
  /// Of functions that run on several IPUs, where their values are.
  var assignments: [IPUAssignment?]

  /// poplin's `availableMemoryProportion` where nobody says one (poplibs, MatMul.hpp).
  static let defaultProportion = 0.6

  var program: Program { structure.program }

  /// - Parameter proportions: for each IPU the part of a tile's memory that a product's blocks may take.
  init(_ structure: ProgramStructure, ipu: IPU, proportions: [Double]) {
    self.structure = structure
    self.ipu = ipu
    rules = LayoutRules(tiles: ipu.tiles)
    classes = LayoutClasses(structure)
    planner = MatmulPlanner(ipu: ipu)
    functions = structure.program.functions.map { _ in nil }
    assignments = structure.program.functions.map { _ in nil }
    temporaryBytes = Self.temporaryBytes(structure, ipu, proportions)
    chooseLayouts()
  }

  /// A function takes what the IPU allows that calls it the most; of equal ones the one that allows least.
  private static func temporaryBytes(
    _ structure: ProgramStructure, _ ipu: IPU, _ proportions: [Double]
  ) -> [Int] {
    let program = structure.program
    var calls = program.functions.map { _ in Array(repeating: 0, count: structure.ipus) }
    for number in structure.calleesFirst.reversed() {
      if let own = structure.ipu(of: number) { calls[number][own] = max(1, calls[number][own]) }
      structure.forEachOperation(of: number) { _, operation in
        guard case .control(.call(let name)) = operation.operation else { return }
        let callee = structure.number(of: name)
        guard structure.ipu(of: callee) == nil, !structure.spansIPUs[number] else { return }
        for ipu in calls[callee].indices { calls[callee][ipu] += calls[number][ipu] }
      }
    }
    return calls.map { calls in
      let most = calls.max() ?? 0
      let allowed = calls.indices.filter { calls[$0] == most && most > 0 }.map {
        proportions.indices.contains($0) ? proportions[$0] : Self.defaultProportion
      }
      return Int((allowed.min() ?? Self.defaultProportion) * Double(ipu.tileBytes))
    }
  }

  // MARK: Layouts of classes

  /// Tables first, then weights, as the product that reads them first needs them; then what has a weight's
  /// shape; then all others.
  private mutating func chooseLayouts() {
    var operations: [(function: Int, operation: ProgramOperation)] = []
    for number in structure.calleesFirst {
      structure.forEachOperation(of: number) { _, operation in
        operations.append((number, operation))
      }
    }
    for (_, operation) in operations {
      switch operation.operation {
      case .indexing(.gatherRows), .accumulation(.rows):
        propose(table: operation.operands[0])
      default: break
      }
    }
    for (number, operation) in operations {
      guard case .contraction(let contraction) = operation.operation else { continue }
      propose(weightsOf: operation, contraction, in: number)
    }
    // What repeats keep, and what lies as weights do. Activations that functions hand on lie as they are
    // made, which is found when the functions are lowered.
    for number in structure.calleesFirst where !structure.isUpdate[number] {
      proposeDefaults(in: number)
    }
  }

  private mutating func proposeDefaults(in number: Int) {
    structure.forEachOperation(of: number) { _, operation in
      switch operation.operation {
      case .control(.repeat):
        for value in operation.operands + operation.results {
          proposeDefault(for: value, in: number)
        }
      case .accumulation:
        proposeDefault(for: operation.results[0], in: number)
      case .control(.call):
        for value in operation.operands + operation.results
        where classes.category(of: value) != .activation {
          proposeDefault(for: value, in: number)
        }
      case .stash(.write):
        proposeStash(operation, in: number)
      default: break
      }
    }
  }

  private mutating func propose(table value: Program.ValueIndex) {
    let type = program.type(of: value)
    guard !rules.isReplicated(type), classes.category(of: value) != .activation else { return }
    let layout = rules.table(type)
    classes.propose(layout, for: value)
    weightLayouts[type.shape] = weightLayouts[type.shape] ?? layout
  }

  private mutating func propose(
    weightsOf operation: ProgramOperation, _ contraction: Contraction, in function: Int
  ) {
    for (operand, value) in operation.operands.enumerated() {
      guard classes.category(of: value) == .weight, classes.layout(of: value) == nil else {
        continue
      }
      if let layout = weightLayouts[program.type(of: value).shape] {
        classes.propose(layout, for: value)
        continue
      }
      let product = Product(operation, contraction, program, rules)
      let limit = temporaryBytes[function]
      if operand == 1 {
        // The product of a weight is planned together with its gradients.
        let training = planner.planTogether(forward: product.shape, temporaryBytes: limit)
        planner.adopt(training, forward: product.shape, temporaryBytes: limit)
      }
      let plan = planner.plan(product.shape, temporaryBytes: limit)
      let balanced = rules.balanced(program.type(of: value))
      // The product's own layout, unless its fullest tile has over an eighth more than it need have.
      var layout = balanced
      if let home = product.home(ofOperand: operand, plan),
        home.largestElementCount * 8 <= balanced.largestElementCount * 9
      {
        layout = home
      }
      classes.propose(layout, for: value)
      let shape = program.type(of: value).shape
      weightLayouts[shape] = weightLayouts[shape] ?? layout
    }
  }

  /// A stash has its entries as they are where they are made: each tile keeps what it has.
  private mutating func proposeStash(_ operation: ProgramOperation, in function: Int) {
    proposeDefault(for: operation.operands[1], in: function)
    let stash = operation.results[0]
    let depth = program.type(of: stash).shape[0]
    let entry = layout(for: operation.operands[1], in: function)
    classes.propose(
      Layout(
        axes: [Layout.Axis(extent: depth)] + entry.axes,
        digits: entry.digits.map {
          Layout.Digit(axis: $0.axis.map { $0 + 1 }, count: $0.count, stride: $0.stride)
        }, start: entry.start, tiles: entry.tiles), for: stash)
  }

  private mutating func proposeDefault(for value: Program.ValueIndex, in function: Int) {
    let type = program.type(of: value)
    guard type.memory == .tile, classes.layout(of: value) == nil,
      classes.category(of: value) != .stash
    else { return }
    classes.propose(layout(for: value, in: function), for: value)
  }

  /// The layout that the value has, or should have.
  func layout(for value: Program.ValueIndex, in function: Int) -> Layout {
    if let layout = classes.layout(of: value) { return layout }
    let type = program.type(of: value)
    let isWeight = classes.category(of: value) != .activation || structure.isUpdate[function]
    return (isWeight ? weightLayouts[type.shape] : nil) ?? rules.spread(type)
  }
}
