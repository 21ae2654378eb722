import Foundations
import Operations
import Recipe
import Runtime

/// What the user is told where numbers are not finite: which operation made the first of them, and what
/// helps.
struct NonFiniteDiagnostic {
  /// The largest number of f16 (IEEE 754 binary16).
  private static let largestHalf: Float = 65504

  let lost: NumericsGuard.LostNumber
  let weightUpdate: Int
  /// Nil where the weight update, done again, has finite results.
  let finding: NonFiniteFinding?
  let lossScale: Float
  let precision: Precision

  /// The error.
  var diagnostic: Diagnostic {
    Diagnostic(
      code: .numberNotFinite, "\(headline) at weight update \(weightUpdate)",
      notes: notes + ["the state is that before this weight update"], remedies: remedies)
  }

  private var headline: String {
    guard let finding else { return "\(lostWords), and no operation is found that makes it so" }
    switch finding.cause {
    case .argument(let port): return "\(words(for: port)) has numbers that are not finite"
    case .constants: return "a constant of the program is infinite, and \(lostWords)"
    case .operation(let made):
      let place = made.layer.map { ", encoder layer \($0)" } ?? ""
      return
        "'\(made.mnemonic)' in \(made.phase.rawValue)\(place) makes numbers that are not finite"
    }
  }

  private var lostWords: String {
    switch lost {
    case .loss(let name, let value): "\(name) is \(value)"
    case .state(let number):
      "\(words(for: number.port)) is \(number.value) at element \(number.index)"
    }
  }

  private func words(for port: Port) -> String {
    let role = port.role.rawValue.split(separator: "_").joined(separator: " ")
    return role == port.name.split(separator: "_").joined(separator: " ")
      ? "the \(role)" : "\(role) '\(port.name)'"
  }

  // MARK: Notes

  private var notes: [String] {
    guard let finding else {
      return [
        "the weight update was done again on ipu-model, operation after operation, and its results "
          + "are finite there: rounding on ipu-tile differs"
      ]
    }
    var notes: [String] = []
    if case .operation(let made) = finding.cause { notes += Self.notes(on: made) }
    notes.append(Self.count(finding))
    if case .operation(let made) = finding.cause { notes += magnitudes(made) }
    notes.append("after the weight update \(lostWords)")
    return notes
  }

  private static func notes(on made: MadeNumbers) -> [String] {
    var notes = ["in \(made.path.joined(separator: " › "))"]
    var place: [String] = []
    if let parameter = made.parameter { place.append("at parameter '\(parameter)'") }
    if let microBatch = made.microBatch { place.append("micro-batch \(microBatch)") }
    if let replica = made.replica { place.append("replica \(replica)") }
    if !place.isEmpty { notes.append(place.joined(separator: ", ")) }
    if made.chain.count > 1 {
      notes.append("one of the chain \(made.chain.joined(separator: ", "))")
    }
    return notes
  }

  private static func count(_ finding: NonFiniteFinding) -> String {
    var parts: [String] = []
    if finding.infinities > 0 { parts.append("\(finding.infinities) infinite") }
    if finding.nans > 0 { parts.append("\(finding.nans) NaN") }
    let place = finding.index.isEmpty ? "" : ", the first at \(finding.index)"
    return "of \(finding.type), \(parts.joined(separator: " and "))\(place)"
  }

  private func magnitudes(_ made: MadeNumbers) -> [String] {
    var notes: [String] = []
    if !made.operandMagnitudes.isEmpty {
      let values = made.operandMagnitudes.map { "\($0)" }.joined(separator: ", ")
      notes.append("the operands' largest magnitudes are \(values)")
    }
    if let magnitude = overflow(made) {
      notes.append(
        "the result would be up to \(magnitude), and f16 holds up to \(Self.largestHalf)")
    }
    if made.readsInfiniteConstant {
      notes.append("an operand is infinite by a constant of the program")
    }
    return notes
  }

  /// The largest magnitude of a result that f16 does not hold; nil where f16 is not to blame.
  private func overflow(_ made: MadeNumbers) -> Float? {
    made.magnitudeWithoutLimit.flatMap { $0 > Self.largestHalf ? $0 : nil }
  }

  // MARK: Remedies

  private var remedies: [Remedy] {
    guard let finding else {
      return ["run on ipu-model: leave out --device", "lower loss_scaling from \(lossScale)"]
    }
    switch finding.cause {
    case .argument(let port) where port.role.isOptimizerState || port.role == .parameter:
      return ["start from another checkpoint: the numbers were there before the weight update"]
    case .argument(let port): return ["correct \(words(for: port))"]
    case .constants: return ["compile the configuration again with this version"]
    case .operation(let made): return remedies(made)
    }
  }

  private func remedies(_ made: MadeNumbers) -> [Remedy] {
    let rate: Remedy = "lower max_learning_rate, or warm up for longer"
    var remedies: [Remedy] = []
    switch made.phase {
    case .backward:
      remedies = [Remedy("lower loss_scaling from \(lossScale)\(suggestedScale(made))"), rate]
    case .forward, .recomputation, .optimizer: remedies = [rate]
    }
    if precision == .fp16 { remedies.append("compile with --precision fp32") }
    return remedies
  }

  /// The greatest power of two with which this result fits f16. Gradients are proportional to the loss
  /// scale.
  private func suggestedScale(_ made: MadeNumbers) -> String {
    guard let magnitude = overflow(made) else { return "" }
    let limit = lossScale * (Self.largestHalf / magnitude)
    guard limit.isNormal else { return "" }
    let scale = Float(sign: .plus, exponent: limit.exponent, significand: 1)
    return " to \(scale): this result then fits f16"
  }
}
