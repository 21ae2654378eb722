import Foundation
import Foundations
import TestSupport
import Testing
import Training

@Suite struct MetricsTests {
  static let pretraining = TrainingMetrics(
    weightUpdate: 1, samples: 12, losses: .pretraining(maskedLM: 0.1 + 0.2, nextSentence: 0.6875),
    learningRate: 1e-7, lossScale: 16, samplesPerSecond: 123.456)

  @Test func theObjectIsTheOneOfTheSchema() {
    #expect(
      Self.pretraining.json
        == #"{"schema":"tessera.metrics/1","weight_update":1,"samples":12,"#
        + #""mlm_loss":0.30000000000000004,"nsp_loss":0.6875,"learning_rate":1e-07,"#
        + #""loss_scale":16.0,"samples_per_second":123.456}"#)
  }

  @Test func questionAnsweringHasItsLossesAndNonFiniteIsNull() {
    var metrics = Self.pretraining
    metrics.losses = .questionAnswering(start: .nan, end: .infinity)
    metrics.samplesPerSecond = -.infinity
    #expect(
      metrics.json
        == #"{"schema":"tessera.metrics/1","weight_update":1,"samples":12,"start_loss":null,"#
        + #""end_loss":null,"learning_rate":1e-07,"loss_scale":16.0,"samples_per_second":null}"#)
  }

  @Test func fixedDecimalsRoundAndPad() {
    #expect(NumberText.fixed(3.14159, decimals: 3) == "3.142")
    #expect(NumberText.fixed(0.05, decimals: 1) == "0.1")
    #expect(NumberText.fixed(-0.004, decimals: 2) == "0.00")
    #expect(NumberText.fixed(-1.5, decimals: 2) == "-1.50")
    #expect(NumberText.fixed(7, decimals: 0) == "7")
    #expect(NumberText.fixed(.nan, decimals: 2) == "nan")
    #expect(NumberText.fixed(1e300, decimals: 2) == "1e+300")
  }

  @Test func durationsReadWell() {
    #expect(NumberText.duration(0.2) == "1 s")
    #expect(NumberText.duration(125) == "2 min 05 s")
    #expect(NumberText.duration(3600 * 3 + 7 * 60) == "3 h 07 min")
    #expect(NumberText.duration(.infinity) == "?")
  }

  @Test func theStepLineHasThePhrasesThatToolsSearchFor() throws {
    let line = Self.pretraining.stepLine
    #expect(
      line == "step: 1, mlm_loss: 0.3000, nsp_loss: 0.6875, learning_rate: 1e-07, "
        + "loss_scale: 16.0, throughput: 123.5 samples/sec")
    #expect(line.firstMatch(of: /throughput: (.*?) samples\/sec/)?.1 == "123.5")
  }

  @Test func everyLineIsInTheFileAtOnce() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    try Data("old\n".utf8).write(to: URL(fileURLWithPath: path))
    let log = try MetricsLog(path: path)
    for update in 1...3 {
      var metrics = Self.pretraining
      metrics.weightUpdate = update
      try log.append(metrics)
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == update)
      #expect(lines.last.map(String.init) == metrics.json)
    }
  }

  @Test func aFullDiskIsAnError() throws {
    let log = try MetricsLog(path: "/dev/full")
    #expect(throws: TesseraError.self) { try log.append(Self.pretraining) }
  }
}
