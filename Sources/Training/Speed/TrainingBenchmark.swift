import Datasets
import Foundations
import Operations
import Recipe
import Runtime

/// How fast a bundle trains on a device of this machine, measured several times.
package struct TrainingBenchmark: Sendable {
  /// The device that was measured.
  package let device: DeviceKind
  /// Threads that computed.
  package let threads: Int
  /// The measurements, in order.
  package let measurements: [SpeedMeasurement]
  private let digest: String
  private let microBatchSize: Int

  /// Measures the bundle on generated samples, from the initial parameters.
  /// - Parameters:
  ///   - seconds: of a measurement, about.
  ///   - repetitions: measurements, after one that does not count; at least 1.
  /// - Throws: `TesseraError` where the device cannot run the bundle; `Interrupted`.
  package init(
    _ bundle: LoadedBundle, device kind: DeviceKind, threads: Int, seconds: Double,
    repetitions: Int
  ) throws {
    let recipe = bundle.recipe
    let program = recipe.program
    let samples = GeneratedDataset(
      shape: try RecordShape(of: program), seed: recipe.run.seedBits)
    let arithmetic = try BatchArithmetic(
      microBatchSize: program.microBatchSize, replicas: program.replicas,
      accumulationCount: program.accumulationCount, datasetSize: samples.count,
      globalBatchesPerLog: 1, totalSamples: samples.count, phase: .other)
    let updater = WeightUpdater(
      recipe: recipe, arithmetic: arithmetic,
      device: try bundle.device(kind, replicas: program.replicas, threads: threads),
      state: ParameterState(bundle.program, seed: recipe.run.seedBits))
    let feed = BatchFeed(
      samples, microBatchSize: program.microBatchSize, replicas: program.replicas,
      accumulationCount: program.accumulationCount,
      streams: bundle.program.streams(readBy: EntryName.trainingStep))
    // Pages, caches and the processor's clock come up during the first.
    _ = try SpeedMeasurement(updater, feed, seconds: min(seconds, 2))
    measurements = try (0..<repetitions).map { _ in
      try SpeedMeasurement(updater, feed, seconds: seconds)
    }
    device = kind
    self.threads = threads
    digest = bundle.digest
    microBatchSize = program.microBatchSize
  }

  /// Samples a second of each measurement, the slowest first.
  private var rates: [Double] {
    measurements.map { $0.samplesPerSecond(microBatchSize: microBatchSize) }.sorted()
  }

  /// Whether whole weight updates were measured, and not only micro-batches of one.
  private var includesOptimizer: Bool { measurements.allSatisfy { $0.weightUpdates > 0 } }

  private var median: Double {
    let rates = rates
    return (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
  }

  /// The figures in lines.
  package var text: String {
    func number(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }
    let what =
      includesOptimizer ? "whole weight updates" : "micro-batches, without the optimizer"
    return """
      throughput: \(number(median)) samples/sec (median of \(rates.count); from \(number(rates[0])) to \
      \(number(rates[rates.count - 1])))
      measured: \(what), on \(device.rawValue), threads: \(threads)
      program: \(digest)

      """
  }

  /// The figures under the schema `tessera.bench/1`.
  package var json: JSON.Plain {
    .object([
      .init("schema", "tessera.bench/1"), .init("bundle_digest", .string(digest)),
      .init("device", .string(device.rawValue)), .init("threads", .integer(threads)),
      .init("includes_optimizer", .boolean(includesOptimizer)),
      .init("median_samples_per_second", .real(median)),
      .init(
        "measurements",
        .array(
          measurements.map {
            .object([
              .init("micro_batches", .integer($0.microBatches)),
              .init("weight_updates", .integer($0.weightUpdates)),
              .init("seconds", .real($0.seconds)),
              .init(
                "samples_per_second",
                .real($0.samplesPerSecond(microBatchSize: microBatchSize))),
            ])
          })),
    ])
  }
}
