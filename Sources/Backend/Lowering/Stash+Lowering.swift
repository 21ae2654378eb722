import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Entries of a stash lie as what they hold: a tile copies within its own memory.
  mutating func lower(_ operation: ProgramOperation, _ family: Stash) {
    let ipu = ipu
    // Of a first write the operand is memory that nothing was written to, and has no layout of its own.
    let stash = self.layout(for: family == .write ? operation.results[0] : operation.operands[0])
    let entry = stash.dropping(axes: [0])
    let number = operation.operands[operation.operands.count - 1]
    let scalar = Layout.replicated(type(number).shape, tiles: stash.tiles)
    switch family {
    case .read:
      let operands = [
        operand(operation.operands[0], in: stash, ipu: ipu), operand(number, in: scalar, ipu: ipu),
      ]
      let output = output(operation.results[0], natural: entry)
      emit(.compute(.operation(.stash(family)), operands: operands, results: [output]))
      define(operation.results[0], output)
    case .write:
      let output = grow(operation, result: 0, in: stash)
      let operands = [
        output, operand(operation.operands[1], in: entry, ipu: ipu),
        operand(number, in: scalar, ipu: ipu),
      ]
      emit(.compute(.operation(.stash(family)), operands: operands, results: [output]))
      define(operation.results[0], output)
    }
  }
}
