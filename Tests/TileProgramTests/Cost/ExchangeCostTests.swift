import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// Exchanges, counted by formula where they are simple and element by element where they are not.
@Suite struct ExchangeCostTests {
  private let ipu = smallSystem(tiles: 4).ipu

  private func cost(
    _ source: Layout, _ view: View, _ destination: Layout, bytes: Int = 4
  ) -> ExchangeCost {
    let walk = ExchangeWalk(from: source, view, to: destination)
    return ExchangeCost(
      ExchangeTraffic(walk, elementBytes: bytes, tiles: destination.tiles), ipu, isStaged: false)
  }

  @Test func whatOneTileGivesToAllTakesItsWords() {
    // Tile 0 has 100 words that tiles 1 to 3 need too.
    let one = Layout(shape: [100], parts: [1], tiles: 4)
    let all = Layout.replicated([100], tiles: 4)
    let cost = cost(one, View([100]), all)
    #expect(cost.transfer == 100)
    #expect(cost.copy == ipu.copyCycles(bytes: 400))
    #expect(cost.receivedBytes == 400 && cost.totalBytes == 1200 && cost.fullestTile == 1)
    // 100 words need a long send.
    #expect(cost.code == [32 + 8, 32 + 12, 32 + 12, 32 + 12])
  }

  @Test func piecesOfOneElementAreIssuedOneByOne() {
    // Of a matrix with one row a tile, each tile gets a column: three elements of three other tiles.
    let rows = Layout(shape: [4, 4], parts: [4, 1], tiles: 4)
    let columns = Layout(shape: [4, 4], parts: [1, 4], tiles: 4)
    let cost = cost(rows, View([4, 4]), columns)
    #expect(cost.receivedBytes == 12 && cost.totalBytes == 48)
    #expect(cost.transfer == 3 * (2 + 2 + 1))
    #expect(cost.code == Array(repeating: 32 + 3 * 4 + 3 * 12, count: 4))
    #expect(cost.copy == ipu.copyCycles(bytes: 8))
  }

  @Test func halfAWordTakesAWord() {
    let rows = Layout(shape: [2, 200], parts: [2, 1], tiles: 4)
    let target = Layout(shape: [200, 2], parts: [2, 1], start: 2, tiles: 4)
    let transposed = View([2, 200]).transposed([1, 0])
    let cost = cost(rows, transposed, target, bytes: 2)
    // Tiles 2 and 3 receive 200 elements of 2 bytes, each into a place of its own.
    #expect(cost.receivedBytes == 400)
    #expect(cost.transfer == max(200, 2 * 2 + 200 * 1))
  }

  @Test func aTileThatTakesNoPartOnlySynchronizes() {
    let here = Layout(shape: [8], parts: [1], tiles: 4)
    let there = Layout(shape: [8], parts: [1], start: 1, tiles: 4)
    #expect(cost(here, View([8]), there).code == [32 + 4, 32 + 12, 24, 24])
    let local = cost(here, View([8]), here)
    #expect(local.code.isEmpty && local.transfer == 0)
    #expect(local.copy == ipu.copyCycles(bytes: 32))
  }

  @Test func bytesAreThoseOfEachElementThatATileLacks() {
    var random = SplitMix(seed: 5)
    for _ in 0..<500 {
      let source = random.layout()
      let view = random.view(of: source.shape)
      let destination = random.layout(of: view.shape)
      let walk = ExchangeWalk(from: source, view, to: destination)
      let traffic = ExchangeTraffic(walk, elementBytes: 2, tiles: destination.tiles)
      let has = (0..<source.tiles).map { Set(elements(of: $0, source)) }
      for tile in 0..<destination.tiles {
        let needed = elements(of: tile, destination).map { number -> Int in
          var (rest, element) = (number, view.offset)
          for axis in view.shape.indices.reversed() {
            element += rest % view.shape[axis] * view.strides[axis]
            rest /= view.shape[axis]
          }
          return element
        }
        let missing = needed.count { !has[tile].contains($0) }
        #expect(traffic.received[tile] == 2 * missing)
        #expect(traffic.copied[tile] == 2 * (needed.count - missing))
        #expect(4 * traffic.tiles[tile].receivedWords >= traffic.received[tile])
        #expect(traffic.tiles[tile].receiveRuns >= traffic.tiles[tile].receives)
      }
    }
  }

  /// Counted fragment by fragment, piece by piece, which the count over tables does not do.
  @Test func countsAreThoseOfTheFragmentsPieces() {
    var random = SplitMix(seed: 6)
    for _ in 0..<500 {
      let source = random.layout()
      let view = random.view(of: source.shape)
      // Where an axis is stretched, an element that is repeated is a piece each time.
      guard !zip(view.shape, view.strides).contains(where: { $0 > 1 && $1 == 0 }) else { continue }
      let destination = random.layout(of: view.shape)
      let walk = ExchangeWalk(from: source, view, to: destination)
      var expected = [TileTraffic](repeating: TileTraffic(), count: destination.tiles)
      walk.forEachFragment { fragment in
        let from = lengths(fragment.extents, [fragment.sourceStrides])
        let to = lengths(fragment.extents, [fragment.destinationStrides])
        let both = lengths(
          fragment.extents, [fragment.sourceStrides, fragment.destinationStrides])
        let bytes = 2 * both.reduce(0, +)
        let words = both.reduce(0) { $0 + (2 * $1 + 3) / 4 }
        var sender: Int?
        for (sending, receiving) in zip(fragment.sources, fragment.destinations) {
          if sending == receiving {
            expected[receiving].copied += bytes
            expected[receiving].copiedVectors += both.reduce(0) { $0 + (2 * $1 + 7) / 8 }
          } else {
            expected[receiving].received += bytes
            expected[receiving].receivedWords += words
            expected[receiving].receives += 1
            expected[receiving].receiveRuns += to.count
            sender = sending
          }
        }
        guard let sender else { return }
        expected[sender].sent += bytes
        expected[sender].sentWords += words
        expected[sender].sendRuns += from.count
      }
      var tiles = ExchangeTraffic(walk, elementBytes: 2, tiles: destination.tiles).tiles
      for tile in tiles.indices {
        // Where a view permutes axes, a piece may happen to begin where the one before it ends.
        #expect(tiles[tile].sendRuns >= expected[tile].sendRuns)
        tiles[tile].sendRuns = expected[tile].sendRuns
        // Long sends have a test of their own.
        tiles[tile].furtherSends = 0
      }
      #expect(tiles == expected, "\(source) \(view) \(destination)")
    }
  }

  /// Elements of each piece that stands side by side under all of the strides, in the order of the axes.
  private func lengths(_ extents: [Int], _ strides: [[Int]]) -> [Int] {
    var lengths: [Int] = []
    var last: [Int]?
    forEachElement(extents.map { 0..<$0 }, extents) { number in
      var (index, rest) = ([Int](), number)
      for extent in extents.reversed() {
        index.insert(rest % extent, at: 0)
        rest /= extent
      }
      let places = strides.map { zip(index, $0).reduce(0) { $0 + $1.0 * $1.1 } }
      if let last, places == last.map({ $0 + 1 }) {
        lengths[lengths.count - 1] += 1
      } else {
        lengths.append(1)
      }
      last = places
    }
    return lengths
  }

  @Test func aStepAddsTheOverheadOnlyWhereSomethingMoves() {
    let source = TileTensor([8], parts: 4, at: 0)
    let all = TileTensor(
      .replicated([8], tiles: 4), .f32, home: .frame(offset: 64), category: .temporary)
    let function = TileFunction("f", [source, all], [])
    var model = CostModel(smallSystem(tiles: 4), replicas: 1, ipusPerReplica: 1, factor: 1)
    let moving = TileStep(.exchange(Exchange(from: 0, View([8]), to: 1)), operation: 0)
    let staying = TileStep(.exchange(Exchange(from: 0, View([8]), to: 0)), operation: 0)
    #expect(model.cost(of: moving, in: function).time.sync == ipu.exchangeOverhead)
    #expect(model.cost(of: staying, in: function).time.sync == 0)
    let known = model.cost(of: moving, in: function)
    #expect(known == model.cost(of: moving, in: function))
    #expect(known.receivedBytes == 24 && known.totalBytes == 96)
  }
}
