import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Adds in the accumulator's place, where it lies.
  mutating func lower(_ operation: ProgramOperation, _ family: Accumulation) {
    let ipu = ipu
    let (accumulator, result) = (operation.operands[0], operation.results[0])
    let layout = self.layout(for: accumulator)
    let output = grow(operation, result: 0, in: layout)
    var operands = [output]
    switch family {
    case .slice(let starts):
      let value = operation.operands[1]
      // The value's elements on the tiles that have the accumulator's: as if it were as large.
      let staged = addTensor(layout, type(value).element, category: .temporary, ipu: ipu)
      let source = operand(
        value, in: wholeTensor(of: value)?.layout ?? self.layout(for: value), ipu: ipu)
      emit(.exchange(Exchange(from: source, View(type(value).shape), to: staged, at: starts)))
      operands.append(staged)
    case .rows:
      operands.append(
        operand(
          operation.operands[1],
          in: .replicated(type(operation.operands[1]).shape, tiles: layout.tiles), ipu: ipu))
      operands.append(
        operand(
          operation.operands[2], in: rowsLayout(layout, type(operation.operands[2])), ipu: ipu))
    }
    emit(
      .compute(.operation(.accumulation(family)), operands: operands, results: [output]))
    define(result, output)
  }

  /// The tensor of the operand that a result grows from, for the operation to change; a copy where others
  /// read it later.
  mutating func grow(_ operation: ProgramOperation, result: Int, in layout: Layout) -> Int {
    let value = operation.results[result]
    let source = operation.operands[growing(operation, result: result) ?? 0]
    if let whole = wholeTensor(of: source),
      operation.operands.count(where: { $0 == source }) == 1,
      canReplace(whole.tensor, layout, type(source).element, ipu, value)
    {
      return whole.tensor
    }
    let home = home(for: value, layout, ipu: ipu)
    copy(source, to: home)
    return home
  }
}
