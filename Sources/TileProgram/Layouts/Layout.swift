/// How a tensor lies on the tiles of one IPU: each tile has one box of it, or nothing.
///
/// A layout is a small descriptor in the tensor's own axes. Each axis is cut into parts, the parts of all
/// axes together make boxes, and a box belongs to the tile whose number is `start` plus the sum of its
/// digits times their strides, modulo the tiles. A tile keeps its box with the elements side by side, the
/// last axis fastest. What each tile has is computed from this, and never stored.
package struct Layout: Hashable, Sendable {
  /// An axis of the tensor. Parts consist of whole grains, as equally as can be: of U grains in p parts,
  /// part i has those from ⌊iU/p⌋ to ⌊(i+1)U/p⌋. So a part of p·q is a part of a part of p.
  package struct Axis: Hashable, Sendable {
    /// Elements.
    package var extent: Int
    /// Elements that stay together; only the last grain may have fewer.
    package var grain: Int

    package init(extent: Int, grain: Int = 1) {
      self.extent = extent
      self.grain = grain
    }
  }

  /// One digit of a tile's number.
  package struct Digit: Hashable, Sendable {
    /// The axis that is cut; nil for copies, tiles that have the same box.
    package var axis: Int?
    /// How many values the digit has.
    package var count: Int
    /// Tiles from one value to the next.
    package var stride: Int

    package init(axis: Int?, count: Int, stride: Int) {
      self.axis = axis
      self.count = count
      self.stride = stride
    }
  }

  /// The tensor's axes.
  package var axes: [Axis]
  /// By axes, those of copies first; of one axis the most significant digit first. No digit has count 1, and
  /// none continues the one before it: equal layouts have equal digits.
  package private(set) var digits: [Digit]
  /// The tile of the first box.
  package var start: Int
  /// Tiles of the IPU.
  package var tiles: Int

  /// - Parameter digits: of one axis the most significant first, across axes in any order.
  /// - Precondition: `isMixedRadix`.
  package init(axes: [Axis], digits: [Digit], start: Int = 0, tiles: Int) {
    self.axes = axes
    self.digits = Self.canonical(digits)
    self.start = start
    self.tiles = tiles
    precondition(
      Self.isMixedRadix(self.digits, tiles: tiles), "digits overlap: \(digits) on \(tiles) tiles")
  }

  /// The layout of a tensor of this shape whose axes are cut into these parts, the last axis's parts on
  /// neighbouring tiles; copies, where there are, are on neighbouring tiles.
  package init(
    shape: [Int], parts: [Int], grains: [Int]? = nil, copies: Int = 1, start: Int = 0, tiles: Int
  ) {
    var digits: [Digit] = []
    var stride = 1
    if copies > 1 { digits.append(Digit(axis: nil, count: copies, stride: 1)) }
    stride *= copies
    for axis in shape.indices.reversed() {
      digits.append(Digit(axis: axis, count: parts[axis], stride: stride))
      stride *= parts[axis]
    }
    self.init(
      axes: shape.indices.map { Axis(extent: shape[$0], grain: grains?[$0] ?? 1) },
      digits: digits, start: start, tiles: tiles)
  }

  /// The layout of which every tile has the whole tensor.
  package static func replicated(_ shape: [Int], tiles: Int) -> Layout {
    Layout(
      axes: shape.map { Axis(extent: $0) },
      digits: [Digit(axis: nil, count: tiles, stride: 1)], tiles: tiles)
  }

  private static func canonical(_ digits: [Digit]) -> [Digit] {
    let order = digits.indices.sorted {
      (digits[$0].axis ?? -1, $0) < (digits[$1].axis ?? -1, $1)
    }
    var result: [Digit] = []
    for index in order where digits[index].count > 1 {
      let digit = digits[index]
      if let last = result.last, last.axis == digit.axis,
        last.stride == digit.count * digit.stride
      {
        result[result.count - 1].count *= digit.count
        result[result.count - 1].stride = digit.stride
      } else {
        result.append(digit)
      }
    }
    return result
  }

  /// Whether tiles of different digits differ: ordered by stride, each stride is at least the product of the
  /// next one's stride and count, and all boxes together need no more than `tiles`.
  package static func isMixedRadix(_ digits: [Digit], tiles: Int) -> Bool {
    var free = tiles
    for digit in digits.sorted(by: { $0.stride > $1.stride }) {
      guard digit.stride > 0, digit.count * digit.stride <= free else { return false }
      free = digit.stride
    }
    return true
  }

  /// The tensor's shape.
  package var shape: [Int] { axes.map(\.extent) }

  /// Boxes, copies not counted.
  package var boxCount: Int {
    digits.reduce(1) { $1.axis == nil ? $0 : $0 * $1.count }
  }

  /// Tiles that have the same box.
  package var copies: Int {
    digits.reduce(1) { $1.axis == nil ? $0 * $1.count : $0 }
  }

  /// Parts that an axis is cut into.
  package func parts(of axis: Int) -> Int {
    digits.reduce(1) { $1.axis == axis ? $0 * $1.count : $0 }
  }

  /// Whether an axis is cut into more parts than it has grains.
  package func hasEmptyParts(of axis: Int) -> Bool {
    parts(of: axis) * axes[axis].grain >= axes[axis].extent + axes[axis].grain
  }

  /// The elements of a part of an axis.
  package func range(of part: Int, axis: Int) -> Range<Int> {
    Self.range(of: part, parts: parts(of: axis), of: axes[axis])
  }

  /// The elements of part `part` of `parts` of an axis.
  package static func range(of part: Int, parts: Int, of axis: Axis) -> Range<Int> {
    let grains = (axis.extent + axis.grain - 1) / axis.grain
    let first = part * grains / parts * axis.grain
    let last = (part + 1) * grains / parts * axis.grain
    return min(first, axis.extent)..<min(last, axis.extent)
  }

  /// The box of a tile, or nil where the tile has nothing of the tensor.
  package func box(of tile: Int) -> [Range<Int>]? {
    var remainder = (tile - start + tiles) % tiles
    var parts = [Int](repeating: 0, count: axes.count)
    var values = [Int](repeating: 0, count: digits.count)
    for index in digits.indices.sorted(by: { digits[$0].stride > digits[$1].stride }) {
      values[index] = remainder / digits[index].stride
      guard values[index] < digits[index].count else { return nil }
      remainder -= values[index] * digits[index].stride
    }
    guard remainder == 0 else { return nil }
    for (index, digit) in digits.enumerated() {
      if let axis = digit.axis { parts[axis] = parts[axis] * digit.count + values[index] }
    }
    var box: [Range<Int>] = []
    for axis in axes.indices {
      let range = range(of: parts[axis], axis: axis)
      guard !range.isEmpty else { return nil }
      box.append(range)
    }
    return box
  }

  /// Elements that each tile has; tiles that have nothing have 0.
  package var elementCounts: [Int] {
    var counts = [Int](repeating: 0, count: tiles)
    forEachBox { box in
      let count = box.ranges.reduce(1) { $0 * $1.count }
      for tile in box.tiles { counts[tile] = count }
    }
    return counts
  }

  /// The largest extents that a box has, axis by axis: those of some tile's, as axes are cut
  /// independently of each other.
  package var largestBox: [Int] {
    axes.indices.map { axis in
      let (extent, grain) = (axes[axis].extent, axes[axis].grain)
      let parts = parts(of: axis)
      guard parts > 1 else { return extent }
      let grains = (extent + grain - 1) / grain
      guard grains % parts == 1 else { return (grains + parts - 1) / parts * grain }
      // The last part alone has a grain more, and it has the short one.
      return max(grains / parts * grain, range(of: parts - 1, axis: axis).count)
    }
  }

  /// Elements of the fullest tile.
  package var largestElementCount: Int { largestBox.reduce(1, *) }
}
