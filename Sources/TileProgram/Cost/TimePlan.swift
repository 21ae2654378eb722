import IPUTarget

/// The time of one run of the entry: one weight update.
package struct TimePlan: Hashable, Sendable {
  /// What a run consists of.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// The repeat in which most time goes: the pipeline's steady state, or the loop over micro-batches.
    case steady
    /// The rest of the work on micro-batches: where the pipeline fills and drains.
    case ramps
    /// Collectives.
    case allReduce = "all_reduce"
    /// All else: the optimizer.
    case update
  }

  /// One iteration of the steady state.
  package struct Timestep: Hashable, Sendable {
    /// How many there are in a run.
    package var count: Int
    /// What each IPU does in one; the totals are equal.
    package var uses: [TimeUse]

    /// Cycles of one.
    package var cycles: Int { uses.map(\.total).max() ?? 0 }
  }

  /// What each IPU (inner) does in each part (outer, in the order of the cases); the totals of a part's IPUs
  /// are equal.
  package var uses: [[TimeUse]]
  /// The steady state; nil where the program has no repeat over several IPUs or, on one, none at all.
  package var timestep: Timestep?
  /// By the functions' numbers the time of one call; nil for those that span IPUs or never run.
  package var functions: [TimeUse?]
  /// Cycles of a second.
  package var clockHertz: Double

  /// Cycles of a part.
  package func cycles(of part: Part) -> Int {
    uses(of: part).map(\.total).max() ?? 0
  }

  /// What each IPU does in a part.
  package func uses(of part: Part) -> [TimeUse] { uses[part.index] }

  /// Cycles of a run.
  package var cycles: Int { Part.allCases.reduce(0) { $0 + cycles(of: $1) } }

  /// Seconds of a run.
  package var stepSeconds: Double { Double(cycles) / clockHertz }

  /// What the IPUs do in a run, added up over all of them.
  package var total: TimeUse { uses.joined().reduce(TimeUse(), +) }
}

extension TimePlan.Part {
  /// The part's place among the cases.
  var index: Int {
    switch self {
    case .steady: 0
    case .ramps: 1
    case .allReduce: 2
    case .update: 3
    }
  }
}
