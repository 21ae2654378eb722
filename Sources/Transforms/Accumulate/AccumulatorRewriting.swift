import Foundations
import GraphIR
import Operations

/// Rewrites one function as a plan says.
struct AccumulatorRewriting {
  private(set) var rewriter: Rewriter
  private let plan: AccumulationPlan
  /// Zeros for calls that add to nothing, by type.
  private var zeros: [TensorType: ValueID] = [:]
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
    var value: ValueID
    /// The row at which what is added begins, where a caller says it.
    var base: ValueID?
  }

  /// Makes the change; the function then is the rewriter's.
  mutating func run() {
    let function = rewriter.function
    let blocks = [function.body] + function.allOperations.compactMap { function[$0].body }
    for block in blocks { rewrite(block) }
    // Pieces are made before what joined them, so that this goes from the end to the beginning.
    rewriter.erase(dead)
  }

  private mutating func rewrite(_ block: BlockID) {
    let operations = rewriter.function[block].operations
    guard let first = operations.first, let last = operations.last else { return }
    var growing = accumulators(of: block)
    var terms: [OperationID: [(root: Int, term: GradientSum.Term)]] = [:]
    for (index, accumulator) in growing.enumerated() {
      for term in accumulator.root.sum.terms {
        if let producer = term.producer {
          terms[producer, default: []].append((index, term))
        } else {
          rewriter.insertionPoint = .before(first)
          add(term, to: &growing[index], value: term.value)
        }
      }
    }
    for (id, next) in zip(operations, operations.dropFirst()) {
      var copies: [ValueID: ValueID] = [:]
      if case .control(.call(let callee)) = rewriter.function[id].operation,
        let forms = plan.forms[callee]
      {
        copies = call(id, forms, terms[id] ?? [], &growing)
      }
      for (root, term) in terms[id] ?? [] where plan.form(of: term) == nil {
        rewriter.insertionPoint = .before(next)
        add(term, to: &growing[root], value: copies[term.value] ?? term.value)
      }
    }
    for accumulator in growing {
      rewriter.setOperand(accumulator.root.operand, of: last, to: accumulator.value)
      if let addition = accumulator.root.addition { dead.append(addition) }
      dead += accumulator.root.sum.joints
    }
  }

  /// The accumulators of a block, as they are when it begins.
  private mutating func accumulators(of block: BlockID) -> [Growing] {
    let roots = plan.roots[rewriter.function.name]?[block] ?? []
    return roots.sorted { $0.operand < $1.operand }.map { root in
      if let carried = root.carried { return Growing(root: root, value: carried) }
      switch root.form {
      case .whole:
        let type = rewriter.function.resultTypes[root.operand]
        return Growing(root: root, value: rewriter.addArgument(type))
      case .rows(let type):
        let value = rewriter.addArgument(type)
        return Growing(
          root: root, value: value, base: rewriter.addArgument(TensorType([], .i32)))
      }
    }
  }

  /// Puts a call with accumulators in the place of one without.
  /// - Returns: what stands for the results of the old one.
  private mutating func call(
    _ id: OperationID, _ forms: [Int: AccumulationPlan.Form],
    _ terms: [(root: Int, term: GradientSum.Term)], _ growing: inout [Growing]
  ) -> [ValueID: ValueID] {
    let node = rewriter.function[id]
    var operands = node.operands
    var types = node.results.map(rewriter.type(of:))
    var roots: [Int: Int] = [:]
    for (result, form) in forms.sorted(by: { $0.key < $1.key }) {
      let site = terms.first {
        $0.term.value == node.results[result] && plan.form(of: $0.term) != nil
      }
      roots[result] = site?.root
      switch form {
      case .whole: operands.append(site.map { growing[$0.root].value } ?? zero(types[result]))
      case .rows(let type):
        types[result] = type
        guard let site else {
          preconditionFailure("each call of a function that adds rows has an accumulator")
        }
        rewriter.insertionPoint = .before(id)
        operands.append(growing[site.root].value)
        operands.append(rewriter.scalar(Double(site.term.starts[0]), .i32))
      }
    }
    rewriter.insertionPoint = .before(id)
    let results = rewriter.insert(node.operation, operands, resultTypes: types)
    var copies: [ValueID: ValueID] = [:]
    for (result, value) in node.results.enumerated() {
      if let root = roots[result] {
        growing[root].value = results[result]
      } else {
        rewriter.replaceAllUses(of: value, with: results[result])
        copies[value] = results[result]
      }
    }
    dead.append(id)
    return copies
  }

  /// Adds a piece to its box of an accumulator.
  private mutating func add(
    _ term: GradientSum.Term, to accumulator: inout Growing, value: ValueID
  ) {
    if term.source == .rows, let producer = term.producer {
      let operands = rewriter.function[producer].operands
      var indices = operands[0]
      if let base = accumulator.base { indices = rewriter.add(indices, base) }
      if term.starts[0] > 0 {
        indices = rewriter.add(indices, rewriter.scalar(Double(term.starts[0]), .i32))
      }
      accumulator.value = rewriter.accumulateRows(accumulator.value, indices, operands[1])
      dead.append(producer)
    } else if rewriter.type(of: value) == rewriter.type(of: accumulator.value) {
      accumulator.value = rewriter.add(accumulator.value, value)
    } else {
      accumulator.value = rewriter.accumulateSlice(
        accumulator.value, value, starts: term.starts)
    }
  }

  private mutating func zero(_ type: TensorType) -> ValueID {
    if let known = zeros[type] { return known }
    if let first = rewriter.function[rewriter.function.body].operations.first {
      rewriter.insertionPoint = .before(first)
    }
    let zero = rewriter.splat(0, type)
    zeros[type] = zero
    return zero
  }
}
