import Foundations
import GraphIR
import Operations

/// Rewrites one function as a plan says.
struct AccumulatorRewriting {
  private(set) var rewriter: Rewriter
  private let plan: AccumulationPlan
  /// Zeros for calls that add to nothing, by type.
  private var zeros: [TensorType: ValueID] = [:]
  /// What nothing reads in the end, what reads before what is read.
  private var dead: [OperationID] = []

  /// Nil for a function that stays as it is.
  init?(_ function: Function, _ plan: AccumulationPlan) {
    let isChanged =
      plan.forms[function.name] != nil || plan.roots[function.name] != nil
      || function.callees.contains { plan.forms[$0] != nil }
    guard isChanged else { return nil }
    rewriter = Rewriter(function)
    self.plan = plan
  }

  /// An accumulator with what was added to it so far.
  private struct Growing {
    var root: AccumulationPlan.Root
    /// The accumulator, or the rows of a list.
    var value: ValueID
    /// The row at which what is added begins, where a caller says it.
    var base: ValueID?
    var list: List?

    /// Where a list is written.
    struct List {
      var indices: ValueID
      /// The number of the first entry, and those that are written.
      var first: ValueID
      var written = 0
    }
  }

  private typealias Sites = [(root: Int, term: GradientSum.Term)]

  /// Makes the change; the function then is the rewriter's.
  mutating func run() {
    let function = rewriter.function
    let blocks = [function.body] + function.allOperations.compactMap { function[$0].body }
    for block in blocks { rewrite(block) }
    rewriter.erase(dead)
  }

  private mutating func rewrite(_ block: BlockID) {
    let operations = rewriter.function[block].operations
    guard let first = operations.first, let last = operations.last else { return }
    rewriter.insertionPoint = .before(first)
    var growing = accumulators(of: block)
    var sites: [OperationID: Sites] = [:]
    for (index, accumulator) in growing.enumerated() {
      for term in accumulator.root.sum.terms {
        if let producer = term.producer {
          sites[producer, default: []].append((index, term))
        } else {
          add(term, to: &growing[index], value: term.value)
        }
      }
    }
    for (id, next) in zip(operations, operations.dropFirst()) {
      var copies: [ValueID: ValueID] = [:]
      if case .control(.call(let callee)) = rewriter.function[id].operation,
        let forms = plan.forms[callee]
      {
        rewriter.insertionPoint = .before(id)
        copies = call(id, callee, forms, sites[id] ?? [], &growing)
      }
      rewriter.insertionPoint = .before(next)
      for (root, term) in sites[id] ?? [] where plan.form(of: term) == nil {
        add(term, to: &growing[root], value: copies[term.value] ?? term.value)
      }
    }
    end(block, with: last, growing)
  }

  /// The accumulators of a block, as they are when it begins.
  private mutating func accumulators(of block: BlockID) -> [Growing] {
    let roots = plan.roots[rewriter.function.name]?[block] ?? []
    let (arguments, resultTypes) = (
      rewriter.function[block].arguments, rewriter.function.resultTypes
    )
    return roots.sorted { $0.operand < $1.operand }.map { root in
      switch root.place {
      case .sum(let sum): return Growing(root: root, value: sum.carried)
      case .list(let list, let indices):
        var first = arguments[0]
        if list.entries > 1 {
          first = rewriter.multiply(first, rewriter.scalar(Double(list.entries), .i32))
        }
        return Growing(
          root: root, value: arguments[root.operand + 1],
          list: .init(indices: arguments[indices + 1], first: first))
      case .argument(.whole):
        return Growing(root: root, value: rewriter.addArgument(resultTypes[root.operand]))
      case .argument(.rows(let type)):
        let value = rewriter.addArgument(type)
        return Growing(root: root, value: value, base: addNumber())
      case .argument(.list(let list)):
        let value = rewriter.addArgument(list.rowsType)
        let indices = rewriter.addArgument(list.indicesType)
        let first = addNumber()
        return Growing(
          root: root, value: value, base: addNumber(), list: .init(indices: indices, first: first))
      }
    }
  }

  private mutating func addNumber() -> ValueID { rewriter.addArgument(TensorType([], .i32)) }

  /// Puts a call with accumulators in the place of one without.
  /// - Returns: what stands for the results of the old one.
  private mutating func call(
    _ id: OperationID, _ callee: String, _ forms: [Int: AccumulationPlan.Form], _ sites: Sites,
    _ growing: inout [Growing]
  ) -> [ValueID: ValueID] {
    let node = rewriter.function[id]
    var operands = node.operands
    var types = node.results.map(rewriter.type(of:))
    /// For each result the accumulator that it is, and for each list where its indices are.
    var roots = [Int?](repeating: nil, count: types.count)
    var indices = roots
    var siteOf = [Sites.Element?](repeating: nil, count: types.count)
    for site in sites {
      if case .call(_, let result) = site.term.source { siteOf[result] = siteOf[result] ?? site }
    }
    for result in node.results.indices {
      guard let form = forms[result] else { continue }
      let site = siteOf[result]
      roots[result] = site?.root
      switch form {
      case .whole: operands.append(site.map { growing[$0.root].value } ?? zero(types[result]))
      case .rows(let type):
        types[result] = type
        guard let site else {
          preconditionFailure("each call of a function that adds rows has an accumulator")
        }
        operands.append(growing[site.root].value)
        operands.append(row(of: site.term, growing[site.root]) ?? rewriter.scalar(0, .i32))
      case .list(let list):
        types[result] = list.rowsType
        indices[result] = types.count
        types.append(list.indicesType)
        operands += place(of: list, site, growing)
        guard let site else { continue }
        growing[site.root].list?.written += plan.entries(of: callee, result: result)
      }
    }
    let results = rewriter.insert(node.operation, operands, resultTypes: types)
    var copies: [ValueID: ValueID] = [:]
    for (result, value) in node.results.enumerated() {
      if let root = roots[result] {
        growing[root].value = results[result]
        if let indices = indices[result] { growing[root].list?.indices = results[indices] }
        continue
      }
      copies[value] = results[result]
      if let indices = indices[result] {
        copies[value] = table(
          rewriter.type(of: value), results[result], results[indices],
          entries: plan.entries(of: callee, result: result))
      }
      if let copy = copies[value] { rewriter.replaceAllUses(of: value, with: copy) }
    }
    dead.append(id)
    return copies
  }

  /// The operands by which a function gets a list: that of a site, or one for nothing but this call.
  private mutating func place(
    of list: RowList, _ site: Sites.Element?, _ growing: [Growing]
  ) -> [ValueID] {
    guard let site, let place = growing[site.root].list else {
      return [
        rewriter.insert(.source(.undefined(list.rowsType)), [])[0],
        rewriter.insert(.source(.undefined(list.indicesType)), [])[0],
        rewriter.scalar(0, .i32), rewriter.scalar(0, .i32),
      ]
    }
    return [
      growing[site.root].value, place.indices, entry(place),
      row(of: site.term, growing[site.root]) ?? rewriter.scalar(0, .i32),
    ]
  }

  /// The table that the first entries of a list are added up to.
  private mutating func table(
    _ type: TensorType, _ rows: ValueID, _ indices: ValueID, entries: Int
  ) -> ValueID {
    func first(_ value: ValueID) -> ValueID {
      let shape = rewriter.type(of: value).shape
      return rewriter.slice(
        value, starts: shape.map { _ in 0 }, shape: [entries] + shape.dropFirst())
    }
    return rewriter.scatter(first(rows), first(indices), rows: type.shape[0])
  }

  /// The number of the next entry.
  private mutating func entry(_ list: Growing.List) -> ValueID {
    list.written == 0
      ? list.first : rewriter.add(list.first, rewriter.scalar(Double(list.written), .i32))
  }

  /// The row of the accumulator at which a term begins; nil where that is the first.
  private mutating func row(of term: GradientSum.Term, _ accumulator: Growing) -> ValueID? {
    guard term.starts[0] > 0 else { return accumulator.base }
    let start = rewriter.scalar(Double(term.starts[0]), .i32)
    return accumulator.base.map { rewriter.add($0, start) } ?? start
  }

  /// Adds a piece to its box of an accumulator.
  private mutating func add(
    _ term: GradientSum.Term, to accumulator: inout Growing, value: ValueID
  ) {
    if term.source == .rows, let producer = term.producer {
      let operands = rewriter.function[producer].operands
      var indices = operands[0]
      if let row = row(of: term, accumulator) { indices = rewriter.add(indices, row) }
      dead.append(producer)
      guard let list = accumulator.list else {
        accumulator.value = rewriter.accumulateRows(accumulator.value, indices, operands[1])
        return
      }
      let number = entry(list)
      accumulator.value = write(operands[1], to: accumulator.value, number)
      accumulator.list?.indices = write(indices, to: list.indices, number)
      accumulator.list?.written += 1
    } else if rewriter.type(of: value) == rewriter.type(of: accumulator.value) {
      accumulator.value = rewriter.add(accumulator.value, value)
    } else {
      accumulator.value = rewriter.accumulateSlice(
        accumulator.value, value, starts: term.starts)
    }
  }

  private mutating func write(
    _ value: ValueID, to buffer: ValueID, _ number: ValueID
  ) -> ValueID {
    rewriter.insert(.stash(.write), [buffer, value, number])[0]
  }

  /// Makes the block leave with its accumulators.
  private mutating func end(_ block: BlockID, with last: OperationID, _ growing: [Growing]) {
    var additional: [ValueID] = []
    for accumulator in growing {
      rewriter.setOperand(accumulator.root.operand, of: last, to: accumulator.value)
      switch accumulator.root.place {
      case .sum(let sum): dead.append(sum.addition)
      case .list(_, let indices):
        if let list = accumulator.list {
          rewriter.setOperand(indices, of: last, to: list.indices)
        }
      case .argument: additional += accumulator.list.map { [$0.indices] } ?? []
      }
      dead += accumulator.root.sum.joints
    }
    guard !additional.isEmpty else { return }
    let results = rewriter.function[last].operands + additional
    rewriter.erase(last)
    rewriter.return(results)
  }

  /// Zeros at the beginning of the function, one of each type.
  private mutating func zero(_ type: TensorType) -> ValueID {
    if let known = zeros[type] { return known }
    let place = rewriter.insertionPoint
    if let first = rewriter.function[rewriter.function.body].operations.first {
      rewriter.insertionPoint = .before(first)
    }
    let zero = rewriter.splat(0, type)
    rewriter.insertionPoint = place
    zeros[type] = zero
    return zero
  }
}
