import Recipe

/// When each slot runs, in rounds of `interval` timesteps: a round runs every slot once.
struct SlotTiming {
  let schedule: PipelineSchedule
  let stages: Int
  private let interval: Int

  init(_ schedule: PipelineSchedule, stages: Int) {
    self.schedule = schedule
    self.stages = stages
    interval = schedule.interval(stages: stages)
  }

  var slotCount: Int { 2 * stages }

  /// Rounds by which a slot is behind slot 0 with a micro-batch.
  func delay(of slot: Int) -> Int { slot / interval }

  /// Rounds before the first in which every slot works, and as many after the last.
  var rampRounds: Int { delay(of: slotCount - 1) }

  /// The slots of a round, in the order of their timesteps; in one timestep a slot stands before those
  /// that it is handed values by, so that they may write over what it has read.
  var order: [Int] {
    (0..<slotCount).sorted { left, right in
      let (leftStep, rightStep) = (left % interval, right % interval)
      return leftStep == rightStep ? left > right : leftStep < rightStep
    }
  }

  /// Whether `first` runs before `second` in a round.
  func runsBefore(_ first: Int, _ second: Int) -> Bool {
    let (firstStep, secondStep) = (first % interval, second % interval)
    return firstStep == secondStep ? first > second : firstStep < secondStep
  }

  /// Micro-batches of which a value that `source` made waits for `destination` at the end of a round; 0
  /// where it is read in the round in which it is made.
  func waitingCount(from source: Int, to destination: Int) -> Int {
    let rounds = delay(of: destination) - delay(of: source)
    return rounds > 0 && runsBefore(source, destination) ? rounds + 1 : rounds
  }
}
