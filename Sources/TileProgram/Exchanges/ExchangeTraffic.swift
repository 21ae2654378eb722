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

  /// - Parameter elementBytes: bytes of an element.
  package init(_ walk: ExchangeWalk, elementBytes: Int, tiles: Int) {
    received = [Int](repeating: 0, count: tiles)
    sent = received
    copied = received
    sendRuns = received
    receiveRuns = received
    var traffic = self
    walk.forEachFragment { traffic.count($0, elementBytes) }
    self = traffic
  }

  private mutating func count(_ fragment: Fragment, _ elementBytes: Int) {
    let bytes = fragment.count * elementBytes
    let receiveRuns = Fragment.runs(fragment.extents, fragment.destinationStrides)
    var sender: Int?
    for (source, destination) in zip(fragment.sources, fragment.destinations) {
      if source == destination {
        copied[destination] += bytes
      } else {
        received[destination] += bytes
        self.receiveRuns[destination] += receiveRuns
        sender = source
      }
    }
    if let sender {
      sent[sender] += bytes
      sendRuns[sender] += Fragment.runs(fragment.extents, fragment.sourceStrides)
    }
  }

  /// Whether no tile sends anything.
  package var isLocal: Bool { sent.allSatisfy { $0 == 0 } }
}
