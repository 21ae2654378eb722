import Bundle
import Foundations
import Operations
import TileProgram

/// Values that share memory or are handed from function to function, and the one layout that all of a
/// class have: so that a call never moves anything. Values that only one function sees have what suits
/// the operation that makes them.
struct LayoutClasses {
  private var parents: [Int]
  private let isShared: [Bool]
  private(set) var layouts: [Int: Layout] = [:]
  /// Of views what they are views of.
  private let sources: [Program.ValueIndex: Program.ValueIndex]
  /// What the values of a class are, by their roots.
  private var categories: [Int: TileTensor.Category] = [:]

  init(_ structure: ProgramStructure) {
    let program = structure.program
    parents = Array(program.values.indices)
    var builder = Builder(structure, parents: parents)
    builder.join()
    parents = builder.parents
    isShared = builder.isShared
    sources = builder.sources
    for (value, category) in builder.categories {
      let root = root(of: value)
      // What the host knows by name is that, whatever is done with it.
      if categories[root] == nil || category != .accumulator { categories[root] = category }
    }
    noteSlices(structure)
  }

  /// Arguments that are given parts of weights, or of sums, are such themselves: of the callers first.
  private mutating func noteSlices(_ structure: ProgramStructure) {
    let program = structure.program
    for number in structure.calleesFirst.reversed() {
      structure.forEachOperation(of: number) { _, operation in
        guard case .control(.call(let callee)) = operation.operation else { return }
        let body = program.functions[structure.number(of: callee)].body
        for (operand, argument) in zip(operation.operands, program.blocks[body].arguments) {
          guard let source = sources[operand] else { continue }
          let category = category(of: source)
          if category != .activation, categories[root(of: argument)] == nil {
            categories[root(of: argument)] = category
          }
        }
      }
    }
  }

  /// The number of a value's class.
  func root(of value: Program.ValueIndex) -> Int {
    var value = value
    while parents[value] != value { value = parents[value] }
    return value
  }

  /// The layout that the value must have; nil where it may have any.
  func layout(of value: Program.ValueIndex) -> Layout? { layouts[root(of: value)] }

  /// Whether the value is handed between functions or kept by a repeat.
  func isShared(_ value: Program.ValueIndex) -> Bool { isShared[value] }

  /// What the value's memory is for.
  func category(of value: Program.ValueIndex) -> TileTensor.Category {
    categories[root(of: value)] ?? .activation
  }

  /// Gives the value's class a layout, unless it has one.
  mutating func propose(_ layout: Layout, for value: Program.ValueIndex) {
    let root = root(of: value)
    if layouts[root] == nil { layouts[root] = layout }
  }

  /// Finds the classes.
  private struct Builder {
    let structure: ProgramStructure
    var parents: [Int]
    var isShared: [Bool]
    var categories: [(Program.ValueIndex, TileTensor.Category)] = []
    /// Values that an operation makes anew wherever they are needed: constants and views.
    private var isLoose: [Bool]
    private var isZeros: [Bool]
    /// Of views what they are views of.
    var sources: [Program.ValueIndex: Program.ValueIndex] = [:]
    private var states: [Port: Program.ValueIndex] = [:]

    init(_ structure: ProgramStructure, parents: [Int]) {
      self.structure = structure
      self.parents = parents
      isShared = parents.map { _ in false }
      isLoose = isShared
      isZeros = isShared
    }

    mutating func join() {
      let program = structure.program
      for number in structure.calleesFirst {
        structure.forEachOperation(of: number) { _, operation in
          switch operation.operation {
          case .source(.constant(let literal)):
            isLoose[operation.results[0]] = true
            isZeros[operation.results[0]] = literal.isSplat && literal[0] == 0
          case .source(.undefined): isLoose[operation.results[0]] = true
          case .movement:
            isLoose[operation.results[0]] = true
            sources[operation.results[0]] = sources[operation.operands[0]] ?? operation.operands[0]
          default: break
          }
        }
      }
      for number in structure.calleesFirst {
        let function = program.functions[number]
        for value in program.blocks[function.body].arguments + program.returned(by: function) {
          isShared[value] = true
        }
        structure.forEachOperation(of: number) { _, operation in join(operation) }
      }
      let entry = program.functions[structure.entry]
      note(entry.arguments, program.blocks[entry.body].arguments)
      note(entry.results, program.returned(by: entry))
    }

    private mutating func note(_ ports: [Port?], _ values: [Program.ValueIndex]) {
      for (port, value) in zip(ports, values) {
        guard let port else { continue }
        switch port.role {
        case .parameter: categories.append((value, .weight))
        case .firstMoment, .secondMoment: categories.append((value, .optimizerState))
        default: continue
        }
        if let other = states[port] { join(other, value) } else { states[port] = value }
      }
    }

    private mutating func join(_ operation: ProgramOperation) {
      let program = structure.program
      switch operation.operation {
      case .control(.call(let callee)):
        let function = program.functions[structure.number(of: callee)]
        for (operand, argument) in zip(
          operation.operands, program.blocks[function.body].arguments)
        {
          join(operand, argument)
          noteSum(beginningWith: operand, argument)
        }
        for (result, returned) in zip(operation.results, program.returned(by: function)) {
          // A view that is returned is brought to a place of its own.
          if sources[returned] != nil { isLoose[returned] = false }
          join(result, returned)
          if sources[returned] != nil { isLoose[returned] = true }
          isShared[result] = true
        }
      case .control(.repeat):
        guard let body = operation.body else { return }
        let yielded =
          program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
        for (index, result) in operation.results.enumerated() {
          let argument = program.blocks[body].arguments[index + 1]
          isShared[result] = true
          isShared[argument] = true
          join(operation.operands[index], argument)
          noteSum(beginningWith: operation.operands[index], argument)
          join(yielded[index], argument)
          join(result, argument)
        }
      case .accumulation:
        join(operation.operands[0], operation.results[0])
        categories.append((operation.results[0], .accumulator))
      case .stash(.write):
        join(operation.operands[0], operation.results[0])
        categories.append((operation.results[0], .stash))
      default: break
      }
    }

    /// What begins with zeros and is handed on is a sum.
    private mutating func noteSum(
      beginningWith value: Program.ValueIndex, _ argument: Program.ValueIndex
    ) {
      if isZeros[value], structure.program.type(of: value).count > LayoutRules.replicatedCount {
        categories.append((argument, .accumulator))
      }
    }

    private mutating func join(_ a: Program.ValueIndex, _ b: Program.ValueIndex) {
      guard !isLoose[a], !isLoose[b] else { return }
      let (a, b) = (root(of: a), root(of: b))
      // The smaller number is the root, whatever the order.
      parents[max(a, b)] = min(a, b)
    }

    private mutating func root(of value: Program.ValueIndex) -> Int {
      var value = value
      while parents[value] != value {
        parents[value] = parents[parents[value]]
        value = parents[value]
      }
      return value
    }
  }
}
