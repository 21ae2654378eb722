import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Whole rows on each tile where there are rows enough; else rows in parts, whose maxima and sums go
  /// from tile to tile.
  mutating func lower(_ operation: ProgramOperation, _ family: Softmax) {
    let type = type(operation.operands[0])
    let rows = type.shape.dropLast().reduce(1, *)
    if rows * 2 < context.ipu.tiles, (type.shape.last ?? 1) > Self.longRow {
      return lower(parts: operation, family)
    }
    let ipu = ipu
    let layout = context.rules.rows(type)
    let operands = operation.operands.map { operand($0, in: layout, ipu: ipu) }
    let output = output(operation.results[0], natural: layout, replacing: operands)
    emit(.compute(.operation(.softmax(family)), operands: operands, results: [output]))
    define(operation.results[0], output)
  }

  /// Elements above which a row is worth the exchanges that its parts need.
  private static let longRow = 1024

  /// The same from elementwise operations and reductions in single precision, rounded once at the end.
  private mutating func lower(parts operation: ProgramOperation, _ family: Softmax) {
    let (value, result) = (operation.operands[0], operation.results[0])
    let type = type(value)
    let axis = type.rank - 1
    let layout = context.rules.spread(type)
    let parts = RowParts(layout: layout, axis: axis, ipu: ipu)
    let operands = operation.operands.map { operand($0, in: layout, ipu: parts.ipu) }
    let x = singlePrecision(operands[0], parts)
    let output = output(result, natural: layout)
    let made: Int
    switch family {
    case .softmax:
      let shifted = combine(.subtract, x, reduceRows(x, .maximum, parts), parts)
      let exponentials = apply(.exponential, shifted, in: shifted)
      made = combine(.divide, exponentials, reduceRows(exponentials, .sum, parts), parts)
    case .logSoftmax:
      let shifted = combine(.subtract, x, reduceRows(x, .maximum, parts), parts)
      let exponentials = apply(.exponential, shifted, in: temporary(layout, parts))
      let sum = reduceRows(exponentials, .sum, parts)
      made = combine(.subtract, shifted, apply(.logarithm, sum, in: sum), parts)
    case .softmaxGradient:
      let y = singlePrecision(operands[1], parts)
      let products = temporary(layout, parts)
      emitBinary(.multiply, x, y, products)
      let difference = combine(.subtract, x, reduceRows(products, .sum, parts), parts)
      emitBinary(.multiply, difference, y, difference)
      made = difference
    case .logSoftmaxGradient:
      let sum = reduceRows(x, .sum, parts)
      let y = singlePrecision(operands[1], parts)
      let exponentials = apply(.exponential, y, in: y == operands[1] ? temporary(layout, parts) : y)
      let scaled = combine(.multiply, exponentials, sum, parts)
      let difference = x == operands[0] ? temporary(layout, parts) : x
      emitBinary(.subtract, x, scaled, difference)
      made = difference
    }
    emit(
      .compute(
        .operation(.elementwise(.convert(type.element))), operands: [made], results: [output]))
    define(result, output)
  }

  private struct RowParts {
    var layout: Layout
    var axis: Int
    var ipu: Int
  }

  private mutating func temporary(_ layout: Layout, _ parts: RowParts) -> Int {
    addTensor(layout, .f32, category: .temporary, ipu: parts.ipu)
  }

  /// The tensor in single precision: itself, where it is.
  private mutating func singlePrecision(_ tensor: Int, _ parts: RowParts) -> Int {
    guard function.tensors[tensor].element != .f32 else { return tensor }
    let output = temporary(parts.layout, parts)
    emit(
      .compute(.operation(.elementwise(.convert(.f32))), operands: [tensor], results: [output]))
    return output
  }

  private mutating func apply(_ unary: Elementwise.Unary, _ x: Int, in output: Int) -> Int {
    emit(.compute(.operation(.elementwise(.unary(unary))), operands: [x], results: [output]))
    return output
  }

  private mutating func emitBinary(
    _ binary: Elementwise.Binary, _ a: Int, _ b: Int, _ output: Int
  ) {
    emit(
      .compute(.operation(.elementwise(.binary(binary))), operands: [a, b], results: [output]))
  }

  /// The operation of each element with its row's number, in a temporary.
  private mutating func combine(
    _ binary: Elementwise.Binary, _ x: Int, _ row: Int, _ parts: RowParts
  ) -> Int {
    let output = temporary(parts.layout, parts)
    emitBinary(binary, x, row, output)
    return output
  }

  /// The sum or the maximum of each row, with an axis of one element in the row's place, on all tiles that
  /// have a part of the row.
  private mutating func reduceRows(
    _ x: Int, _ function: Reduction.Function, _ parts: RowParts
  ) -> Int {
    let reduction = Reduction(function, axes: [parts.axis])
    let target = parts.layout.dropping(axes: [parts.axis])
    let output = temporary(target, parts)
    if let partial = partialLayout(parts.layout, over: [parts.axis]) {
      let partials = temporary(partial, parts)
      emit(.compute(.partial(.reduction(reduction)), operands: [x], results: [partials]))
      reduceParts(of: partials, to: output, function)
    } else {
      emit(.compute(.operation(.reduction(reduction)), operands: [x], results: [output]))
    }
    let shape = target.shape + [1]
    guard let column = target.reshaped(to: shape) else {
      preconditionFailure("an axis of one element cuts nothing")
    }
    return alias(output, column)
  }
}
