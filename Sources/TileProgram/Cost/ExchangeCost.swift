import IPUTarget

/// What an exchange takes, which depends on its layouts alone.
package struct ExchangeCost: Hashable, Sendable {
  /// Cycles in which all tiles send and receive; 0 where nothing goes from tile to tile.
  package private(set) var transfer = 0
  /// Cycles of copies within tiles.
  package private(set) var copy = 0
  /// The tile that receives the most bytes.
  package private(set) var fullestTile = 0
  /// How many it receives.
  package private(set) var receivedBytes = 0
  /// Bytes that all tiles receive together.
  package private(set) var totalBytes = 0
  /// Bytes that all tiles copy within their memories.
  package private(set) var copiedBytes = 0
  /// Fragments that a tile receives at most.
  package private(set) var receives = 0
  /// Pieces of memory that a tile receives into at most.
  package private(set) var receivePieces = 0
  /// Bytes of instructions on each tile; empty where nothing goes from tile to tile.
  package private(set) var code: [Int] = []

  /// All tiles begin together, and the phase lasts as long as the tile with the most: to receive, to send,
  /// or to issue.
  ///
  /// Two neighbours that receive the same could share their bus and receive at twice the rate. That needs
  /// whole pairs of tiles, equal addresses on both, 128 words or more, and keeps the sender's neighbour from
  /// sending (osmarks/ipu-stack); it is not modelled.
  ///
  /// - Parameter isStaged: whether what arrives is copied to where it belongs.
  package init(_ traffic: ExchangeTraffic, _ ipu: IPU, isStaged: Bool) {
    copy = ipu.copyCycles(bytes: 8 * (traffic.tiles.map(\.copiedVectors).max() ?? 0))
    copiedBytes = traffic.tiles.reduce(0) { $0 + $1.copied }
    if isStaged { copy += ipu.copyCycles(bytes: traffic.tiles.map(\.received).max() ?? 0) }
    guard !traffic.isLocal else { return }
    for (number, tile) in traffic.tiles.enumerated() {
      if tile.received > receivedBytes { (fullestTile, receivedBytes) = (number, tile.received) }
      totalBytes += tile.received
      receives = max(receives, tile.receives)
      receivePieces = max(receivePieces, tile.receiveRuns)
      transfer = max(transfer, tile.transferCycles(ipu))
      code.append(tile.codeBytes)
    }
  }
}

extension TileTraffic {
  /// Cycles in which the tile sends, receives and issues what it must, all at the same time.
  fileprivate func transferCycles(_ ipu: IPU) -> Int {
    let bytes = max(receivedWords, sentWords) * ExchangeCode.wordBytes
    return max(
      bytes.dividedUp(by: ipu.exchangeBytesPerCycle),
      sendRuns * ExchangeCode.sendCycles + receives * ExchangeCode.receiveCycles
        + receiveRuns * ExchangeCode.pointerCycles)
  }

  /// Bytes of the tile's instructions.
  fileprivate var codeBytes: Int {
    let isActive = sendRuns + receives > 0
    return (sendRuns + furtherSends) * ExchangeCode.sendBytes
      + receives * ExchangeCode.receiveBytes
      + (receiveRuns - receives) * ExchangeCode.pointerBytes
      + (isActive ? ExchangeCode.activeBytes : ExchangeCode.inactiveBytes)
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
