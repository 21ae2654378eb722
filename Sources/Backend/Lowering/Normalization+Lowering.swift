import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Whole rows on each tile; the gradients of γ and β are sums over the tiles' rows.
  mutating func lower(_ operation: ProgramOperation, _ family: Normalization) {
    let ipu = ipu
    switch family {
    case .layerNorm:
      let rows = context.rules.rows(type(operation.operands[0]))
      let operands = [
        operand(operation.operands[0], in: rows, ipu: ipu),
        operand(operation.operands[1], in: rows.dropping(axes: [0]), ipu: ipu),
        operand(operation.operands[2], in: rows.dropping(axes: [0]), ipu: ipu),
      ]
      let statistics = rows.dropping(axes: [1])
      let outputs = [
        output(operation.results[0], natural: rows, replacing: [operands[0]]),
        output(operation.results[1], natural: statistics),
        output(operation.results[2], natural: statistics),
      ]
      emit(
        .compute(.operation(.normalization(family)), operands: operands, results: outputs))
      for (value, tensor) in zip(operation.results, outputs) { define(value, tensor) }
    case .layerNormGradient:
      let rows = context.rules.rows(type(operation.operands[1]))
      let statistics = rows.dropping(axes: [1])
      let layouts = [rows, rows, rows.dropping(axes: [0]), statistics, statistics]
      let operands = zip(operation.operands, layouts).map { operand($0, in: $1, ipu: ipu) }
      let gradient = output(
        operation.results[0], natural: rows, replacing: Array(operands.prefix(2)))
      let partial = partialLayout(rows, over: [0]) ?? single(rows.dropping(axes: [0]))
      let element = type(operation.operands[1]).element
      let partials = (0..<2).map { _ in
        addTensor(partial, element, category: .temporary, ipu: ipu)
      }
      emit(
        .compute(
          .partial(.normalization(family)), operands: operands, results: [gradient] + partials))
      define(operation.results[0], gradient)
      for (index, partials) in partials.enumerated() {
        let value = operation.results[index + 1]
        let sum = output(value, natural: self.layout(for: value))
        addParts(of: partials, to: sum)
        define(value, sum)
      }
    }
  }

  /// A layout with a first axis of one part.
  func single(_ layout: Layout) -> Layout {
    Layout(
      axes: [Layout.Axis(extent: 1)] + layout.axes,
      digits: layout.digits.map {
        Layout.Digit(axis: $0.axis.map { $0 + 1 }, count: $0.count, stride: $0.stride)
      }, start: layout.start, tiles: layout.tiles)
  }
}
