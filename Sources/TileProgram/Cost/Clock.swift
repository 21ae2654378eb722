/// The time of several IPUs that run side by side and wait for each other at times.
///
/// Between two such points each IPU adds up what it does. At the point all take as long as the one with the
/// most; then come what links carry, side by side, and a synchronisation of all IPUs.
struct Clock {
  /// What each IPU has done up to the last point where all waited.
  private(set) var done: [TimeUse]
  /// What it has done since.
  private var open: [TimeUse]
  /// Cycles that each link has had since, from an IPU (outer) to an IPU (inner).
  private var links: [[Int]]
  private let syncCycles: Int

  /// - Parameter syncCycles: cycles in which all IPUs wait for each other.
  init(ipus: Int, syncCycles: Int) {
    done = Array(repeating: TimeUse(), count: ipus)
    open = done
    links = Array(repeating: Array(repeating: 0, count: ipus), count: ipus)
    self.syncCycles = syncCycles
  }

  /// Whether a link has carried something since the last point.
  var hasCopied: Bool { longestLink > 0 }

  /// The IPUs that have done something since the last point.
  var active: [Int] { open.indices.filter { open[$0].total > 0 } }

  private var longestLink: Int { links.joined().max() ?? 0 }

  /// An IPU does something.
  mutating func add(_ use: TimeUse, on ipu: Int) { open[ipu] += use }

  /// A link carries something for so long.
  mutating func copy(from source: Int, to destination: Int, cycles: Int) {
    links[source][destination] += cycles
  }

  /// All IPUs wait for each other, where they have done something.
  mutating func synchronize() {
    let active = active
    let link = longestLink
    guard !active.isEmpty || link > 0 else { return }
    let longest = open.map(\.total).max() ?? 0
    let sync = active.count > 1 || link > 0 ? syncCycles : 0
    for ipu in open.indices {
      let idle = longest - open[ipu].total
      done[ipu] += open[ipu] + TimeUse(sync: sync, links: link, idle: idle)
      open[ipu] = TimeUse()
      for other in links[ipu].indices { links[ipu][other] = 0 }
    }
  }

  /// All IPUs wait for each other, then do what takes each of them equally long.
  mutating func append(_ uses: [TimeUse]) {
    synchronize()
    for ipu in done.indices { done[ipu] += uses[ipu] }
  }

  /// All IPUs wait for each other; what was done up to here is handed over, and the clock begins anew.
  mutating func take() -> [TimeUse] {
    synchronize()
    defer { done = done.map { _ in TimeUse() } }
    return done
  }
}
