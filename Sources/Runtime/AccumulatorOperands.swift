import Bundle
import Operations

/// Which operand of an operation a result is that operand with something added to, or an entry written:
/// the accumulator, whose place the result takes where nothing else reads it. Calls have one where the
/// function returns one of its arguments with something added.
struct AccumulatorOperands {
  private let calls: CallGraph
  /// For each function, for each of its results, the number of the argument.
  private var arguments: [[Int?]]

  init(_ program: Program, _ calls: CallGraph) {
    self.calls = calls
    arguments = program.functions.map { program.returned(by: $0).map { _ in nil } }
    // For each value of a function's own block the argument that it grew from.
    var origins = program.values.map { _ in Int?.none }
    for number in calls.calleesFirst {
      let function = program.functions[number]
      let block = program.blocks[function.body]
      for (index, value) in block.arguments.enumerated() { origins[value] = index }
      for index in block.operations {
        let operation = program.operations[index]
        for (result, value) in operation.results.enumerated() {
          guard let operand = self.operand(of: operation, result: result) else { continue }
          let source = operation.operands[operand]
          if program.type(of: source) == program.type(of: value) {
            origins[value] = origins[source]
          }
        }
      }
      arguments[number] = program.returned(by: function).map { origins[$0] }
    }
  }

  /// The number of the operand that the result grows from; nil where there is none.
  func operand(of operation: ProgramOperation, result: Int) -> Int? {
    if case .control(.call(let callee)) = operation.operation {
      return arguments[calls.number(of: callee)][result]
    }
    return operation.operation.accumulator
  }
}
