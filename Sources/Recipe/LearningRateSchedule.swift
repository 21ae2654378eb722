/// The learning rate of each weight update.
package enum LearningRateSchedule: Hashable, Sendable {
  /// Up in a straight line over the first `warmupFraction` of the steps, then down to nothing.
  case upDown(maximum: Float, warmupFraction: Double, totalSteps: Int)
  /// The same rate always: Tessera's own extension.
  case constant(maximum: Float)

  /// What an `upDown` rate never falls below.
  package static let minimum: Float = 1e-7

  /// The rate of weight update number `step`, counted from 0, in 32-bit arithmetic throughout.
  ///
  /// With `w = int(warmupFraction · totalSteps)`: up to step `w` it is `step / w · maximum`, later
  /// `maximum · (totalSteps − step − 1) / (totalSteps − w)`, and at least `minimum`; the first
  /// step's rate is therefore `minimum`. Without a warm-up step (`w` = 0) the descent starts at
  /// once, and past the last step the rate stays at `minimum`; the original divides by zero there.
  package func rate(at step: Int) -> Float {
    switch self {
    case .constant(let maximum):
      return maximum
    case .upDown(let maximum, let warmupFraction, let totalSteps):
      guard step < totalSteps else { return Self.minimum }
      let product = (warmupFraction * Double(totalSteps)).rounded(.towardZero)
      let warmup = Int(exactly: product) ?? 0
      let rate: Float
      if step <= warmup && warmup > 0 {
        rate = Float(step) / Float(warmup) * maximum
      } else {
        rate = maximum * (Float(totalSteps) - Float(step) - 1) / Float(totalSteps - warmup)
      }
      return max(Self.minimum, rate)
    }
  }
}

/// What a configuration says of the learning rate, before the number of steps is known.
package enum LearningRateSettings: Hashable, Sendable {
  case upDown(maximum: Double, warmupFraction: Double)
  case constant(maximum: Double)

  /// The schedule for a training of `totalSteps` weight updates.
  package func schedule(totalSteps: Int) -> LearningRateSchedule {
    switch self {
    case .upDown(let maximum, let warmupFraction):
      .upDown(
        maximum: Float(maximum), warmupFraction: warmupFraction, totalSteps: totalSteps)
    case .constant(let maximum): .constant(maximum: Float(maximum))
    }
  }
}
