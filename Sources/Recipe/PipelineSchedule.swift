/// In which order the stages of a pipeline take micro-batches.
///
/// S stages are 2S slots: slot i is stage i's forward pass, slot 2S − 1 − i its backward pass. In one
/// timestep a slot handles one micro-batch and hands what it made to the next slot; slot s handles
/// micro-batch m in timestep `interval · m + s`.
package enum PipelineSchedule: String, Hashable, Sendable, CaseIterable {
  /// Every slot works in every timestep, so that an IPU runs its stages' forward and backward passes in
  /// each: the smallest program, the best balance, the largest stash.
  case grouped
  /// Slots of even and of odd number take turns, so that an IPU runs either a forward or a backward pass:
  /// about half the stash.
  case interleaved
  /// One slot after the other: no two IPUs work at a time, and nothing is stashed.
  case sequential

  /// Timesteps from one micro-batch to the next.
  package func interval(stages: Int) -> Int {
    switch self {
    case .grouped: 1
    case .interleaved: 2
    case .sequential: 2 * stages
    }
  }

  /// Micro-batches that are on their way at a time: an accumulation takes a multiple of them, as the
  /// original's compiler demands.
  package func overlap(stages: Int) -> Int { 2 * stages / interval(stages: stages) }

  /// Timesteps of an accumulation over `count` micro-batches, with ramp-up and ramp-down.
  package func timesteps(stages: Int, count: Int) -> Int {
    interval(stages: stages) * (count - 1) + 2 * stages
  }

  /// Copies of what stage `stage` keeps for its backward pass that are alive at a time.
  ///
  /// Of grouped stages 2 · (S − 1 − i) + 1, of interleaved ones S − i: the depth of the stash where it
  /// is more than one.
  package func stashDepth(stage: Int, stages: Int) -> Int {
    let distance = 2 * (stages - 1 - stage) + 1
    switch self {
    case .grouped: return distance
    case .interleaved: return stages - stage
    case .sequential: return 1
    }
  }
}
