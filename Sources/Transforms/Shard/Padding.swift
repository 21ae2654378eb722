import Foundations
import GraphIR
import Interpreter
import Operations

/// What the padding of a part holds, which no element of the whole tensor stands for.
enum Padding: Hashable {
  /// This number, in every element.
  case number(Double)
  /// Numbers that depend on what the program is given.
  case unknown

  /// What an elementwise operation makes of the padding of its operands; scalars count as theirs.
  ///
  /// 0 times or divided by what is not known is taken to be 0. Where it is not, a scalar of the update is
  /// 0 or not finite, and the whole update is no number anyhow.
  init(_ operation: Operation, _ operands: [(padding: Padding, element: ElementType)]) {
    self = .unknown
    let known = operands.compactMap { operand -> Tensor? in
      guard case .number(let number) = operand.padding else { return nil }
      return Tensor(TensorType([], operand.element), splat: number)
    }
    if known.count == operands.count {
      if let result = try? operation.evaluate(known)?.first { self = .number(result.values[0]) }
      return
    }
    switch operation {
    case .elementwise(.binary(.multiply)):
      if operands.contains(where: { $0.padding == .number(0) }) { self = .number(0) }
    case .elementwise(.binary(.divide)):
      if operands[0].padding == .number(0) { self = .number(0) }
    case .elementwise(.select):
      if operands[1].padding == operands[2].padding { self = operands[1].padding }
    default: break
    }
  }
}

/// What the padding of each value of a function holds, where that of its arguments is 0.
struct PaddingMap {
  private let function: Function
  private var paddings: [ValueID: Padding] = [:]

  init(_ function: Function) {
    self.function = function
    for argument in function.arguments where function.type(of: argument).rank > 0 {
      paddings[argument] = .number(0)
    }
  }

  subscript(value: ValueID) -> Padding {
    get { paddings[value] ?? .unknown }
    set { paddings[value] = newValue }
  }

  /// Notes what an operation makes; calls are noted by who knows the function.
  mutating func note(_ node: OperationNode) {
    switch node.operation {
    case .source(.constant(let literal)) where literal.isSplat:
      self[node.results[0]] = .number(literal[0])
    case .movement(.reshape), .movement(.broadcast):
      self[node.results[0]] = self[node.operands[0]]
    case .elementwise:
      self[node.results[0]] = Padding(
        node.operation, node.operands.map { (self[$0], function.type(of: $0).element) })
    case .control(.fuse):
      guard let body = node.body else { return }
      for (argument, operand) in zip(function[body].arguments, node.operands) {
        self[argument] = self[operand]
      }
      for id in function[body].operations {
        guard function[id].operation.isTerminator else {
          note(function[id])
          continue
        }
        for (result, yielded) in zip(node.results, function[id].operands) {
          self[result] = self[yielded]
        }
      }
    default: break
    }
  }
}
