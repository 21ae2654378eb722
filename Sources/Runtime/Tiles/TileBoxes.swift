import TileProgram

/// What each tile has of a tensor in a layout, in tables. A class so that all tensors in a layout share one.
final class TileBoxes {
  /// The tensor's shape.
  let shape: [Int]
  /// The boxes, each once, with the tiles that have it.
  let boxes: [Layout.Box]
  /// For each tile the number of its box; nil where it has nothing.
  let numbers: [Int?]
  /// The shapes that boxes have, each once.
  let shapes: [[Int]]
  /// For each box the number of its shape.
  let shapeNumbers: [Int]
  /// For each box its elements.
  let counts: [Int]

  init(_ layout: Layout) {
    shape = layout.shape
    var boxes: [Layout.Box] = []
    var numbers = [Int?](repeating: nil, count: layout.tiles)
    var shapes: [[Int]] = []
    var shapeNumbers: [Int] = []
    var known: [[Int]: Int] = [:]
    layout.forEachBox { box in
      for tile in box.tiles { numbers[tile] = boxes.count }
      let shape = box.ranges.map(\.count)
      let number = known[shape] ?? shapes.count
      if number == shapes.count {
        known[shape] = number
        shapes.append(shape)
      }
      shapeNumbers.append(number)
      boxes.append(box)
    }
    self.boxes = boxes
    self.numbers = numbers
    self.shapes = shapes
    self.shapeNumbers = shapeNumbers
    counts = shapeNumbers.map { shapes[$0].reduce(1, *) }
  }

  /// The elements that a tile has; nil where it has nothing.
  func ranges(of tile: Int) -> [Range<Int>]? { numbers[tile].map { boxes[$0].ranges } }

  /// How many elements a tile has.
  func count(of tile: Int) -> Int { numbers[tile].map { counts[$0] } ?? 0 }

  /// Whether each tile has as many elements as of another layout.
  func hasSameCounts(as other: TileBoxes) -> Bool {
    self === other
      || numbers.count == other.numbers.count
        && numbers.indices.allSatisfy { count(of: $0) == other.count(of: $0) }
  }
}

/// The tables of the layouts that a program has, each made once.
struct TileBoxCache {
  private var tables: [Layout: TileBoxes] = [:]

  subscript(layout: Layout) -> TileBoxes {
    mutating get {
      if let known = tables[layout] { return known }
      let boxes = TileBoxes(layout)
      tables[layout] = boxes
      return boxes
    }
  }
}
