/// What an exchange moves, counted tile by tile.
package struct ExchangeTraffic: Hashable, Sendable {
  /// Bytes that each tile receives from others.
  package var received: [Int]
  /// Bytes that each tile sends; what several tiles receive is sent once.
  package var sent: [Int]
  /// Bytes that each tile copies within its own memory.
  package var copied: [Int]
  /// Pieces of memory that each tile sends from.
  package var sendRuns: [Int]
  /// Pieces of memory that each tile receives into.
  package var receiveRuns: [Int]
  /// Fragments that each tile receives: of a fragment all pieces come from one tile.
  package var receives: [Int]
  /// Words that each tile receives: a piece of memory takes whole words of `ExchangeCode.wordBytes`.
  package var receivedWords: [Int]
  /// Words that each tile sends.
  package var sentWords: [Int]
  /// Vectors of 8 bytes that each tile copies: a piece of memory takes whole ones.
  package var copiedVectors: [Int]
  /// Sends that are longer than a short instruction can say, as instructions beyond the first.
  package var furtherSends: [Int]

  /// - Parameters:
  ///   - elementBytes: bytes of an element.
  ///   - isStreamed: whether tiles put down what arrives as it comes.
  package init(
    _ walk: ExchangeWalk, elementBytes: Int, tiles: Int, isStreamed: Bool = false
  ) {
    received = [Int](repeating: 0, count: tiles)
    sent = received
    copied = received
    sendRuns = received
    receiveRuns = received
    receives = received
    receivedWords = received
    sentWords = received
    copiedVectors = received
    furtherSends = received
    walk.forEachFragment { count($0, elementBytes, isStreamed) }
  }

  private mutating func count(_ fragment: borrowing Fragment, _ elementBytes: Int, _ isStreamed: Bool) {
    let bytes = fragment.count * elementBytes
    var pieces = fragment.pieces
    if isStreamed { (pieces.destination, pieces.both) = (1, pieces.source) }
    let length = bytes / pieces.both
    let words = pieces.both * ((length + ExchangeCode.wordBytes - 1) / ExchangeCode.wordBytes)
    let vectors = pieces.both * ((length + 7) / 8)
    var sender: Int?
    for index in fragment.destinations.indices {
      let (source, destination) = (fragment.sources[index], fragment.destinations[index])
      if source == destination {
        copied[destination] += bytes
        copiedVectors[destination] += vectors
      } else {
        received[destination] += bytes
        receiveRuns[destination] += pieces.destination
        receives[destination] += 1
        receivedWords[destination] += words
        sender = source
      }
    }
    if let sender {
      sent[sender] += bytes
      sendRuns[sender] += pieces.source
      sentWords[sender] += words
      furtherSends[sender] += pieces.source * ExchangeCode.furtherSends(words / pieces.source)
    }
  }

  /// Whether no tile sends anything.
  package var isLocal: Bool { sent.allSatisfy { $0 == 0 } }
}

extension Fragment {
  /// Pieces that stand side by side at the source, at the destination, and at both.
  fileprivate var pieces: (source: Int, destination: Int, both: Int) {
    var length = 1
    var (source, destination, both) = (1, 1, 1)
    var (isSource, isDestination) = (true, true)
    for axis in extents.indices.reversed() where extents[axis] > 1 {
      isSource = isSource && sourceStrides[axis] == length
      isDestination = isDestination && destinationStrides[axis] == length
      if !isSource { source *= extents[axis] }
      if !isDestination { destination *= extents[axis] }
      if !isSource || !isDestination { both *= extents[axis] }
      length *= extents[axis]
    }
    return (source, destination, both)
  }
}
