extension Layout {
  /// A box that is not empty, with the tiles that have it: one, or those of all copies.
  package struct Box {
    /// For each axis the elements.
    package var ranges: [Range<Int>]
    /// In the order of the copies.
    package var tiles: [Int]
  }

  /// Calls `visit` for each box that is not empty, in the order of the parts, the last axis's fastest.
  package func forEachBox(_ visit: (Box) -> Void) {
    let index = BoxIndex(self)
    var box = Box(ranges: axes.map { 0..<$0.extent }, tiles: [])
    forEachBoxParts { parts, tile in
      for axis in axes.indices { box.ranges[axis] = index.axes[axis].range(of: parts[axis]) }
      box.tiles = index.copyOffsets.map { (tile + $0) % tiles }
      visit(box)
    }
  }

  /// The same with the box's parts, and its first tile's number before the modulus.
  func forEachBoxParts(_ visit: (_ parts: [Int], _ tile: Int) -> Void) {
    let index = BoxIndex(self)
    var parts = [Int](repeating: 0, count: axes.count)
    func visitAxis(_ axis: Int, _ tile: Int) {
      guard axis < axes.count else { return visit(parts, tile) }
      for part in 0..<index.axes[axis].parts where !index.axes[axis].range(of: part).isEmpty {
        parts[axis] = part
        visitAxis(axis + 1, tile + index.axes[axis].offsets[part])
      }
    }
    visitAxis(0, start)
  }
}

extension Layout {
  /// Whether each tile has the same box as in another layout, or the other has none there: whoever expects
  /// the other finds what it needs.
  package func has(boxesOf other: Layout) -> Bool {
    if self == other { return true }
    guard shape == other.shape, tiles == other.tiles else { return false }
    // Every tile has the whole.
    if copies == tiles, other.boxCount == 1 { return true }
    return (0..<tiles).allSatisfy { tile in
      guard let needed = other.box(of: tile) else { return true }
      return box(of: tile) == needed
    }
  }
}

/// A layout's parts and tiles in tables, for walking over many boxes.
struct BoxIndex {
  struct Axis {
    var parts: Int
    var extent: Int
    /// The first element of each part, and the extent.
    var starts: [Int]
    /// What each part adds to the number of the tile.
    var offsets: [Int]

    func range(of part: Int) -> Range<Int> { starts[part]..<starts[part + 1] }

    /// The part that has an element.
    func part(of element: Int) -> Int {
      var part = min(parts - 1, element * parts / extent)
      while starts[part] > element { part -= 1 }
      while starts[part + 1] <= element { part += 1 }
      return part
    }
  }

  var axes: [Axis]
  /// What each copy adds to the number of the tile.
  var copyOffsets: [Int]
  var start: Int
  var tiles: Int

  init(_ layout: Layout) {
    start = layout.start
    tiles = layout.tiles
    axes = layout.axes.indices.map { axis in
      let parts = layout.parts(of: axis)
      let description = layout.axes[axis]
      var starts = (0..<parts).map {
        Layout.range(of: $0, parts: parts, of: description).lowerBound
      }
      starts.append(description.extent)
      return Axis(
        parts: parts, extent: description.extent, starts: starts,
        offsets: Self.offsets(layout.digits.filter { $0.axis == axis }))
    }
    copyOffsets = Self.offsets(layout.digits.filter { $0.axis == nil })
  }

  /// What each value of these digits, the most significant first, adds to the number of the tile.
  private static func offsets(_ digits: [Layout.Digit]) -> [Int] {
    digits.reduce([0]) { offsets, digit in
      offsets.flatMap { offset in (0..<digit.count).map { offset + $0 * digit.stride } }
    }
  }
}
