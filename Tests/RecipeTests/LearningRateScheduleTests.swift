import Recipe
import Testing

@Suite struct LearningRateScheduleTests {
  private static let upDown = LearningRateSchedule.upDown(
    maximum: 0.006, warmupFraction: 0.28, totalSteps: 10)

  /// Warm-up is int(2.8) = 2 steps: half of the maximum, the maximum, then down by eighths.
  @Test func upDown() {
    let expected: [Double] = [
      1e-7, 0.003, 0.006, 0.0045, 0.00375, 0.003, 0.00225, 0.0015, 0.00075, 1e-7,
    ]
    for (step, rate) in expected.enumerated() {
      let computed = Double(Self.upDown.rate(at: step))
      #expect(abs(computed - rate) <= 1e-6 * rate, "step \(step): \(computed)")
    }
    #expect(Self.upDown.rate(at: 0) == 1e-7)
    #expect(Self.upDown.rate(at: 10) == 1e-7)
    #expect(Self.upDown.rate(at: 1_000) == 1e-7)
  }

  @Test func withoutWarmUp() {
    let schedule = LearningRateSchedule.upDown(maximum: 1, warmupFraction: 0, totalSteps: 4)
    #expect((0..<4).map(schedule.rate) == [0.75, 0.5, 0.25, 1e-7])
  }

  @Test func warmUpOnly() {
    let schedule = LearningRateSchedule.upDown(maximum: 1, warmupFraction: 1, totalSteps: 4)
    #expect((0..<5).map(schedule.rate) == [1e-7, 0.25, 0.5, 0.75, 1e-7])
  }

  @Test func constant() {
    let schedule = LearningRateSettings.constant(maximum: 1e-3).schedule(totalSteps: 10)
    #expect([0, 1, 9, 100].map(schedule.rate) == [1e-3, 1e-3, 1e-3, 1e-3])
  }
}
