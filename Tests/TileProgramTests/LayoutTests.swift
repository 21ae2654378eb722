import Foundations
import Testing
import TileProgram

/// Layouts, checked element by element against what their descriptors say.
@Suite struct LayoutTests {
  @Test func aPartOfAPartIsAPartOfTheProduct() {
    for extent in [1, 5, 12, 31, 128] {
      for grain in [1, 2, 8] {
        let axis = Layout.Axis(extent: extent, grain: grain)
        for outer in 1...4 {
          for inner in 1...4 {
            for part in 0..<outer {
              let whole = Layout.range(of: part, parts: outer, of: axis)
              let first = Layout.range(of: part * inner, parts: outer * inner, of: axis)
              let last = Layout.range(
                of: part * inner + inner - 1, parts: outer * inner, of: axis)
              #expect(first.lowerBound == whole.lowerBound)
              #expect(last.upperBound == whole.upperBound)
            }
          }
        }
      }
    }
  }

  @Test func boxesOfRandomLayoutsCoverEachElementOnce() {
    var random = SplitMix(seed: 1)
    for _ in 0..<300 {
      let layout = random.layout()
      var owners = [Int](repeating: 0, count: layout.shape.reduce(1, *))
      var tiles = Set<Int>()
      layout.forEachBox { box in
        forEachElement(box.ranges, layout.shape) { owners[$0] += 1 }
        for tile in box.tiles {
          #expect(tiles.insert(tile).inserted, "\(layout)")
          #expect(layout.box(of: tile) == box.ranges)
        }
      }
      #expect(owners.allSatisfy { $0 == 1 }, "\(layout)")
      #expect(layout.elementCounts.max() == layout.largestElementCount || layout.boxCount > 1)
      #expect((layout.elementCounts.max() ?? 0) <= layout.largestElementCount)
    }
  }

  @Test func aReshapedLayoutKeepsEveryTilesElementsInTheirOrder() {
    var random = SplitMix(seed: 2)
    var count = 0
    for _ in 0..<3000 {
      let layout = random.layout()
      let shape = random.regrouped(layout.shape)
      guard let reshaped = layout.reshaped(to: shape) else { continue }
      count += 1
      #expect(reshaped.shape == shape)
      for tile in 0..<layout.tiles {
        #expect(
          elements(of: tile, layout) == elements(of: tile, reshaped),
          "\(layout) to \(shape), tile \(tile)")
      }
    }
    #expect(count > 1000)
  }

  @Test func rowsOfABatchAreRowsOfTheMatrix() {
    let matrix = Layout(shape: [1024, 64], parts: [64, 4], tiles: 256)
    let batch = matrix.reshaped(to: [8, 128, 64])
    #expect(batch?.parts(of: 0) == 8)
    #expect(batch?.parts(of: 1) == 8)
    #expect(Layout(shape: [30, 4], parts: [7, 1], tiles: 8).reshaped(to: [3, 10, 4]) == nil)
  }
}

/// The numbers of the elements that a tile has, in the order of its memory.
func elements(of tile: Int, _ layout: Layout) -> [Int] {
  guard let box = layout.box(of: tile) else { return [] }
  var elements: [Int] = []
  forEachElement(box, layout.shape) { elements.append($0) }
  return elements
}

/// Visits the row-major numbers of a box's elements, in order.
func forEachElement(_ box: [Range<Int>], _ shape: [Int], _ visit: (Int) -> Void) {
  func descend(_ axis: Int, _ number: Int) {
    guard axis < shape.count else { return visit(number) }
    for index in box[axis] { descend(axis + 1, number * shape[axis] + index) }
  }
  descend(0, 0)
}

/// Sebastiano Vigna's SplitMix64.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) >> 1) % limit
  }

  mutating func pick<T>(_ values: [T]) -> T { values[next(below: values.count)] }

  mutating func shape() -> [Int] {
    (0..<1 + next(below: 4)).map { _ in pick([1, 2, 3, 4, 6, 8, 12, 16]) }
  }

  mutating func layout() -> Layout { layout(of: shape()) }

  /// A layout on 64 tiles with random parts, grains, copies and order of digits.
  mutating func layout(of shape: [Int]) -> Layout {
    let tiles = 64
    var free = tiles
    var wanted: [(axis: Int?, count: Int)] = []
    for axis in Array(shape.indices) + shape.indices.reversed() where next(below: 2) == 0 {
      let already = wanted.reduce(1) { $1.axis == axis ? $0 * $1.count : $0 }
      let count = pick([2, 3, 4, 8].filter { $0 <= free && $0 * already <= shape[axis] } + [1])
      wanted.append((axis, count))
      free /= count
    }
    if free > 1, next(below: 3) == 0 { wanted.append((nil, pick([2, free]))) }
    // Strides in a random order.
    var order = Array(wanted.indices)
    for index in order.indices.reversed() { order.swapAt(index, next(below: index + 1)) }
    var strides = [Int](repeating: 1, count: wanted.count)
    var stride = 1
    for index in order {
      strides[index] = stride
      stride *= wanted[index].count
    }
    return Layout(
      axes: shape.map { Layout.Axis(extent: $0, grain: pick([1, 1, 2, 4])) },
      digits: wanted.indices.map {
        Layout.Digit(axis: wanted[$0].axis, count: wanted[$0].count, stride: strides[$0])
      }, start: next(below: tiles), tiles: tiles)
  }

  /// Another shape of as many elements: prime factors of the extents in order, in other groups.
  mutating func regrouped(_ shape: [Int]) -> [Int] {
    var factors: [Int] = []
    for var extent in shape {
      for prime in [2, 3] {
        while extent % prime == 0 {
          factors.append(prime)
          extent /= prime
        }
      }
    }
    var result = [1]
    for factor in factors {
      if next(below: 2) == 0 { result.append(factor) } else { result[result.count - 1] *= factor }
    }
    if next(below: 4) == 0 { result.insert(1, at: next(below: result.count + 1)) }
    return result
  }
}
