import GraphIR
import Operations

/// How the values that one slot makes come to the slots that read them.
///
/// Forward values go from slot to slot up to the last forward slot that reads them, or whose backward slot
/// does; a backward slot gets them from the forward slot of its stage. Backward values go from slot to slot.
struct ValueRoutes {
  /// A way of a value from one slot to another of the same or the next stage.
  struct Edge {
    let value: ValueID
    let source: Int
    let destination: Int
    /// Micro-batches that wait at the end of a round.
    let waitingCount: Int

    /// Whether they wait in a stash.
    var isStashed: Bool { waitingCount > 1 }
  }

  /// Every way, those of a value one after the other, each after the way to where it begins.
  private(set) var edges: [Edge] = []
  /// The numbers of the ways that end at each slot.
  private(set) var arrivals: [[Int]]
  /// The numbers of the ways that begin at each slot.
  private(set) var departures: [[Int]]

  init(_ loop: AccumulationLoop, _ timing: SlotTiming) {
    arrivals = loop.slots.map { _ in [] }
    departures = arrivals
    for id in loop.function[loop.body].operations {
      guard let slot = loop.slotOf[id] else { continue }
      for value in loop.function[id].results where loop.sumOf[value] == nil {
        add(value, from: slot, to: loop.slots(reading: value), timing)
      }
    }
  }

  private mutating func add(
    _ value: ValueID, from maker: Int, to readers: Set<Int>, _ timing: SlotTiming
  ) {
    let readers = readers.filter { $0 != maker }.sorted()
    guard let last = readers.last else { return }
    var reached: Set<Int> = [maker]
    func add(_ source: Int, _ destination: Int) {
      guard reached.insert(destination).inserted else { return }
      arrivals[destination].append(edges.count)
      departures[source].append(edges.count)
      edges.append(
        Edge(
          value: value, source: source, destination: destination,
          waitingCount: timing.waitingCount(from: source, to: destination)))
    }
    func carry(from first: Int, through last: Int) {
      for slot in stride(from: first, to: last, by: 1) { add(slot, slot + 1) }
    }
    guard maker < timing.stages else { return carry(from: maker, through: last) }
    let backward = readers.filter { $0 >= timing.stages }
    /// The forward slots from which backward readers, or those before them, get the value.
    let kept = backward.map { max(maker, timing.slotCount - 1 - $0) }
    let forward = readers.filter { $0 < timing.stages }
    carry(from: maker, through: (kept + forward).max() ?? maker)
    for (reader, keeper) in zip(backward, kept) {
      let first = timing.slotCount - 1 - keeper
      add(keeper, first)
      carry(from: first, through: reader)
    }
  }
}
