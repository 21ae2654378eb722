/// What each tile has of a layout, tile by tile: what is proved is looked up here.
struct BoxTable {
  /// For each tile that has a box its ranges, axis by axis; nil for the others.
  let boxes: [[Range<Int>]?]
  /// Elements of each tile.
  let counts: [Int]

  init(_ layout: Layout) {
    boxes = (0..<layout.tiles).map { layout.box(of: $0) }
    counts = boxes.map { box in box.map { $0.reduce(1) { $0 * $1.count } } ?? 0 }
  }

  /// Why it is not so that each element lies on exactly one tile, or on as many as there are copies; nil where
  /// it is so.
  ///
  /// The boxes are a grid: along each axis the ranges are the axis cut into parts, and each combination of
  /// ranges is there as often as there are copies.
  func fault(of layout: Layout) -> (tile: Int?, reason: String)? {
    var found: [[Range<Int>]: Int] = [:]
    for (tile, box) in boxes.enumerated() {
      guard let box else { continue }
      found[box, default: 0] += 1
      if found[box, default: 0] > layout.copies {
        return (tile, "\(box) lies on more tiles than the \(layout.copies) copies")
      }
    }
    if found.count * layout.copies != counts.count(where: { $0 > 0 }) {
      return (nil, "a box lies on fewer tiles than the \(layout.copies) copies")
    }
    var combinations = 1
    for (axis, description) in layout.axes.enumerated() {
      let ranges = Set(found.keys.map { $0[axis] }).sorted { $0.lowerBound < $1.lowerBound }
      var end = 0
      for range in ranges {
        guard range.lowerBound == end else {
          return (
            nil, "axis \(axis) has elements \(min(end, range.lowerBound)) more or less than once"
          )
        }
        end = range.upperBound
      }
      guard end == description.extent else {
        return (nil, "axis \(axis) has only \(end) of \(description.extent) elements on tiles")
      }
      combinations *= ranges.count
    }
    return combinations == found.count
      ? nil : (nil, "\(found.count) boxes lie on tiles, there are \(combinations)")
  }
}
