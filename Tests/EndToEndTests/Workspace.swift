import Compiler
import Datasets
import Foundation
import Frontend
import IPUTarget
import Metrics
import Recipe
import TestSupport
import TileProgram
import Training

/// A temporary folder with what a user makes there: data, bundle, run.
struct Workspace: ~Copyable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path + "/data", withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  var dataPath: String { path + "/data" }

  /// Compiles a configuration of the project to a bundle in the folder, with what tiles do where a system is
  /// given.
  func compile(
    _ config: String, _ settings: [String], precision: Precision = .fp32,
    system: IPUSystem? = nil
  ) throws -> LoadedBundle {
    let loaded = try Configuration.load(
      path: Checkout.path(config),
      overrides: try settings.map { try Override(setting: $0) }, precision: precision)
    let bundlePath = path + "/model.ipub"
    let compilation = try Compilation(loaded.recipe)
    if let system {
      var costs: CostModel?
      let planned = try PlannedCompilation(
        compilation, program: compilation.program, on: system, costs: &costs)
      try planned.bundle(includesIR: false).write(to: bundlePath)
    } else {
      try compilation.bundle(includesIR: false).write(to: bundlePath)
    }
    return try LoadedBundle(path: bundlePath)
  }

  /// Trains as `tessera train` does, and gives the parameters' file.
  func train(
    _ bundle: LoadedBundle, run: String, steps: Int? = nil, threads: Int = 1,
    shuffles: Bool = false, from checkpoint: String? = nil, dataset: String? = nil,
    device: DeviceKind = .ipuModel
  ) throws -> TrainingOutcome {
    var options = TrainingOptions(threads: threads)
    options.datasetDirectory = dataset ?? dataPath
    options.pretrainedCheckpoint = checkpoint
    options.saveCheckpoint = "\(path)/\(run).safetensors"
    options.runDirectory = "\(path)/\(run)"
    options.maximumSteps = steps
    options.shuffles = shuffles
    options.givenDevice = device
    options.progress = .none
    return try TrainingRun(bundle, options).run()
  }

  /// Puts the original application's sample into the data, by a link: an index is written beside the data.
  func linkSample() throws {
    try FileManager.default.createSymbolicLink(
      atPath: dataPath + "/sample_text.tfrecord",
      withDestinationPath: SharedData.path("data/sample_text.tfrecord"))
  }

  /// Writes the reference's micro-batches as TFRecord, with the features of the task.
  func writeGoldenData(questionAnswering: Bool) throws {
    let inputs = try GoldenReference.tensors("tiny_inputs")
    var features = [
      "input_ids": "input_ids", "attention_mask": "input_mask", "token_type_ids": "segment_ids",
    ]
    if questionAnswering {
      features["qa_start_positions"] = "start_positions"
      features["qa_end_positions"] = "end_positions"
    } else {
      features["masked_lm_positions"] = "masked_lm_positions"
      features["masked_lm_ids"] = "masked_lm_ids"
      features["next_sentence_labels"] = "next_sentence_labels"
    }
    var writer = try TFRecordWriter(path: dataPath + "/golden.tfrecord")
    for number in 0..<12 {
      var example = Example(features: [:])
      for (tensor, feature) in features {
        let values = inputs["mb\(number / 2).\(tensor)"] ?? []
        let width = values.count / 2
        example.features[feature] = .integers(
          values[number % 2 * width..<(number % 2 + 1) * width].map { Int64($0) })
      }
      if !questionAnswering, case .integers(let labels)? = example.features["masked_lm_ids"] {
        example.features["masked_lm_weights"] = .floats(labels.map { $0 == 0 ? 0 : 1 })
      }
      try writer.append(example.encoded())
    }
    try writer.finish()
  }
}

extension TrainingOutcome {
  /// The losses of each weight update, by name: a history is exact as long as a run is short.
  var losses: [(name: String, values: [Double])] {
    history.losses.map { curve in (curve.name, curve.points.map { $0.mean ?? .nan }) }
  }
}
