import Bundle
import Datasets
import Foundations
import Glibc
import Metrics
import Operations
import Recipe
import Runtime

/// Everything that could fail in the sixth hour of a training, tried in its first minute: the bundle, the
/// settings, the data, memory, the disk, a checkpoint, and some weight updates.
package struct TrainingCheck {
  /// One thing that was tried.
  package struct Item: Sendable {
    /// What was tried.
    package var name: String
    /// How it went.
    package var outcome: Outcome
  }

  /// How a trial went.
  package enum Outcome: Sendable {
    /// In words, with numbers.
    case passed(String)
    /// What would fail.
    case failed([Diagnostic])
    /// What it would have needed did not pass.
    case skipped
  }

  /// What was tried so far, in order.
  package private(set) var items: [Item] = []
  private let report: (Item) -> Void

  /// Whether nothing failed.
  package var passes: Bool {
    items.allSatisfy { if case .passed = $0.outcome { true } else { false } }
  }

  /// Samples that are read, spread over the data.
  private static let sampleCount = 2000
  /// Seconds of training that are tried.
  private static let trainingSeconds = 15.0

  /// Tries the training of the bundle at `path`.
  /// - Parameter report: is told of each trial as soon as it is over.
  /// - Throws: `Interrupted`.
  package init(
    path: String, _ options: TrainingOptions, report: @escaping (Item) -> Void = { _ in }
  ) throws {
    self.report = report
    let bundle = try attempt("bundle") {
      try BundleFile(path: path).verify()
      let bundle = try LoadedBundle(path: path)
      return (bundle, "all sections are whole and valid; program \(bundle.digest.prefix(12))")
    }
    let run = try attempt("settings", bundle) { bundle in
      let run = try PlannedRun(bundle, options)
      return (run, run.summary)
    }
    let samples = try attempt("data", run) { run in
      let samples = try TrainingData(run.recipe, run.options).opened(for: run.recipe.program)
      return (samples, samples.summary + samples.warnings.map { "; \($0.message)" }.joined())
    }
    _ = try attempt("samples", run, samples) { run, samples in
      ((), try Self.readSamples(of: samples, size: run.recipe.program.microBatchSize))
    }
    let arithmetic = try attempt("batches", run, samples) { run, samples in
      let arithmetic = try run.recipe.batchArithmetic(datasetSize: samples.count)
      return (arithmetic, Self.describe(arithmetic))
    }
    let state = try attempt("parameters", bundle, run) { bundle, run in
      let state = ParameterState(bundle.program, seed: run.recipe.run.seedBits)
      guard run.goesOn else { return (state, try run.loadWeights(into: state)) }
      let beginning = run.beginning(try Self.present(arithmetic), bundleDigest: bundle.digest)
      return (state, try run.resume(into: state, from: beginning))
    }
    let device = try attempt("device", bundle, run) { bundle, run in
      let device = try bundle.device(
        options.device, replicas: run.recipe.program.replicas, threads: options.threads)
      return (device, "\(options.device.rawValue), threads: \(options.threads)")
    }
    _ = try attempt("memory", state, device) { state, device in
      ((), try Self.checkMemory(for: state, device))
    }
    _ = try attempt("disk", bundle, run, arithmetic, state) { bundle, run, arithmetic, state in
      let progress = run.beginning(arithmetic, bundleDigest: bundle.digest)
      return ((), try DiskCheck(run).write(state, progress))
    }
    _ = try attempt("training", bundle, run, samples, arithmetic, state, device) {
      bundle, run, samples, arithmetic, state, device in
      let updater = WeightUpdater(
        recipe: run.recipe, arithmetic: arithmetic, device: device, state: state)
      return ((), try Self.train(updater, bundle, samples))
    }
  }

  /// Tries one thing, if all that it needs is there.
  /// - Returns: what later trials need of it; nil where it failed.
  /// - Throws: `Interrupted`.
  private mutating func attempt<each Input, Value>(
    _ name: String, _ inputs: repeat (each Input)?,
    by body: (repeat each Input) throws -> (Value, String)
  ) throws -> Value? {
    try Interruption.check()
    func add(_ outcome: Outcome) {
      items.append(Item(name: name, outcome: outcome))
      report(items[items.count - 1])
    }
    do {
      let (value, words) = try body(repeat try Self.present(each inputs))
      add(.passed(words))
      return value
    } catch is NothingToTry {
      add(.skipped)
    } catch let error as TesseraError {
      add(.failed(error.diagnostics))
    }
    return nil
  }

  private static func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw NothingToTry() }
    return value
  }

  /// Reads samples from all over the data: as the training will, but at once.
  private static func readSamples(of samples: any SampleSource, size: Int) throws -> String {
    let batches = max(1, samples.count / size)
    let wanted = min(batches, max(1, sampleCount / size))
    let start = monotonicSeconds()
    var read = 0
    for number in 0..<wanted {
      try Interruption.check()
      guard monotonicSeconds() - start < 10 else { break }
      // In the order of the files: the permutation of an epoch is over all samples in any case.
      _ = try samples.microBatch(UInt64(number * batches / wanted), size: size)
      read += size
    }
    return "\(read) of \(samples.count) samples, spread over all, are whole and fit the program"
  }

  private static func describe(_ arithmetic: BatchArithmetic) -> String {
    "\(arithmetic.weightUpdates) weight updates of \(arithmetic.globalBatchSize) samples, "
      + "\(NumberText.fixed(arithmetic.epochs, decimals: 2)) epochs"
      + arithmetic.warnings.map { "; \($0.message)" }.joined()
  }

  /// Whether the machine has the memory for the state, the copy that the numerics guard keeps of it, and what
  /// the device computes in.
  private static func checkMemory(
    for state: ParameterState, _ device: any Device
  ) throws(TesseraError) -> String {
    let stateBytes = state.byteCount
    let needed = 2 * stateBytes + device.hostByteCount
    // The state and the device's memory are there already, though not all of their pages.
    guard let available = HostMemory.availableByteCount else {
      return "\(byteCountText(needed)) needed; the system does not say what it has"
    }
    guard needed <= available + stateBytes else {
      throw TesseraError(
        .doesNotFit, code: .outOfMemory,
        "the training needs \(byteCountText(needed)) of memory, and \(byteCountText(available)) are free",
        remedies: ["use a machine with more memory", "lower --threads"])
    }
    return "\(byteCountText(needed)) of \(byteCountText(available)) that are free"
  }

  /// Trains for some seconds, on a state that is thrown away.
  private static func train(
    _ updater: WeightUpdater, _ bundle: LoadedBundle, _ samples: any SampleSource
  ) throws -> String {
    let program = updater.recipe.program
    let feed = BatchFeed(
      samples, microBatchSize: program.microBatchSize, replicas: program.replicas,
      accumulationCount: program.accumulationCount,
      streams: bundle.program.streams(readBy: EntryName.trainingStep))
    let speed = try SpeedMeasurement(
      updater, feed, seconds: trainingSeconds, updateLimit: updater.arithmetic.weightUpdates)
    if let last = speed.last, last.losses.named.contains(where: { !$0.value.isFinite }) {
      throw TesseraError(
        .checkFailed, code: .numberNotFinite,
        "a loss is not finite after \(speed.weightUpdates) weight updates",
        remedies: ["lower max_learning_rate", "lower loss_scaling from \(last.lossScale)"])
    }
    let rate = speed.samplesPerSecond(microBatchSize: program.microBatchSize)
    let total = Double(updater.arithmetic.weightUpdates * updater.arithmetic.globalBatchSize) / rate
    let done =
      speed.weightUpdates > 0
      ? "\(speed.weightUpdates) weight updates" : "\(speed.microBatches) micro-batches of the first"
    return "\(done) ran, \(NumberText.fixed(rate, decimals: 1)) samples/sec; "
      + "at that speed the training takes \(NumberText.duration(total)) (an estimate)"
  }
}

/// What a trial needs is not there.
private struct NothingToTry: Error {}
