import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Parts of a sum that one exchange brings together: above it, sums are made in two stages. Each part is
  /// a fragment that has its own code and control on the tile that receives.
  static let largestPartCount = 128

  /// Adds the parts that a tensor's first axis counts, each on the tiles of its own.
  mutating func addParts(of partials: Int, to output: Int) {
    reduceParts(of: partials, to: output, .sum)
  }

  /// Reduces over the first axis of a tensor, whose parts are on different tiles, to a tensor without it.
  mutating func reduceParts(of partials: Int, to output: Int, _ reduction: Reduction.Function) {
    let parts = layout(partials).axes[0].extent
    if parts > Self.largestPartCount, let groups = Self.groups(of: parts) {
      let sums = reduceGroups(of: partials, groups, reduction)
      return reduceParts(of: sums, to: output, reduction)
    }
    let target = layout(output)
    let staged = Layout(
      axes: [Layout.Axis(extent: parts)] + target.axes, digits: shifted(target.digits),
      start: target.start, tiles: target.tiles)
    let element = function.tensors[partials].element
    let shape = layout(partials).shape
    let gathered = read(
      partials, View(shape), TensorType(shape, element), in: staged,
      order: parts > 1 ? .streamed : .direct)
    if parts == 1, element == function.tensors[output].element {
      // One part is the sum: it only goes to its place.
      let single = alias(gathered, target)
      emit(.exchange(Exchange(from: single, View(target.shape), to: output)))
      return
    }
    emit(.compute(vertex(reduction), operands: [gathered], results: [output]))
  }

  /// Sums of groups of parts: of each group every tile has a share.
  private mutating func reduceGroups(
    of partials: Int, _ groups: Int, _ reduction: Reduction.Function
  ) -> Int {
    let original = function.tensors[partials]
    let size = original.layout.axes[0].extent / groups
    let rest = Array(original.layout.shape.dropFirst())
    let tiles = context.ipu.tiles
    let share = context.rules.sharing(
      TensorType(rest, original.element), among: tiles / groups)
    let stride = share.digits.reduce(1) { $0 * $1.count }
    let sums = Layout(
      axes: [Layout.Axis(extent: groups)] + share.axes,
      digits: [Layout.Digit(axis: 0, count: groups, stride: stride)] + shifted(share.digits),
      tiles: tiles)
    let gathered = Layout(
      axes: [Layout.Axis(extent: size)] + sums.axes, digits: shifted(sums.digits), tiles: tiles)
    let shape = [groups, size] + rest
    guard let view = View(original.layout.shape).reshaped(to: shape) else {
      preconditionFailure("a whole tensor has every view")
    }
    let order = [1, 0] + Array(2..<shape.count)
    let collected = addTensor(gathered, original.element, category: .temporary, ipu: original.ipu)
    emit(
      .exchange(
        Exchange(from: partials, view.transposed(order), to: collected, order: .streamed)))
    let output = addTensor(sums, original.element, category: .temporary, ipu: original.ipu)
    emit(.compute(vertex(reduction), operands: [collected], results: [output]))
    return output
  }

  private func vertex(_ reduction: Reduction.Function) -> Vertex {
    switch reduction {
    case .sum: .addPartials
    case .maximum: .operation(.reduction(Reduction(.maximum, axes: [0])))
    }
  }

  private func shifted(_ digits: [Layout.Digit]) -> [Layout.Digit] {
    digits.map { Layout.Digit(axis: $0.axis.map { $0 + 1 }, count: $0.count, stride: $0.stride) }
  }

  /// How many groups to make of so many parts: the divisor whose square is closest to them; nil where
  /// there is none.
  private static func groups(of parts: Int) -> Int? {
    (2..<parts).filter { parts % $0 == 0 && parts / $0 > 1 }
      .min { abs($0 * $0 - parts) < abs($1 * $1 - parts) }
  }

  /// The layout that a value has, or one without empty parts of these axes: of an empty part there is no
  /// partial result.
  func layout(reducing value: Program.ValueIndex, over axes: [Int]) -> Layout {
    let own = wholeTensor(of: value)?.layout ?? layout(for: value)
    return axes.contains(where: own.hasEmptyParts) ? context.rules.spread(type(value)) : own
  }

  /// The layout of what reducing an operand's axes leaves on each tile, with a first axis that counts the
  /// parts of the axes; nil where no tile has only a part of them.
  func partialLayout(_ layout: Layout, over axes: [Int]) -> Layout? {
    let reduced = axes.flatMap { axis in layout.digits.filter { $0.axis == axis } }
    guard !reduced.isEmpty else { return nil }
    var places: [Int: Int] = [:]
    var kept: [Layout.Axis] = []
    for axis in layout.axes.indices where !axes.contains(axis) {
      kept.append(layout.axes[axis])
      places[axis] = kept.count
    }
    return Layout(
      axes: [Layout.Axis(extent: reduced.reduce(1) { $0 * $1.count })] + kept,
      digits: reduced.map { Layout.Digit(axis: 0, count: $0.count, stride: $0.stride) }
        + layout.digits.filter { $0.axis.map { !axes.contains($0) } ?? true }.map {
          Layout.Digit(axis: $0.axis.flatMap { places[$0] }, count: $0.count, stride: $0.stride)
        }, start: layout.start, tiles: layout.tiles)
  }
}
