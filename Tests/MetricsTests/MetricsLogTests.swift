import Foundation
import Foundations
import Metrics
import TestSupport
import Testing

@Suite struct MetricsLogTests {
  static func log(_ updates: ClosedRange<Int>) -> String {
    updates.map { TrainingMetrics.sample($0).json + "\n" }.joined()
  }

  @Test func everyLineIsInTheFileAtOnce() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("old\n".utf8), "metrics.jsonl")
    let log = try MetricsLog(path: path)
    for update in 1...3 {
      try log.append(.sample(update))
      #expect(try text(of: path) == Self.log(1...update))
    }
  }

  @Test func aFullDiskIsAnError() throws {
    let log = try MetricsLog(path: "/dev/full")
    #expect(throws: TesseraError.self) { try log.append(.sample(1)) }
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("metrics.jsonl")
    let log = try MetricsLog(path: path)
    var updates = (1...2000).map { TrainingMetrics.sample($0, samplesPerSecond: 1 / Double($0)) }
    updates[5].losses = .questionAnswering(start: 0.1 + 0.2, end: 1e-300)
    updates[6].losses = .sequenceClassification(-0.0)
    updates[7].accuracies = []
    updates[8].learningRate = 1.1754944e-38
    for update in updates { try log.append(update) }
    let reader = try MetricsReader(path: path)
    for update in updates { #expect(try reader.next() == update) }
    #expect(try reader.next() == nil)
  }

  /// What JSON has no number for comes back as NaN.
  @Test func lostNumbersStayLost() throws {
    let folder = try TemporaryFolder()
    var metrics = TrainingMetrics.sample(1)
    metrics.losses = .pretraining(maskedLM: .infinity, nextSentence: .nan)
    let path = try folder.write(Array((metrics.json + "\n").utf8), "metrics.jsonl")
    let read = try MetricsReader(path: path).next()
    #expect(read?.losses.named.map(\.name) == ["mlm_loss", "nsp_loss"])
    #expect(read?.losses.named.allSatisfy { $0.value.isNaN } == true)
  }

  /// A run that resumes after weight update 3 does 4 and 5 again.
  @Test(arguments: ["", "{\"schema\":\"tessera.met", "\u{0}\u{0}\u{0}"])
  func resumingCutsWhatIsDoneAgainAndATornLine(tail: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array((Self.log(1...5) + tail).utf8), "metrics.jsonl")
    let log = try MetricsLog(path: path, resumingAfter: 3)
    #expect(try text(of: path) == Self.log(1...3))
    try log.append(.sample(4))
    #expect(try text(of: path) == Self.log(1...4))

    try folder.write(Array((Self.log(1...5) + tail).utf8), "metrics.jsonl")
    _ = try MetricsLog(path: path, resumingAfter: 7)
    #expect(try text(of: path) == Self.log(1...5))
    _ = try MetricsLog(path: path, resumingAfter: 0)
    #expect(try text(of: path).isEmpty)
  }

  @Test(
    arguments: [
      ("{\"schema\":", "json-unexpected-end"), ("{}", "damaged-metrics"), ("3", "damaged-metrics"),
      (#"{"schema":"tessera.metrics/2"}"#, "damaged-metrics"),
      (
        TrainingMetrics.sample(2).json.replacing(
          "\"weight_update\":2", with: "\"weight_update\":0"),
        "damaged-metrics"
      ),
      (TrainingMetrics.sample(2).json.replacing("mlm_loss", with: "mml_loss"), "damaged-metrics"),
      (
        TrainingMetrics.sample(2).json.replacing("learning_rate", with: "rate"), "damaged-metrics"
      ),
      (String(repeating: " ", count: 3 << 20), "damaged-metrics"),
    ])
  func aDamagedLineIsNamed(line: String, code: String) throws {
    let folder = try TemporaryFolder()
    let text = Self.log(1...1) + line + "\n" + Self.log(3...3)
    let path = try folder.write(Array(text.utf8), "metrics.jsonl")
    let error = #expect(throws: TesseraError.self) {
      try MetricsLog(path: path, resumingAfter: 3)
    }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code.rawValue == code)
    #expect(error?.diagnostics.first?.location?.line == 2)
    #expect(error?.diagnostics.first?.location?.file == path)
    #expect(try folder.contents("metrics.jsonl") == Array(text.utf8))
  }

  @Test func aMissingLogIsAnError() throws {
    let error = #expect(throws: TesseraError.self) { try MetricsReader(path: "/nowhere/x.jsonl") }
    #expect(error?.exitCode == .inputMissing)
  }
}
