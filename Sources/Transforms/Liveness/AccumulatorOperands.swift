import GraphIR
import Operations

/// Which operand of an operation a result is that operand with something added to, or an entry written:
/// the accumulator. Calls have one where the function returns one of its arguments with something added.
struct AccumulatorOperands: Sendable {
  /// For each function, for each of its results, the number of the argument.
  private var arguments: [String: [Int?]] = [:]

  init(_ module: Module) {
    for function in module.functions { note(function, module) }
  }

  private mutating func note(_ function: Function, _ module: Module) {
    guard arguments[function.name] == nil else { return }
    arguments[function.name] = []
    for callee in function.callees where arguments[callee] == nil {
      if let callee = module[callee] { note(callee, module) }
    }
    arguments[function.name] = function.results.map { result in
      var value = result
      while let id = function.operation(defining: value) {
        guard let operand = accumulator(of: value, madeBy: id, in: function) else { return nil }
        value = operand
      }
      guard case .argument(function.body, let index) = function[value].definition else {
        return nil
      }
      return index
    }
  }

  /// The operand that the value has grown from; nil where there is none.
  private func accumulator(
    of value: ValueID, madeBy id: OperationID, in function: Function
  ) -> ValueID? {
    let node = function[id]
    guard case .result(_, let index) = function[value].definition else { return nil }
    var number = node.operation.accumulator
    if case .control(.call(let callee)) = node.operation, let results = arguments[callee],
      results.indices.contains(index)
    {
      number = results[index]
    }
    guard let operand = number.map({ node.operands[$0] }) else { return nil }
    return function.type(of: operand) == function.type(of: value) ? operand : nil
  }

  /// The operand whose memory the value takes over: its accumulator, where only the operation that
  /// makes the value reads that. An addition is not among them: it may take either operand's place.
  func replaced(by value: ValueID, madeBy id: OperationID, in function: Function) -> ValueID? {
    if case .elementwise = function[id].operation { return nil }
    guard let operand = accumulator(of: value, madeBy: id, in: function),
      function[operand].uses.count == 1
    else { return nil }
    guard let maker = function.operation(defining: operand) else { return operand }
    if case .source(.constant) = function[maker].operation { return nil }
    return operand
  }
}
