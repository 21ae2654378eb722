import IPUTarget

/// What an exchange takes, which depends on its layouts alone.
struct ExchangeCost {
  /// Cycles in which all tiles send and receive; 0 where nothing goes from tile to tile.
  var transfer = 0
  /// Cycles of copies within tiles.
  var copy = 0
  /// The tile that receives the most, and how many bytes.
  var fullestTile = 0
  var receivedBytes = 0
  /// Bytes that all tiles receive together.
  var totalBytes = 0
  /// Fragments, and pieces of memory, that a tile receives at most.
  var receives = 0
  var receivePieces = 0
  /// Bytes of instructions on each tile; empty where nothing goes from tile to tile.
  var code: [Int] = []

  /// All tiles begin together, and the phase lasts as long as the tile with the most: to receive, to send,
  /// or to issue.
  ///
  /// Two neighbours that receive the same could share their bus and receive at twice the rate. That needs
  /// whole pairs of tiles, equal addresses on both, 128 words or more, and keeps the sender's neighbour from
  /// sending (osmarks/ipu-stack); it is not modelled.
  ///
  /// - Parameter isStaged: whether what arrives is copied to where it belongs.
  init(_ traffic: ExchangeTraffic, _ ipu: IPU, isStaged: Bool) {
    copy = ipu.copyCycles(bytes: 8 * (traffic.copiedVectors.max() ?? 0))
    if isStaged { copy += ipu.copyCycles(bytes: traffic.received.max() ?? 0) }
    guard !traffic.isLocal else { return }
    code = [Int](repeating: 0, count: traffic.sent.count)
    for tile in code.indices {
      let received = traffic.received[tile]
      if received > receivedBytes { (fullestTile, receivedBytes) = (tile, received) }
      totalBytes += received
      let (sends, receives) = (traffic.sendRuns[tile], traffic.receives[tile])
      let pieces = traffic.receiveRuns[tile]
      self.receives = max(self.receives, receives)
      receivePieces = max(receivePieces, pieces)
      let words = max(traffic.receivedWords[tile], traffic.sentWords[tile])
      let payload =
        (words * ExchangeCode.wordBytes + ipu.exchangeBytesPerCycle - 1)
        / ipu.exchangeBytesPerCycle
      let issue =
        sends * ExchangeCode.sendCycles + receives * ExchangeCode.receiveCycles
        + pieces * ExchangeCode.pointerCycles
      transfer = max(transfer, payload, issue)
      code[tile] =
        (sends + traffic.furtherSends[tile]) * ExchangeCode.sendBytes
        + receives * ExchangeCode.receiveBytes
        + (pieces - receives) * ExchangeCode.pointerBytes
        + (sends + receives > 0 ? ExchangeCode.activeBytes : ExchangeCode.inactiveBytes)
    }
  }
}

/// What an exchange's cost depends on.
struct ExchangeKey: Hashable {
  var source: Layout
  var view: View
  var destination: Layout
  var starts: [Int]?
  var elementBytes: Int
  var isStreamed: Bool
  var isStaged: Bool

  init(_ exchange: Exchange, _ function: TileFunction) {
    let from = function.tensors[exchange.source]
    source = from.layout
    view = exchange.view
    destination = function.tensors[exchange.destination].layout
    starts = exchange.starts
    elementBytes = from.element.byteCount
    isStreamed = exchange.order != .direct
    isStaged = exchange.staging != nil
  }

  /// What goes from tile to tile.
  var traffic: ExchangeTraffic {
    ExchangeTraffic(
      ExchangeWalk(from: source, view, to: destination, at: starts), elementBytes: elementBytes,
      tiles: destination.tiles, isStreamed: isStreamed)
  }
}
