/// What one tile does in an exchange.
package struct TileTraffic: Hashable, Sendable {
  /// Bytes that the tile receives from others.
  package var received = 0
  /// Bytes that it sends; what several tiles receive is sent once.
  package var sent = 0
  /// Bytes that it copies within its own memory.
  package var copied = 0
  /// Fragments that it receives: of a fragment all pieces come from one tile.
  package var receives = 0
  /// Pieces of memory that it receives into.
  package var receiveRuns = 0
  /// Pieces of memory that it sends from.
  package var sendRuns = 0
  /// Words that it receives: a piece of memory takes whole words of `ExchangeCode.wordBytes`.
  package var receivedWords = 0
  /// Words that it sends.
  package var sentWords = 0
  /// Vectors of 8 bytes that it copies: a piece of memory takes whole ones.
  package var copiedVectors = 0
  /// Halves of instructions that its sends take beyond one each.
  package var furtherSends = 0

  /// A tile that does nothing.
  package init() {}
}

/// What an exchange moves, counted tile by tile.
package struct ExchangeTraffic: Hashable, Sendable {
  /// By the tiles' numbers.
  package internal(set) var tiles: [TileTraffic]

  /// - Parameters:
  ///   - elementBytes: bytes of an element.
  ///   - isStreamed: whether tiles put down what arrives as it comes.
  package init(
    _ walk: ExchangeWalk, elementBytes: Int, tiles: Int, isStreamed: Bool = false
  ) {
    if let alignment = walk.alignment {
      var counter = TrafficCounter(
        walk, alignment, elementBytes: elementBytes, isStreamed: isStreamed)
      counter.count()
      self.tiles = counter.tiles
    } else {
      self.tiles = Array(repeating: TileTraffic(), count: tiles)
      walk.forEachFragment { count($0, elementBytes, isStreamed) }
    }
  }

  /// Bytes that each tile receives from others.
  package var received: [Int] { tiles.map(\.received) }
  /// Bytes that each tile sends.
  package var sent: [Int] { tiles.map(\.sent) }
  /// Bytes that each tile copies within its own memory.
  package var copied: [Int] { tiles.map(\.copied) }

  /// Whether no tile sends anything.
  package var isLocal: Bool { tiles.allSatisfy { $0.sent == 0 } }

  private mutating func count(
    _ fragment: borrowing Fragment, _ elementBytes: Int, _ isStreamed: Bool
  ) {
    let cost = FragmentCost(fragment, elementBytes: elementBytes, isStreamed: isStreamed)
    var sender: Int?
    for (source, destination) in zip(fragment.sources, fragment.destinations) {
      if source == destination {
        cost.copy(at: &tiles[destination])
      } else {
        cost.receive(at: &tiles[destination])
        sender = source
      }
    }
    if let sender { cost.send(from: &tiles[sender]) }
  }
}

/// What a fragment takes of each tile that it concerns.
struct FragmentCost {
  private var bytes: Int
  private var words: Int
  private var vectors: Int
  private var sourceRuns: Int
  private var destinationRuns: Int

  /// - Parameters:
  ///   - rank: axes of the fragment; extents and strides by axes.
  ///   - sourceStrides: elements at the source from one index to the next.
  ///   - destinationStrides: elements at the destination.
  ///   - isStreamed: whether the destination puts down what arrives as it comes.
  init(
    rank: Int, extents: UnsafePointer<Int>, sourceStrides: UnsafePointer<Int>,
    destinationStrides: UnsafePointer<Int>, elementBytes: Int, isStreamed: Bool
  ) {
    // Pieces that stand side by side at the source, at the destination, and at both.
    var (source, destination, both) = (1, 1, 1)
    var (isSource, isDestination) = (true, true)
    var length = 1
    var axis = rank - 1
    while axis >= 0 {
      let extent = extents[axis]
      if extent > 1 {
        isSource = isSource && sourceStrides[axis] == length
        isDestination = isDestination && destinationStrides[axis] == length
        if !isSource { source *= extent }
        if !isDestination { destination *= extent }
        if !isSource || !isDestination { both *= extent }
        length *= extent
      }
      axis -= 1
    }
    if isStreamed { (destination, both) = (1, source) }
    bytes = length * elementBytes
    // Most fragments are one piece; a division takes as long as all else here.
    let pieceBytes = both == 1 ? bytes : bytes / both
    words = both * ((pieceBytes + ExchangeCode.wordBytes - 1) / ExchangeCode.wordBytes)
    vectors = both * ((pieceBytes + 7) / 8)
    sourceRuns = source
    destinationRuns = destination
  }

  init(_ fragment: borrowing Fragment, elementBytes: Int, isStreamed: Bool) {
    self.init(
      rank: fragment.extents.count, extents: fragment.extents,
      sourceStrides: fragment.sourceStrides, destinationStrides: fragment.destinationStrides,
      elementBytes: elementBytes, isStreamed: isStreamed)
  }

  /// The tile sends the fragment.
  func send(from tile: inout TileTraffic) {
    tile.sent += bytes
    tile.sentWords += words
    tile.sendRuns += sourceRuns
    if words > sourceRuns * ExchangeCode.shortSendWords {
      tile.furtherSends += sourceRuns * ExchangeCode.furtherSends(words / sourceRuns)
    }
  }

  /// The tile receives the fragment so often; -1 takes back what was counted.
  func receive(at tile: inout TileTraffic, times: Int = 1) {
    tile.received += bytes * times
    tile.receivedWords += words * times
    tile.receiveRuns += destinationRuns * times
    tile.receives += times
  }

  /// The tile has the fragment, and copies it.
  func copy(at tile: inout TileTraffic) {
    tile.copied += bytes
    tile.copiedVectors += vectors
  }
}
