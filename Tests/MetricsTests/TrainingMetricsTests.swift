import Foundation
import Foundations
import Metrics
import TestSupport
import Testing

@Suite struct TrainingMetricsTests {
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

  @Test func accuraciesFollowTheLosses() {
    var metrics = Self.pretraining
    metrics.accuracies = [NamedValue("mlm_acc", 0.25), NamedValue("nsp_acc", 0.75)]
    #expect(metrics.json.contains(#""nsp_loss":0.6875,"mlm_acc":0.25,"nsp_acc":0.75,"learning"#))
    #expect(
      metrics.stepLine().contains(
        "nsp_loss: 0.6875, mlm_acc: 0.2500, nsp_acc: 0.7500, learning_rate"))
  }

  @Test func theStepLineHasThePhrasesThatToolsSearchFor() throws {
    let line = Self.pretraining.stepLine()
    #expect(
      line == "step: 1, mlm_loss: 0.3000, nsp_loss: 0.6875, learning_rate: 1e-07, "
        + "loss_scale: 16.0, throughput: 123.5 samples/sec")
    #expect(line.firstMatch(of: /throughput: (.*?) samples\/sec/)?.1 == "123.5")
    #expect(Self.pretraining.stepLine(timeLeft: 125) == line + ", 2 min 05 s left")
  }
}
