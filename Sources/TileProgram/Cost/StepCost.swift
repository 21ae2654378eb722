/// What one step costs, one time. Of a call or a repeat it is what they cost beside the steps that they run.
package struct StepCost: Hashable, Sendable {
  /// Where the cycles go.
  package var time: TimeUse
  /// Bytes that the fullest tile receives from other tiles.
  package var receivedBytes = 0
  /// The tile that receives them.
  package var fullestTile = 0
  /// Bytes that all tiles receive from other tiles.
  package var totalBytes = 0
  /// Bytes that all tiles copy within their memories in an exchange.
  package var copiedBytes = 0
  /// Bytes of instructions for an exchange, on each tile; empty for other steps.
  package var exchangeCode: [Int] = []

  init(_ time: TimeUse) { self.time = time }

  /// All cycles.
  package var cycles: Int { time.total }
}
