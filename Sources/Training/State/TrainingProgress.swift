import Foundations
import Recipe

/// How far a training has come, and what it goes on with: all of its state that is no tensor.
///
/// Random numbers are functions of the seed and of counters, and the order of the samples of seed, epoch and
/// place, so the number of weight updates is the whole position in both.
package struct TrainingProgress: Hashable, Sendable {
  /// Weight updates that are done.
  package var weightUpdates: Int
  /// Weight updates of the whole training: the length of the learning rate's schedule.
  package var scheduledWeightUpdates: Int
  /// Samples of one weight update, over all replicas.
  package var globalBatchSize: Int
  /// The digest of the bundle's program.
  package var bundleDigest: String
  /// What random numbers and the order of the samples follow from.
  package var seed: Int
  /// Samples of the data set.
  package var datasetSize: Int
  /// What the data are known again by; empty where nobody looked.
  package var datasetDigest: String
  /// Whether the samples come in another order in each epoch.
  package var shuffles: Bool
  /// The factor on the loss before differentiation.
  package var lossScale: Double

  /// Samples that were trained on: where in the data the training is.
  package var samples: Int { weightUpdates * globalBatchSize }

  /// The progress as one line of JSON, schema `tessera.training-state/1`.
  package var json: String {
    JSON.Plain.object([
      .init("schema", .string(Self.schema)), .init("weight_updates", .integer(weightUpdates)),
      .init("samples", .integer(samples)),
      .init("scheduled_weight_updates", .integer(scheduledWeightUpdates)),
      .init("global_batch_size", .integer(globalBatchSize)),
      .init("bundle_digest", .string(bundleDigest)), .init("seed", .integer(seed)),
      .init("dataset_size", .integer(datasetSize)),
      .init("dataset_digest", .string(datasetDigest)), .init("shuffle", .boolean(shuffles)),
      .init("loss_scale", .real(lossScale)),
    ]).text()
  }

  private static let schema = "tessera.training-state/1"

  /// Reads `json` back; nil where it is something else.
  package init?(json: String) {
    guard let root = try? JSON.parse(bytes: Array(json.utf8), file: "training state"),
      root["schema"]?.string == Self.schema,
      let weightUpdates = root["weight_updates"]?.integer, weightUpdates >= 0,
      let scheduled = root["scheduled_weight_updates"]?.integer,
      let globalBatchSize = root["global_batch_size"]?.integer, globalBatchSize > 0,
      !weightUpdates.multipliedReportingOverflow(by: globalBatchSize).overflow,
      let digest = root["bundle_digest"]?.string, let seed = root["seed"]?.integer,
      let datasetSize = root["dataset_size"]?.integer,
      let datasetDigest = root["dataset_digest"]?.string,
      let shuffles = root["shuffle"]?.boolean,
      let lossScale = root["loss_scale"]?.number
    else { return nil }
    self.init(
      weightUpdates: weightUpdates, scheduledWeightUpdates: scheduled,
      globalBatchSize: globalBatchSize, bundleDigest: digest, seed: seed,
      datasetSize: datasetSize, datasetDigest: datasetDigest, shuffles: shuffles,
      lossScale: lossScale)
  }

  /// The progress of a training before its first weight update.
  init(
    beginningOf recipe: TrainingRecipe, _ arithmetic: BatchArithmetic, bundleDigest: String,
    datasetDigest: String = "", shuffles: Bool
  ) {
    self.init(
      weightUpdates: 0, scheduledWeightUpdates: arithmetic.weightUpdates,
      globalBatchSize: arithmetic.globalBatchSize, bundleDigest: bundleDigest,
      seed: recipe.run.seed, datasetSize: arithmetic.datasetSize, datasetDigest: datasetDigest,
      shuffles: shuffles,
      lossScale: recipe.run.lossScaleValue)
  }

  /// The progress of a training.
  package init(
    weightUpdates: Int, scheduledWeightUpdates: Int, globalBatchSize: Int, bundleDigest: String,
    seed: Int, datasetSize: Int, datasetDigest: String, shuffles: Bool, lossScale: Double
  ) {
    self.weightUpdates = weightUpdates
    self.scheduledWeightUpdates = scheduledWeightUpdates
    self.globalBatchSize = globalBatchSize
    self.bundleDigest = bundleDigest
    self.seed = seed
    self.datasetSize = datasetSize
    self.datasetDigest = datasetDigest
    self.shuffles = shuffles
    self.lossScale = lossScale
  }

  /// Checks that a training of this program, seed, order and data, which is `start` before its first weight
  /// update, can go on from here.
  /// - Throws: `training-state-mismatch` (incompatible) with all that differs.
  package func check(continues start: TrainingProgress, path: String) throws(TesseraError) {
    var differences: [String] = []
    func compare(
      _ name: String, _ found: some CustomStringConvertible, _ wanted: some CustomStringConvertible
    ) {
      guard "\(found)" != "\(wanted)" else { return }
      differences.append("\(name): \(found) in the checkpoint, \(wanted) in this run")
    }
    compare("the bundle's digest", bundleDigest, start.bundleDigest)
    compare("seed", seed, start.seed)
    compare("samples of the data set", datasetSize, start.datasetSize)
    let isSameOrder = seed == start.seed && shuffles == start.shuffles
    if isSameOrder, datasetSize == start.datasetSize, !datasetDigest.isEmpty,
      !start.datasetDigest.isEmpty
    {
      compare("the samples' digest", datasetDigest, start.datasetDigest)
    }
    compare("shuffling", shuffles ? "on" : "off", start.shuffles ? "on" : "off")
    guard differences.isEmpty else {
      throw TesseraError(
        .incompatible, code: .trainingStateMismatch,
        "\(path) is the state of another training", notes: differences,
        remedies: [
          "resume with the bundle, the seed and the data that it was made with",
          Remedy("begin a new training with its weights: --pretrained-ckpt-path \(path)"),
        ])
    }
  }
}
