import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Dropout where the operand lies: the mask is drawn by the element's number, not by the tile.
  mutating func lower(_ operation: ProgramOperation, _ family: Random) {
    let value = operation.operands[0]
    let layout = wholeTensor(of: value)?.layout ?? self.layout(for: value)
    let ipu = ipu
    var operands = [operand(value, in: layout, ipu: ipu)]
    for scalar in operation.operands.dropFirst() {
      operands.append(
        operand(scalar, in: .replicated(type(scalar).shape, tiles: layout.tiles), ipu: ipu))
    }
    let output = output(operation.results[0], natural: layout, replacing: [operands[0]])
    emit(.compute(.operation(.random(family)), operands: operands, results: [output]))
    define(operation.results[0], output)
  }
}
