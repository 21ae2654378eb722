import Checkpoints
import Foundation
import Recipe
import TestSupport
import Testing
import Training

/// The reference results through the compiled bundle and the runtime, as a user gets them: TFRecord in,
/// safetensors and metrics out.
@Suite struct GoldenBundleTests {
  private static let weights = GoldenReference.folder + "/tiny_weights.safetensors"

  /// The mean of the micro-batches' losses at each weight update, from the reference's manifest.
  private func expectedLosses(_ trace: String) throws -> [[Double]] {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: GoldenReference.folder + "/bert_manifest.json"))
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let traces = try #require(manifest["training_traces"] as? [String: Any])
    let runs = try #require(traces[trace] as? [String: Any])
    let steps = try #require(runs["float64"] as? [[String: Any]])
    return try steps.map { step in
      let losses = try #require(step["micro_batch_losses_mlm_nsp_total"] as? [[Double]])
      return (0..<2).map { index in losses.map { $0[index] }.reduce(0, +) / Double(losses.count) }
    }
  }

  private func compare(
    _ path: String, with golden: String, prefix: String, tolerance: Double,
    skipping skipped: (String) -> Bool
  ) throws {
    let expected = try GoldenReference.tensors(golden)
    let file = try SafetensorsFile(path: path)
    #expect(file.entries.count >= 39)
    for entry in file.entries where !skipped(entry.name) {
      let values = try file.tensor(named: entry.name).floats()
      let reference = try #require(expected[prefix + entry.name], "\(entry.name)")
      if prefix == "grad.", GoldenReference.largest(reference) < 1e-6 {
        #expect(GoldenReference.largest(values) < 1e-6, "\(entry.name)")
      } else {
        let distance = GoldenReference.relativeDistance(values.map(Double.init), reference)
        #expect(distance < tolerance, "\(entry.name)")
      }
    }
  }

  @Test(
    .enabled(if: GoldenReference.isPresent, "needs ../shared/golden"),
    arguments: ["LAMB", "AdamW"], [1, 3])
  func weightUpdates(optimizer: String, steps: Int) throws {
    let workspace = try Workspace()
    try workspace.writeGoldenData(questionAnswering: false)
    let bundle = try workspace.compile(
      "examples/pretrain_tiny.json",
      GoldenReference.pretrainingSettings + ["optimizer_opts.name=\(optimizer)"])
    let outcome = try workspace.train(bundle, run: "run", steps: steps, from: Self.weights)
    let name = optimizer.lowercased()
    let expected = try expectedLosses("\(name)_gelu_new_const")
    for (index, losses) in expected.prefix(steps).enumerated() {
      for (series, loss) in zip(outcome.losses, losses) {
        #expect(abs(series.values[index] - loss) <= 1e-5 * max(1, abs(loss)), "\(series.name)")
      }
    }
    try compare(
      outcome.checkpointPath, with: "tiny_\(name)_gelu_new_const_step\(steps)", prefix: "",
      tolerance: 1e-5
    ) { $0.hasSuffix("key.bias") }
  }

  @Test(
    .enabled(if: GoldenReference.isPresent, "needs ../shared/golden"),
    arguments: [
      (
        "examples/pretrain_tiny.json", GoldenReference.pretrainingSettings,
        "tiny_pretrain_gelu_new_mb0"
      ),
      (
        "configs/squad_base_checkpoint_path.json", GoldenReference.questionAnsweringSettings,
        "tiny_qa_gelu_mb0"
      ),
    ])
  func gradientsAndOutputs(config: String, settings: [String], golden: String) throws {
    let workspace = try Workspace()
    try workspace.writeGoldenData(questionAnswering: golden.contains("qa"))
    let bundle = try workspace.compile(config, settings)
    var options = EvaluationOptions(threads: 1)
    options.datasetDirectory = workspace.dataPath
    options.checkpoint = Self.weights
    options.maximumBatches = 1
    options.gradientsPath = workspace.path + "/gradients.safetensors"
    options.outputsPath = workspace.path + "/outputs.safetensors"
    options.progress = .none
    let report = try Evaluation(bundle, options).run()
    let expected = try GoldenReference.tensors(golden)
    for (name, value) in report.losses {
      let loss = Double(try #require(expected["out.\(name)"]?.first))
      #expect(abs(value - loss) <= 1e-5 * max(1, abs(loss)), "\(name)")
    }
    try compare(
      workspace.path + "/gradients.safetensors", with: golden, prefix: "grad.", tolerance: 1e-4
    ) { _ in false }
    let outputs = try SafetensorsFile(path: workspace.path + "/outputs.safetensors")
    // The reference of question answering has no hidden states.
    let compared = outputs.entries.filter { expected["out.\($0.name)"] != nil }
    #expect(compared.count >= 2)
    for entry in compared {
      let values = try outputs.tensor(named: entry.name).floats()
      let reference = try #require(expected["out.\(entry.name)"])
      let distance = GoldenReference.relativeDistance(values.map(Double.init), reference)
      #expect(distance < 1e-5, "\(entry.name)")
    }
  }
}
