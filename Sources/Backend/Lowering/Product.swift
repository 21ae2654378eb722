import Bundle
import Foundations
import Operations
import TileProgram

/// A product of the program with the layouts that a plan gives its operands and results.
///
/// Tiles are numbered with columns running fastest, then the contracted extent, rows and the batch, so that
/// neighbours need the same block of the left operand.
struct Product {
  let contraction: Contraction
  let shape: MatmulShape
  private let types: [TensorType]
  private let result: TensorType
  private let rules: LayoutRules

  init(
    _ operation: ProgramOperation, _ contraction: Contraction, _ program: Program,
    _ rules: LayoutRules
  ) {
    self.contraction = contraction
    self.rules = rules
    types = operation.operands.map(program.type(of:))
    result = program.type(of: operation.results[0])
    guard let extents = try? contraction.extents(types[0], types[1]) else {
      preconditionFailure("a valid program's operands fit")
    }
    shape = MatmulShape(
      batch: extents.batch, rows: extents.rows, columns: extents.columns,
      contracted: extents.contracted, element: types[0].element,
      partials: contraction.partials, result: result.element)
  }

  /// The batch's parts by its axes, as many as the plan says or, where the axes cannot be cut so, fewer.
  private func batchParts(_ plan: MatmulPlan) -> [Int] {
    var free = plan.batchParts
    let axes = types[0].shape.dropLast(2)
    var parts: [Int] = []
    for (index, extent) in axes.enumerated() {
      let inner = axes.dropFirst(index + 1).reduce(1, *)
      // What the inner axes cannot take, this one must.
      let needed = min(extent, (free + inner - 1) / inner)
      let own = (needed...max(needed, extent)).first { free % $0 == 0 && $0 <= extent } ?? needed
      parts.append(min(own, free))
      free /= parts[index]
    }
    return parts
  }

  private struct Axes {
    var row: Layout.Axis
    var column: Layout.Axis
    var contracted: Layout.Axis
  }

  private func axes(_ plan: MatmulPlan) -> Axes {
    Axes(
      row: Layout.Axis(extent: shape.rows, grain: plan.rows(of: shape).grain),
      column: Layout.Axis(
        extent: shape.columns / plan.serialColumns, grain: plan.columns(of: shape).grain),
      contracted: Layout.Axis(
        extent: shape.contracted / plan.serialContracted,
        grain: plan.contracted(of: shape).grain))
  }

  private struct Strides {
    var column = 1
    var contracted: Int
    var row: Int
    var batch: [Int]
  }

  private func strides(_ plan: MatmulPlan) -> Strides {
    let contracted = plan.columnParts
    let row = contracted * plan.contractedParts
    var stride = row * plan.rowParts
    var batch: [Int] = []
    for parts in batchParts(plan).reversed() {
      batch.insert(stride, at: 0)
      stride *= parts
    }
    return Strides(contracted: contracted, row: row, batch: batch)
  }

  private func batchDigits(_ plan: MatmulPlan, offset: Int = 0) -> [Layout.Digit] {
    zip(batchParts(plan), strides(plan).batch).enumerated().map {
      Layout.Digit(axis: $0 + offset, count: $1.0, stride: $1.1)
    }
  }

  private var batchAxes: [Layout.Axis] {
    types[0].shape.dropLast(2).map { Layout.Axis(extent: $0) }
  }

  /// The blocks of an operand that one serial step reads, a copy on each tile that needs it.
  func layout(ofOperand operand: Int, _ plan: MatmulPlan) -> Layout {
    let (axes, strides) = (axes(plan), strides(plan))
    let outer = batchAxes.count
    let isLeft = operand == 0
    let transposes = isLeft ? contraction.transposesLeft : contraction.transposesRight
    let contractedIsFirst = isLeft == transposes
    let (contractedAxis, otherAxis) = contractedIsFirst ? (outer, outer + 1) : (outer + 1, outer)
    let other = isLeft ? axes.row : axes.column
    return Layout(
      axes: batchAxes + (contractedIsFirst ? [axes.contracted, other] : [other, axes.contracted]),
      digits: batchDigits(plan) + [
        Layout.Digit(
          axis: contractedAxis, count: plan.contractedParts, stride: strides.contracted),
        Layout.Digit(
          axis: isLeft ? otherAxis : nil, count: plan.rowParts, stride: strides.row),
        Layout.Digit(
          axis: isLeft ? nil : otherAxis, count: plan.columnParts, stride: strides.column),
      ], tiles: rules.tiles)
  }

  /// The layout in which an operand waits for the product: of each block every tile that needs it has a
  /// part. Nil where blocks are too small for that, or the operand is read slice by slice.
  func home(ofOperand operand: Int, _ plan: MatmulPlan) -> Layout? {
    guard plan.steps == 1 else { return nil }
    let blocks = layout(ofOperand: operand, plan)
    let rank = blocks.axes.count
    // Boundaries need not be those of the blocks: what counts is that no tile has more than others.
    let word = max(1, 8 / shape.element.byteCount)
    let fine = Layout(
      axes: blocks.axes.enumerated().map {
        Layout.Axis(extent: $0.element.extent, grain: $0.offset == rank - 1 ? word : 1)
      }, digits: blocks.digits, tiles: blocks.tiles)
    return fine.spreadingCopies(over: rank - 2) ?? fine.spreadingCopies(over: rank - 1)
  }

  /// The blocks of partial sums of one serial step, with a first axis of parts.
  func partials(_ plan: MatmulPlan) -> Layout {
    let (axes, strides) = (axes(plan), strides(plan))
    let outer = batchAxes.count + 1
    return Layout(
      axes: [Layout.Axis(extent: plan.contractedParts)] + batchAxes + [axes.row, axes.column],
      digits: batchDigits(plan, offset: 1) + [
        Layout.Digit(axis: 0, count: plan.contractedParts, stride: strides.contracted),
        Layout.Digit(axis: outer, count: plan.rowParts, stride: strides.row),
        Layout.Digit(axis: outer + 1, count: plan.columnParts, stride: strides.column),
      ], tiles: rules.tiles)
  }

  /// The result of one serial step where nothing else is asked for: of each block of the result every tile
  /// that has partial sums of it has a part.
  func result(_ plan: MatmulPlan) -> Layout {
    let (axes, strides) = (axes(plan), strides(plan))
    let outer = batchAxes.count
    let block = plan.largestBlock(of: shape)
    let splitsRows = block.rows >= plan.contractedParts
    let shares = Layout.Digit(
      axis: splitsRows ? outer : outer + 1, count: plan.contractedParts,
      stride: strides.contracted)
    return Layout(
      axes: batchAxes + [axes.row, axes.column],
      digits: batchDigits(plan) + [
        Layout.Digit(axis: outer, count: plan.rowParts, stride: strides.row),
        Layout.Digit(axis: outer + 1, count: plan.columnParts, stride: strides.column), shares,
      ], tiles: rules.tiles)
  }
}
