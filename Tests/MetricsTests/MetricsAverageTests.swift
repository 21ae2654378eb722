import Metrics
import Testing

@Suite struct MetricsAverageTests {
  static func metrics(_ update: Int, loss: Double, rate: Double = 10) -> TrainingMetrics {
    TrainingMetrics(
      weightUpdate: update, samples: update * 12,
      losses: .questionAnswering(start: loss, end: 2 * loss),
      accuracies: [NamedValue("start_acc", loss / 8)], learningRate: Float(update),
      lossScale: Double(update), samplesPerSecond: rate)
  }

  /// Means of losses and accuracies; the last learning rate and loss scale; 24 samples in 12/10 + 12/30 s.
  @Test func anExecutionIsAveragedAtItsEnd() {
    var average = MetricsAverage(over: 2)
    #expect(average.add(Self.metrics(1, loss: 4)) == nil)
    var expected = Self.metrics(2, loss: 3, rate: 15)
    expected.samples = 24
    #expect(average.add(Self.metrics(2, loss: 2, rate: 30)) == expected)
    #expect(average.finish() == nil)
    #expect(average.add(Self.metrics(3, loss: 1)) == nil)
    #expect(average.finish() == Self.metrics(3, loss: 1))
  }

  @Test func executionsEndAtMultiplesAlsoAfterResuming() {
    var average = MetricsAverage(over: 3)
    #expect(
      (5...9).map { average.add(Self.metrics($0, loss: 1))?.weightUpdate } == [nil, 6, nil, nil, 9])
    var single = MetricsAverage(over: 0)
    #expect(single.add(Self.metrics(7, loss: 1)) == Self.metrics(7, loss: 1))
  }

  @Test func aLossThatIsNoNumberIsNoneInTheMean() {
    let average = MetricsAverage.average([Self.metrics(1, loss: .nan), Self.metrics(2, loss: 1)])
    #expect(average?.losses.named.allSatisfy { $0.value.isNaN } == true)
    #expect(MetricsAverage.average([TrainingMetrics]()) == nil)
  }
}
