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
    // For each value of the function's own block the argument that it grew from.
    var origins = [Int?](repeating: nil, count: function.values.count)
    for (index, argument) in function.arguments.enumerated() {
      origins[Int(argument.number)] = index
    }
    for id in function[function.body].operations {
      for (result, operand) in grown(by: id, in: function) {
        origins[Int(result.number)] = origins[Int(operand.number)]
      }
    }
    arguments[function.name] = function.results.map { origins[Int($0.number)] }
  }

  /// The results of an operation that have grown from an operand, with that.
  private func grown(
    by id: OperationID, in function: Function
  ) -> [(result: ValueID, operand: ValueID)] {
    let node = function[id]
    func pair(_ result: Int, _ operand: Int) -> (result: ValueID, operand: ValueID)? {
      let pair = (result: node.results[result], operand: node.operands[operand])
      return function.type(of: pair.result) == function.type(of: pair.operand) ? pair : nil
    }
    if case .control(.call(let callee)) = node.operation {
      return (arguments[callee] ?? []).enumerated().compactMap { result, argument in
        argument.flatMap { pair(result, $0) }
      }
    }
    guard let operand = node.operation.accumulator, !node.results.isEmpty else { return [] }
    return pair(0, operand).map { [$0] } ?? []
  }

  /// The results of an operation that take over an operand's memory, with that, where nothing reads it
  /// later: their accumulator. Additions are not among them: they may take either operand's place.
  func replaced(
    by id: OperationID, in function: Function
  ) -> [(result: ValueID, operand: ValueID)] {
    if case .elementwise = function[id].operation { return [] }
    return grown(by: id, in: function).filter { _, operand in
      guard let maker = function.operation(defining: operand) else { return true }
      if case .source(.constant) = function[maker].operation { return false }
      return true
    }
  }
}
