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
    /// The buffers of a list, rows before indices, the number of the first entry to be written, and the
    /// row of the table at which the result's rows begin. The buffer of indices is an additional result.
    case list(RowList)
  }

  /// A value of a block that is to be the next value of an accumulator.
  struct Root {
    /// Where the block has the accumulator.
    enum Place {
      /// The function gets it.
      case argument(Form)
      /// A repeat carries it; the addition falls away.
      case sum(CarriedSum)
      /// A repeat carries its rows, and its indices as the value of this number.
      case list(RowList, indices: Int)
    }

    /// The number of the operand of the block's terminator.
    var operand: Int
    var place: Place
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
  private let entryNames: Set<String>

  /// Nil where nothing is to be done.
  init?(_ module: Module, lists: [RowListSelection.Root]) {
    self.module = module
    entryNames = Set(module.functions.filter(\.isEntry).map(\.name))
    let staged = module.functionsThatLeadToStages
    guard !staged.isEmpty else { return nil }
    // Lists first: a function on the way to one gives no other form of its result.
    for root in lists {
      guard let function = module[root.function] else { continue }
      add(
        root.gradient, Root.Place.list(root.list, indices: root.indices), operand: root.rows,
        in: root.block, of: function)
    }
    followCalls()
    for function in module.functions {
      for id in function.allOperations {
        guard let body = function[id].body else { continue }
        for sum in function.carriedSums(in: body, staged) {
          add(sum.gradient, .sum(sum), operand: sum.operand, in: body, of: function)
        }
      }
    }
    guard !roots.isEmpty else { return nil }
    followCalls()
    dropRowsOfOtherCalls()
  }

  /// The form in which the callee takes the accumulator of a term; nil where the term is added after
  /// it was made.
  func form(of term: GradientSum.Term) -> Form? {
    guard case .call(let callee, let result) = term.source else { return nil }
    return forms[callee]?[result]
  }

  /// The entries of a list that a function writes in place of a result.
  func entries(of name: String, result: Int) -> Int {
    guard let body = module[name]?.body,
      let root = roots[name]?[body]?.first(where: { $0.operand == result })
    else { return 0 }
    return root.sum.terms.reduce(0) { entries, term in
      if case .call(let callee, let result) = term.source {
        return entries + self.entries(of: callee, result: result)
      }
      return entries + 1
    }
  }

  private mutating func followCalls() {
    while let (callee, result) = pending.popLast() {
      guard let function = module[callee], let form = forms[callee]?[result] else { continue }
      add(
        function.results[result], .argument(form), operand: result, in: function.body,
        of: function)
    }
  }

  private mutating func add(
    _ gradient: ValueID, _ place: Root.Place, operand: Int, in block: BlockID,
    of function: Function
  ) {
    var sum = GradientSum(
      of: gradient, in: block, of: function, places: function.places(in: block))
    for (index, term) in sum.terms.enumerated() {
      if !request(term, of: function.type(of: gradient), place.list, in: function) {
        sum.setOther(index)
      }
    }
    roots[function.name, default: [:]][block, default: []].append(
      Root(operand: operand, place: place, sum: sum))
  }

  /// Asks a term's callee to take the accumulator.
  /// - Returns: whether it can; true for a term that is no call's result.
  private mutating func request(
    _ term: GradientSum.Term, of whole: TensorType, _ list: RowList?, in function: Function
  ) -> Bool {
    guard case .call(let name, let result) = term.source else { return true }
    guard let callee = module[name], !entryNames.contains(name) else { return false }
    let type = function.type(of: term.value)
    let form: Form
    if let list {
      form = .list(list)
    } else if type == whole {
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
      for case (let result, .rows) in results where sites[name]?[result] != calls[name] {
        forms[name]?[result] = nil
        if let body = module[name]?.body {
          roots[name]?[body]?.removeAll { $0.operand == result }
        }
      }
    }
  }
}

extension AccumulationPlan.Root.Place {
  /// The list, where it is one.
  fileprivate var list: RowList? {
    switch self {
    case .argument(.list(let list)), .list(let list, indices: _): list
    case .argument, .sum: nil
    }
  }
}

extension Function {
  /// Whether the value is a scatter_add_rows of the function's body that only its end reads.
  fileprivate func isScatterOfRows(_ value: ValueID) -> Bool {
    guard self[value].uses.count == 1, let id = operation(defining: value),
      self[id].parent == body, case .indexing(.scatterAddRows) = self[id].operation
    else { return false }
    return true
  }
}
