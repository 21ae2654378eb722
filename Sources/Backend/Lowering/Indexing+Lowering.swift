import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Each tile picks or adds what lies in its part of the table; what it picks of a table that is cut by
  /// rows, or of rows that are cut, is a part of a sum.
  mutating func lower(_ operation: ProgramOperation, _ family: Indexing) {
    let ipu = ipu
    let result = operation.results[0]
    let vertex = Vertex.operation(.indexing(family))
    switch family {
    case .gatherRows:
      let (table, indices) = (operation.operands[0], operation.operands[1])
      let layout = tableLayout(of: table)
      let columns = layout.dropping(axes: [0])
      let operands = [
        operand(table, in: layout, ipu: ipu),
        operand(indices, in: .replicated(type(indices).shape, tiles: layout.tiles), ipu: ipu),
      ]
      let count = type(indices).count
      pick(operation, vertex, operands, gathered(columns, count, parts: layout.parts(of: 0)))
    case .selectColumns:
      let layout = layout(reducing: operation.operands[0], over: [1])
      let operands = [
        operand(operation.operands[0], in: layout, ipu: ipu),
        operand(operation.operands[1], in: layout.dropping(axes: [1]), ipu: ipu),
      ]
      pick(
        operation, vertex, operands,
        partialLayout(layout, over: [1]) ?? single(layout.dropping(axes: [1])))
    case .scatterAddRows:
      let layout = tableLayout(of: result)
      let rows = rowsLayout(layout, type(operation.operands[1]))
      let operands = [
        operand(
          operation.operands[0],
          in: .replicated(type(operation.operands[0]).shape, tiles: layout.tiles), ipu: ipu),
        operand(operation.operands[1], in: rows, ipu: ipu),
      ]
      let output = output(result, natural: layout)
      emit(.compute(vertex, operands: operands, results: [output]))
      define(result, output)
    case .placeColumns:
      let layout = self.layout(for: result)
      let each = layout.dropping(axes: [1])
      let operands = operation.operands.map { operand($0, in: each, ipu: ipu) }
      let output = output(result, natural: layout)
      emit(.compute(vertex, operands: operands, results: [output]))
      define(result, output)
    }
  }

  /// The layout of a table: its own where its rows are in so few parts that adding what they give is
  /// cheap.
  func tableLayout(of value: Program.ValueIndex) -> Layout {
    let own = wholeTensor(of: value)?.layout ?? context.classes.layout(of: value)
    if let own, own.parts(of: 0) <= LayoutRules.largestTableParts { return own }
    return context.rules.table(type(value))
  }

  /// Rows that are added to a table, or were picked from it: all rows, of the tile's columns.
  func rowsLayout(_ table: Layout, _ rows: TensorType) -> Layout {
    let columns = table.dropping(axes: [0])
    return Layout(
      axes: [Layout.Axis(extent: rows.shape[0])] + columns.axes,
      digits: columns.digits.map {
        Layout.Digit(axis: $0.axis.map { $0 + 1 }, count: $0.count, stride: $0.stride)
      }, start: columns.start, tiles: columns.tiles)
  }

  /// The layout of what tiles pick: a first axis of parts, all lookups, the tile's columns. What the
  /// table's columns have as copies are the parts of its rows.
  private func gathered(_ columns: Layout, _ count: Int, parts: Int) -> Layout {
    Layout(
      axes: [Layout.Axis(extent: parts), Layout.Axis(extent: count)] + columns.axes,
      digits: columns.digits.map {
        Layout.Digit(
          axis: $0.axis.map { $0 + 2 } ?? (parts > 1 ? 0 : nil), count: $0.count,
          stride: $0.stride)
      }, start: columns.start, tiles: columns.tiles)
  }

  private mutating func pick(
    _ operation: ProgramOperation, _ vertex: Vertex, _ operands: [Int], _ partial: Layout
  ) {
    let result = operation.results[0]
    let partials = addTensor(
      partial, type(result).element, category: .temporary, ipu: ipu)
    emit(.compute(.partial(operation.operation), operands: operands, results: [partials]))
    let output = output(result, natural: self.layout(for: result))
    addParts(of: partials, to: output)
    define(result, output)
  }
}
