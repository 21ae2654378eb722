/// The order in which a device comes to the micro-batches of its replicas: those of one accumulation step
/// side by side, or one replica's of a weight update after the other's.
package struct MicroBatchOrder: Hashable, Sendable {
  /// Replicas that have micro-batches of their own.
  package let replicas: Int
  /// Micro-batches of one replica in a weight update.
  package let accumulationCount: Int
  private var isByReplica = false

  /// Replicas side by side, until `learn` finds otherwise.
  package init(replicas: Int, accumulationCount: Int) {
    self.replicas = replicas
    self.accumulationCount = accumulationCount
  }

  /// The micro-batch at `place` of the order; both are counted from the begin of training.
  package func number(at place: UInt64) -> UInt64 {
    exchanged(place, rows: UInt64(replicas), columns: UInt64(accumulationCount))
  }

  /// Where in the order micro-batch `number` is.
  package func place(of number: UInt64) -> UInt64 {
    exchanged(number, rows: UInt64(accumulationCount), columns: UInt64(replicas))
  }

  /// Takes the other order where that is the one in which `number` comes after `last`.
  package mutating func learn(_ number: UInt64, after last: UInt64) {
    guard self.number(at: place(of: last) + 1) != number else { return }
    var other = self
    other.isByReplica.toggle()
    if other.number(at: other.place(of: last) + 1) == number { self = other }
  }

  /// By replica: where the element of a row-major matrix is in its transpose, matrix by matrix, one for
  /// each weight update.
  private func exchanged(_ index: UInt64, rows: UInt64, columns: UInt64) -> UInt64 {
    guard isByReplica else { return index }
    let (update, element) = index.quotientAndRemainder(dividingBy: rows * columns)
    return update * rows * columns + element % columns * rows + element / columns
  }
}
