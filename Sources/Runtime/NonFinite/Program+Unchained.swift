import Bundle
import Operations

/// A program with the operations of its chains in their place, so that each can be looked at alone.
/// The numbers are the same: a chain rounds wherever its operations do.
struct UnchainedProgram {
  private(set) var program: Program
  /// For each operation that stood in a chain the mnemonics of all of the chain.
  private(set) var chains: [Program.OperationIndex: [String]] = [:]
  /// For arguments of chains, and their results, the value that takes the place of each.
  private var substitutes: [Program.ValueIndex: Program.ValueIndex] = [:]

  init(_ program: Program) {
    self.program = program
    for block in program.blocks.indices { unchain(block) }
    for index in program.operations.indices {
      self.program.operations[index].operands = program.operations[index].operands.map(substitute)
    }
  }

  private mutating func unchain(_ block: Program.BlockIndex) {
    var operations: [Program.OperationIndex] = []
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      guard operation.operation == .control(.fuse), let body = operation.body else {
        operations.append(index)
        continue
      }
      let chain = program.blocks[body]
      let steps = chain.operations.dropLast()
      let mnemonics = steps.map { program.operations[$0].operation.mnemonic }
      for step in steps { chains[step] = mnemonics }
      operations += steps
      for (argument, operand) in zip(chain.arguments, operation.operands) {
        substitutes[argument] = operand
      }
      let yielded = chain.operations.last.map { program.operations[$0].operands } ?? []
      for (result, value) in zip(operation.results, yielded) { substitutes[result] = value }
    }
    program.blocks[block].operations = operations
  }

  /// A chain's operand may be another chain's result: definitions come before uses, so this ends.
  private func substitute(_ value: Program.ValueIndex) -> Program.ValueIndex {
    var value = value
    while let next = substitutes[value] { value = next }
    return value
  }
}
