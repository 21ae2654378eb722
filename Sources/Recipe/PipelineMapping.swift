/// A layer, or group of layers, that a pipeline stage can hold.
package enum StageLayer: String, Hashable, Sendable, CaseIterable {
  /// The embeddings.
  case embeddings = "emb"
  /// One encoder layer.
  case encoderLayer = "hid"
  /// The pooler.
  case pooler = "pool"
  /// The gathering of the masked positions from the encoder's output.
  case encoderOutput = "enc_out"
  /// The masked-LM and next-sentence heads.
  case heads
  /// The question-answering head.
  case questionAnsweringHead = "qa_head"
  /// The classifier on the pooler's output.
  case classificationHead = "glue_head"
}

/// Which layers each pipeline stage holds, and on which IPU of a replica it runs.
package struct PipelineMapping: Hashable, Sendable {
  /// The layers of each stage, in the order in which they run.
  package var stages: [[StageLayer]]
  /// An IPU's number for each stage.
  package var devices: [Int]
  /// How micro-batches follow each other through the stages.
  package var schedule: PipelineSchedule

  package init(
    stages: [[StageLayer]], devices: [Int], schedule: PipelineSchedule = .grouped
  ) {
    self.stages = stages
    self.devices = devices
    self.schedule = schedule
  }

  /// The original calls this the number of pipeline stages.
  package var ipusPerReplica: Int { (devices.max() ?? 0) + 1 }

  /// The stage of each encoder layer, the first layer first.
  package var encoderLayerStages: [Int] {
    stages.enumerated().flatMap { index, layers in
      layers.filter { $0 == .encoderLayer }.map { _ in index }
    }
  }

  /// The first stage that lists `layer`.
  package func stage(of layer: StageLayer) -> Int? {
    stages.firstIndex { $0.contains(layer) }
  }
}
