import Bundle
import Operations

/// When values are made and used: operations are numbered in the order in which they run, those of a
/// repeat's block after the repeat. Numbers go on from function to function. A chain is one operation;
/// those inside it have no number.
struct Schedule {
  /// The number of each operation.
  private(set) var positions: [Int]
  /// The number of each block's last operation.
  private(set) var blockEnds: [Int]
  /// For each value the last operation that reads it, also through reshapes, which are other names
  /// for it. A value from outside a repeat's block is read until the block ends, because the next
  /// iteration reads it again. -1 where nothing reads it.
  private(set) var lastUses: [Int]
  /// For a value that an operation of the block makes: the operand of the block's terminator as
  /// which it leaves the block, itself or through reshapes; nil where it does not leave it, or where
  /// another value leaves it at that operand.
  private(set) var destinations: [Int?]

  init(_ program: Program) {
    positions = program.operations.map { _ in -1 }
    blockEnds = program.blocks.map { _ in -1 }
    lastUses = program.values.map { _ in -1 }
    destinations = program.values.map { _ in nil }
    var walk = Walk(program)
    for function in program.functions { walk.visit(function.body, parent: nil) }
    for (position, operation) in walk.order.enumerated() { positions[operation] = position }
    for (block, contents) in program.blocks.enumerated() {
      blockEnds[block] = contents.operations.last.map { positions[$0] } ?? -1
    }
    for (position, index) in walk.order.enumerated() {
      let operation = program.operations[index]
      for value in operation.operands {
        let use = walk.outermostBlock(from: walk.blocks[position], to: walk.definingBlock[value])
        lastUses[value] = max(lastUses[value], use.map { blockEnds[$0] } ?? position)
      }
      guard operation.operation.isTerminator else { continue }
      for (operand, value) in operation.operands.enumerated()
      where walk.isMadeByOperation[value] && walk.definingBlock[value] == walk.blocks[position]
        && destinations[value] == nil
      {
        destinations[value] = operand
      }
    }
    for (position, index) in walk.order.enumerated().reversed() {
      let operation = program.operations[index]
      guard case .movement(.reshape) = operation.operation else { continue }
      let (source, alias) = (operation.operands[0], operation.results[0])
      lastUses[source] = max(lastUses[source], lastUses[alias])
      if walk.isMadeByOperation[source] && walk.definingBlock[source] == walk.blocks[position],
        destinations[source] == nil
      {
        destinations[source] = destinations[alias]
      }
    }
  }

  /// Numbers operations and notes where values come from.
  private struct Walk {
    let program: Program
    var order: [Program.OperationIndex] = []
    /// The block of each operation in `order`.
    var blocks: [Program.BlockIndex] = []
    var parents: [Program.BlockIndex?]
    var definingBlock: [Program.BlockIndex]
    var isMadeByOperation: [Bool]

    init(_ program: Program) {
      self.program = program
      parents = program.blocks.map { _ in nil }
      definingBlock = program.values.map { _ in -1 }
      isMadeByOperation = program.values.map { _ in false }
    }

    /// Recurses by the nesting of repeats, which is bounded.
    mutating func visit(_ block: Program.BlockIndex, parent: Program.BlockIndex?) {
      parents[block] = parent
      for value in program.blocks[block].arguments { definingBlock[value] = block }
      for index in program.blocks[block].operations {
        order.append(index)
        blocks.append(block)
        for value in program.operations[index].results {
          definingBlock[value] = block
          isMadeByOperation[value] = true
        }
        if case .control(.repeat) = program.operations[index].operation,
          let body = program.operations[index].body
        {
          visit(body, parent: block)
        }
      }
    }

    /// The outermost of the blocks around and with `block` that lie inside `outer`; nil where `block`
    /// is `outer`.
    func outermostBlock(
      from block: Program.BlockIndex, to outer: Program.BlockIndex
    ) -> Program.BlockIndex? {
      var found: Program.BlockIndex?
      var current: Program.BlockIndex? = block
      while let inner = current, inner != outer {
        found = inner
        current = parents[inner]
      }
      return found
    }
  }
}
