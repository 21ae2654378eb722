import Foundations
import GraphIR
import Operations

/// What a rule makes of an operation with one result.
enum Rewrite {
  /// The result is this value, of the same type, which is there already.
  case value(ValueID)
  /// The operation becomes another, whose result has the same type.
  case operation(Operation, [ValueID])
}

/// An operation with one result, and what its operands are made by: all that a rule may look at.
struct RewriteSite {
  private let function: Function
  private let node: OperationNode

  fileprivate init(_ function: Function, _ node: OperationNode) {
    self.function = function
    self.node = node
  }

  /// What is computed.
  var operation: Operation { node.operation }
  /// The values read.
  var operands: [ValueID] { node.operands }
  /// The result's type.
  var resultType: TensorType { type(of: node.results[0]) }

  func type(of value: ValueID) -> TensorType { function.type(of: value) }

  /// The operation that makes the value, and what it reads; nil for an argument.
  func maker(of value: ValueID) -> (operation: Operation, operands: [ValueID])? {
    guard case .result(let id, _) = function[value].definition else { return nil }
    return (function[id].operation, function[id].operands)
  }

  /// The movement that makes the value, and what it moves; nil where something else makes it.
  func movement(of value: ValueID) -> (movement: Movement, operands: [ValueID])? {
    guard let maker = maker(of: value), case .movement(let movement) = maker.operation else {
      return nil
    }
    return (movement, maker.operands)
  }

  /// The constant that the value is, or nil.
  func literal(of value: ValueID) -> TensorLiteral? {
    guard case .source(.constant(let literal))? = maker(of: value)?.operation else { return nil }
    return literal
  }

  /// The number that all elements of the value are, or nil.
  func splat(of value: ValueID) -> Double? {
    literal(of: value).flatMap { $0.isSplat ? $0[0] : nil }
  }

  /// The result as the value, repeated to the result's shape where that is another.
  func broadcast(_ value: ValueID) -> Rewrite {
    type(of: value) == resultType
      ? .value(value) : .operation(.movement(.broadcast(resultType.shape)), [value])
  }
}

extension Module {
  /// Applies a rule to every operation that has one result and readers, until it changes none. Chains
  /// stay as they are: a rule may make what must not stand in them.
  ///
  /// A rule looks at an operation and at what makes its operands, so that after a change only the
  /// readers are looked at again: the work is linear in the operations and the changes. Order is that of
  /// the text, so that the outcome depends on the text alone. An operation that is another value
  /// now is erased; what only it read stays for `dce`.
  mutating func rewrite(_ rule: (RewriteSite) -> Rewrite?) {
    for function in functions {
      var worklist = Worklist(function)
      worklist.run(rule)
      if worklist.isChanged { insert(worklist.rewriter.function) }
    }
  }
}

private struct Worklist {
  var rewriter: Rewriter
  var isChanged = false
  private var pending: [OperationID]
  private var isPending: [Bool]
  private var superseded: [OperationID] = []

  init(_ function: Function) {
    rewriter = Rewriter(function)
    pending = function.allOperations.filter { !function.isFused($0) }
    isPending = function.operations.map { _ in false }
    for id in pending { isPending[Int(id.number)] = true }
  }

  mutating func run(_ rule: (RewriteSite) -> Rewrite?) {
    var next = 0
    while next < pending.count {
      let id = pending[next]
      next += 1
      isPending[Int(id.number)] = false
      let node = rewriter.function[id]
      guard node.results.count == 1, node.body == nil,
        !rewriter.function[node.results[0]].uses.isEmpty,
        let rewrite = rule(RewriteSite(rewriter.function, node))
      else { continue }
      isChanged = true
      let readers = rewriter.function[node.results[0]].uses.map(\.operation)
      switch rewrite {
      case .value(let value):
        rewriter.replaceAllUses(of: node.results[0], with: value)
        superseded.append(id)
      case .operation(let operation, let operands):
        rewriter.replace(id, by: operation, operands)
        add(id)
      }
      readers.forEach { add($0) }
    }
    rewriter.erase(superseded)
  }

  private mutating func add(_ id: OperationID) {
    guard !isPending[Int(id.number)] else { return }
    isPending[Int(id.number)] = true
    pending.append(id)
  }
}
