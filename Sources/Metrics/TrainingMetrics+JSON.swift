import Foundations

extension TrainingMetrics {
  /// The object of `metrics.jsonl`, schema `tessera.metrics/1`, without a line end. Numbers are the
  /// shortest decimals that read back as the same number; NaN and the infinities are `null`.
  package var json: String {
    var fields: [JSON.Plain.Field] = [
      .init("schema", .string(Self.schema)), .init("weight_update", .integer(weightUpdate)),
      .init("samples", .integer(samples)),
    ]
    fields += (losses.named + accuracies).map { .init($0.name, .real($0.value)) }
    fields += [
      .init("learning_rate", .single(learningRate)), .init("loss_scale", .real(lossScale)),
      .init("samples_per_second", .real(samplesPerSecond)),
    ]
    return JSON.Plain.object(fields).text()
  }

  /// The metrics of a line of `metrics.jsonl`; `null` is NaN. Keys that are not known are left out.
  ///
  /// - Throws: the JSON reader's errors, and `damaged-metrics` (exit 65) where a key is missing.
  init(_ line: [UInt8], at place: SourceLocation) throws(TesseraError) {
    let object = try Self.object(line, at: place)
    func number(_ key: String) -> Double? {
      guard let value = object[key] else { return nil }
      return value.isNull ? .nan : value.number
    }
    func needed(_ key: String) throws(TesseraError) -> Double {
      guard let number = number(key) else { throw Self.damaged(place, "\"\(key)\" is missing") }
      return number
    }
    guard object["schema"]?.string == Self.schema else {
      throw Self.damaged(place, "\"schema\" is not \"\(Self.schema)\"")
    }
    guard let weightUpdate = object["weight_update"]?.integer, weightUpdate > 0,
      let samples = object["samples"]?.integer, samples >= 0
    else { throw Self.damaged(place, "\"weight_update\" or \"samples\" is no count") }
    let tasks: [Losses] = [
      .pretraining(maskedLM: 0, nextSentence: 0), .questionAnswering(start: 0, end: 0),
      .sequenceClassification(0),
    ]
    guard let task = tasks.first(where: { $0.named.allSatisfy { number($0.name) != nil } }) else {
      throw Self.damaged(place, "the losses are missing")
    }
    self.init(
      weightUpdate: weightUpdate, samples: samples,
      losses: task.mapped { number($0) ?? .nan },
      accuracies: (object.members ?? []).map(\.key).filter { $0.hasSuffix("_acc") }
        .map { NamedValue($0, number($0) ?? .nan) },
      learningRate: Float(try needed("learning_rate")), lossScale: try needed("loss_scale"),
      samplesPerSecond: try needed("samples_per_second"))
  }

  /// The line's JSON value; the places of its errors are those of the whole file.
  private static func object(
    _ line: [UInt8], at place: SourceLocation
  ) throws(TesseraError) -> JSON.Value {
    do throws(TesseraError) {
      return try JSON.parse(bytes: line, file: place.file)
    } catch {
      var error = error
      for index in error.diagnostics.indices {
        error.diagnostics[index].location?.line = place.line
      }
      throw error
    }
  }

  private static let schema = "tessera.metrics/1"

  /// The error that a line holds something else than metrics.
  static func damaged(_ place: SourceLocation, _ reason: String) -> TesseraError {
    TesseraError(
      .badData, code: .damagedMetrics, reason, at: place,
      notes: ["every line of metrics.jsonl is the object of one weight update"],
      remedies: ["remove the line; its weight update is then missing from plots"])
  }
}
