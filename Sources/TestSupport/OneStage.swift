/// Settings that put a model of two encoder layers on one IPU, in one stage: the micro-batches of a weight
/// update may then be of any number.
package enum OneStage {
  /// For pre-training.
  package static let pretraining = settings(["emb", "hid", "hid", "enc_out", "pool", "heads"])
  /// For question answering.
  package static let questionAnswering = settings(["emb", "hid", "hid", "qa_head"])

  private static func settings(_ layers: [String]) -> [String] {
    let names = layers.map { "\"\($0)\"" }.joined(separator: ",")
    return [
      "pipeline_stages=[[\(names)]]", "device_mapping=[0]",
      "matmul_available_memory_proportion_per_pipeline_stage=[0.2]",
    ]
  }
}
