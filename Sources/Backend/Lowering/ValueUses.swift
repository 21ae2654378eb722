import Bundle
import Operations

/// When the operations of a function run, and when each value is read last: the positions that the
/// lowering decides by whether an operand's memory is free.
struct ValueUses {
  /// For each operation of the program its position in its function, a repeat's body after it.
  private(set) var positions: [Int]
  /// For each value the position of its last use; -1 where there is none. What a repeat's body reads of the
  /// values around it is used until the repeat ends.
  private(set) var lastUses: [Int]
  /// For each block of a repeat the position of its end.
  private(set) var blockEnds: [Program.BlockIndex: Int] = [:]

  init(_ program: Program, functions: [Int]) {
    positions = program.operations.map { _ in 0 }
    lastUses = program.values.map { _ in -1 }
    for number in functions {
      var position = 0
      var depths: [Program.ValueIndex: Int] = [:]
      var ends: [Program.BlockIndex] = []
      walk(program, program.functions[number].body, &position, &depths, &ends)
    }
  }

  private mutating func walk(
    _ program: Program, _ block: Program.BlockIndex, _ position: inout Int,
    _ depths: inout [Program.ValueIndex: Int], _ around: inout [Program.BlockIndex]
  ) {
    let depth = around.count
    for value in program.blocks[block].arguments { depths[value] = depth }
    var later: [Program.ValueIndex] = []
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      positions[index] = position
      for value in operation.operands {
        lastUses[value] = position
        if depths[value, default: depth] < depth { later.append(value) }
      }
      position += 1
      if case .control(.repeat) = operation.operation, let body = operation.body {
        around.append(body)
        walk(program, body, &position, &depths, &around)
        around.removeLast()
      }
      for value in operation.results { depths[value] = depth }
    }
    blockEnds[block] = position
    for value in later { lastUses[value] = position }
    position += 1
  }
}
