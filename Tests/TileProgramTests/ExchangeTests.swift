import Testing
import TileProgram

/// Exchanges, carried out element by element and compared with the view that they read.
@Suite struct ExchangeTests {
  @Test func randomExchangesBringEachElementToItsPlace() {
    var random = SplitMix(seed: 3)
    var alignedCount = 0
    for _ in 0..<2000 {
      let source = random.layout()
      let view = random.view(of: source.shape)
      let outer = view.shape.map { $0 + random.next(below: 2) * random.next(below: 3) }
      let starts = zip(outer, view.shape).map { random.next(below: $0 - $1 + 1) }
      let destination = random.layout(of: outer)
      let sourceMemory = (0..<source.tiles).map { elements(of: $0, source) }
      var memory = (0..<source.tiles).map { elements(of: $0, destination).map { _ in -1 } }
      let walk = ExchangeWalk(from: source, view, to: destination, at: starts)
      walk.forEachFragment { fragment in
        alignedCount += 1
        for (from, to) in zip(fragment.sources, fragment.destinations) {
          forEachElement(fragment.extents.map { 0..<$0 }, fragment.extents) { number in
            var (index, rest) = ([Int](), number)
            for extent in fragment.extents.reversed() {
              index.insert(rest % extent, at: 0)
              rest /= extent
            }
            let at = zip(index, fragment.sourceStrides).reduce(fragment.sourceOffset) {
              $0 + $1.0 * $1.1
            }
            let place = zip(index, fragment.destinationStrides).reduce(
              fragment.destinationOffset
            ) { $0 + $1.0 * $1.1 }
            #expect(memory[to][place] == -1)
            memory[to][place] = sourceMemory[from][at]
          }
        }
      }
      for tile in 0..<destination.tiles {
        for (place, element) in elements(of: tile, destination).enumerated() {
          #expect(
            memory[tile][place] == expected(element, view, outer, starts),
            "\(source) \(view) \(destination) \(starts) tile \(tile)")
        }
      }
      let traffic = ExchangeTraffic(walk, elementBytes: 2, tiles: destination.tiles)
      let arrived = memory.joined().count { $0 >= 0 }
      let counted = traffic.received.reduce(0, +) + traffic.copied.reduce(0, +)
      #expect(counted == 2 * arrived)
    }
    #expect(alignedCount > 2000)
  }

  @Test func whatSeveralTilesReceiveIsSentOnce() {
    let rows = Layout(shape: [8, 4], parts: [8, 1], tiles: 32)
    let copies = Layout(shape: [8, 4], parts: [2, 1], copies: 16, tiles: 32)
    let walk = ExchangeWalk(from: rows, View([8, 4]), to: copies)
    let traffic = ExchangeTraffic(walk, elementBytes: 4, tiles: 32)
    let sent = traffic.sent.reduce(0, +)
    #expect(sent == 8 * 4 * 4)
    // Sixteen tiles need four rows each; the eight that have one themselves copy it.
    let counted = traffic.received.reduce(0, +) + traffic.copied.reduce(0, +)
    #expect(counted == 32 * 4 * 4 * 4)
    #expect(traffic.copied.contains { $0 > 0 })
  }

  /// The element of the source at a place of the destination, or -1 outside the view.
  private func expected(_ element: Int, _ view: View, _ outer: [Int], _ starts: [Int]) -> Int {
    var (index, rest) = ([Int](), element)
    for extent in outer.reversed() {
      index.insert(rest % extent, at: 0)
      rest /= extent
    }
    var number = view.offset
    for axis in outer.indices {
      let position = index[axis] - starts[axis]
      guard (0..<view.shape[axis]).contains(position) else { return -1 }
      number += position * view.strides[axis]
    }
    return number
  }
}

extension SplitMix {
  /// A view made by a few random movements.
  mutating func view(of shape: [Int]) -> View {
    var view = View(shape)
    for _ in 0..<next(below: 4) {
      switch next(below: 4) {
      case 0:
        view = view.reshaped(to: regrouped(view.shape)) ?? view
      case 1:
        var permutation = Array(view.shape.indices)
        for index in permutation.indices.reversed() {
          permutation.swapAt(index, next(below: index + 1))
        }
        view = view.transposed(permutation)
      case 2:
        let extents = view.shape.map { 1 + next(below: $0) }
        view = view.sliced(
          starts: zip(view.shape, extents).map { next(below: $0 - $1 + 1) }, shape: extents)
      default:
        view = view.broadcast(to: [1 + next(below: 3)] + view.shape.map { $0 == 1 ? 2 : $0 })
      }
    }
    return view
  }
}
