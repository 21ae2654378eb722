import Foundations
import GraphIR
import Operations

/// Which results of functions become accumulators, and what is added to each.
struct AccumulationPlan {
  /// How a function gets and gives an accumulator in place of a result.
  enum Form: Hashable {
    /// One argument of the result's type.
    case whole
    /// An accumulator of this type, and the row of it at which the result's rows begin, an i32 scalar.
    case rows(of: TensorType)
  }

  /// A value of a block that is to be the next value of an accumulator.
  struct Root {
    /// The number of the operand of the block's terminator.
    var operand: Int
    /// The accumulator that a repeat carries; nil where it is an argument that the function gets.
    var carried: ValueID?
    /// The addition to the carried accumulator, which falls away.
    var addition: OperationID?
    /// How the function gets it.
    var form: Form
    var sum: GradientSum
  }

  /// For each function the results that become accumulators.
  private(set) var forms: [String: [Int: Form]] = [:]
  /// For each function, for each of its blocks, what is accumulated there.
  private(set) var roots: [String: [BlockID: [Root]]] = [:]
  /// The terms that are results of calls, for each callee and result that these name.
  private var sites: [String: [Int: Int]] = [:]
  private var pending: [(callee: String, result: Int)] = []
  private let module: Module

  /// Nil where nothing is to be done.
  init?(_ module: Module) {
    self.module = module
    let staged = module.functionsThatLeadToStages
    guard !staged.isEmpty else { return nil }
    for function in module.functions {
      for id in function.allOperations {
        if let body = function[id].body { findSums(carriedBy: body, of: function, staged) }
      }
    }
    guard !roots.isEmpty else { return nil }
    while let (callee, result) = pending.popLast() {
      guard let function = module[callee], let form = forms[callee]?[result] else { continue }
      let places = function.places(in: function.body)
      let sum = GradientSum(
        of: function.results[result], in: function.body, of: function, places: places)
      add(
        Root(operand: result, carried: nil, addition: nil, form: form, sum: sum),
        to: function.body, of: function)
    }
    dropRowsOfOtherCalls()
  }

  /// The form in which the callee takes the accumulator of a term; nil where the term is added after
  /// it was made.
  func form(of term: GradientSum.Term) -> Form? {
    guard case .call(let callee, let result) = term.source else { return nil }
    return forms[callee]?[result]
  }

  /// Finds the sums that a repeat carries of what calls make that lead to stages. Sums of single numbers,
  /// as of losses, stay: they are no tensors of which one copy less matters.
  private mutating func findSums(
    carriedBy block: BlockID, of function: Function, _ staged: Set<String>
  ) {
    guard let last = function[block].operations.last else { return }
    let places = function.places(in: block)
    for (index, next) in function[last].operands.enumerated() {
      let carried = function[block].arguments[index + 1]
      guard function.type(of: carried).rank > 0, function[carried].uses.count == 1,
        function[next].uses.count == 1, let addition = function.operation(defining: next),
        function[addition].parent == block,
        function[addition].operation == .elementwise(.binary(.add))
      else { continue }
      let operands = function[addition].operands
      guard let gradient = operands.first(where: { $0 != carried }), operands.contains(carried),
        function.type(of: gradient) == function.type(of: carried)
      else { continue }
      let sum = GradientSum(of: gradient, in: block, of: function, places: places)
      let leads = sum.terms.contains {
        if case .call(let callee, _) = $0.source { staged.contains(callee) } else { false }
      }
      guard leads else { continue }
      add(
        Root(operand: index, carried: carried, addition: addition, form: .whole, sum: sum),
        to: block, of: function)
    }
  }

  private mutating func add(_ root: Root, to block: BlockID, of function: Function) {
    var root = root
    let whole = function.type(of: function[root.operand, endOf: block])
    for index in root.sum.terms.indices {
      if !request(root.sum.terms[index], of: whole, in: function) {
        root.sum.setOther(index)
      }
    }
    roots[function.name, default: [:]][block, default: []].append(root)
  }

  /// Asks a term's callee to take the accumulator.
  /// - Returns: whether it can; true for a term that is no call's result.
  private mutating func request(
    _ term: GradientSum.Term, of whole: TensorType, in function: Function
  ) -> Bool {
    guard case .call(let name, let result) = term.source else { return true }
    guard let callee = module[name], !callee.isEntry else { return false }
    let type = function.type(of: term.value)
    let form: Form
    if type == whole {
      form = .whole
    } else if whole.rank == 2, term.starts[1] == 0, type.shape[1] == whole.shape[1],
      callee.isScatterOfRows(callee.results[result])
    {
      form = .rows(of: whole)
    } else {
      return false
    }
    if let known = forms[name]?[result] {
      guard known == form else { return false }
    } else {
      forms[name, default: [:]][result] = form
      pending.append((name, result))
    }
    sites[name, default: [:]][result, default: 0] += 1
    return true
  }

  /// A function that adds to rows of a larger accumulator gives no gradient of its own type any more:
  /// one that is also called for that keeps its result.
  private mutating func dropRowsOfOtherCalls() {
    var calls: [String: Int] = [:]
    for callee in module.functions.flatMap(\.callees) { calls[callee, default: 0] += 1 }
    for (name, results) in forms {
      for (result, form) in results where form != .whole {
        if sites[name]?[result] == calls[name] { continue }
        forms[name]?[result] = nil
        if let body = module[name]?.body {
          roots[name]?[body]?.removeAll { $0.operand == result }
        }
      }
    }
  }
}

extension Function {
  /// The place of each operation of a block.
  fileprivate func places(in block: BlockID) -> [OperationID: Int] {
    var places: [OperationID: Int] = [:]
    for (place, id) in self[block].operations.enumerated() { places[id] = place }
    return places
  }

  /// The operand of that number of a block's terminator.
  fileprivate subscript(operand: Int, endOf block: BlockID) -> ValueID {
    guard let last = self[block].operations.last else {
      preconditionFailure("each block of a valid function ends with a terminator")
    }
    return self[last].operands[operand]
  }

  /// Whether the value is a scatter_add_rows of the function's body that only its end reads.
  fileprivate func isScatterOfRows(_ value: ValueID) -> Bool {
    guard self[value].uses.count == 1, let id = operation(defining: value),
      self[id].parent == body, case .indexing(.scatterAddRows) = self[id].operation
    else { return false }
    return true
  }
}

extension Module {
  /// The names of the functions of stages, and of those that call one, directly or through others.
  fileprivate var functionsThatLeadToStages: Set<String> {
    var found = Set(functions.filter { $0.placement != nil }.map(\.name))
    guard !found.isEmpty else { return [] }
    var grows = true
    while grows {
      grows = false
      for function in functions where !found.contains(function.name) {
        if function.callees.contains(where: found.contains) {
          found.insert(function.name)
          grows = true
        }
      }
    }
    return found
  }
}
