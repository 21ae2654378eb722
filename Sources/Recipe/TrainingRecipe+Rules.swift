import Foundations

/// A contradiction between the values of a recipe.
package struct RecipeViolation: Hashable, Sendable {
  /// The kind of contradiction, such as `heads-do-not-divide`.
  package var code: DiagnosticCode
  /// The contradiction in a sentence, with the numbers.
  package var message: String
  /// The value that the message is about, as a path of configuration keys: `device_mapping[2]`.
  package var path: String
  /// The keys whose values contradict each other; the rule says nothing where one is unreadable.
  package var keys: [String]
  /// Why it matters: a sentence each.
  package var notes: [String]
  /// What to change, the best first.
  package var remedies: [Remedy]

  init(
    _ code: DiagnosticCode, _ message: String, at path: String, keys: [String], notes: [String] = [],
    remedies: [Remedy] = []
  ) {
    self.code = code
    self.message = message
    self.path = path
    self.keys = keys
    self.notes = notes
    self.remedies = remedies
  }

  /// The violation as an error at `location`.
  package func diagnostic(at location: SourceLocation?) -> Diagnostic {
    Diagnostic(code: code, message, at: location, notes: notes, remedies: remedies)
  }
}

extension TrainingRecipe {
  /// Every contradiction that would keep the model's graph from being built, or the training from
  /// starting. Values alone are in range; this is about how they fit together.
  package func violations() -> [RecipeViolation] {
    modelViolations() + sampleViolations() + layerViolations() + stageOrderViolations()
      + deviceViolations()
  }

  private func modelViolations() -> [RecipeViolation] {
    let model = program.model
    var violations: [RecipeViolation] = []
    if !model.hiddenSize.isMultiple(of: model.attentionHeads) {
      violations.append(
        RecipeViolation(
          .headsDoNotDivide,
          "hidden_size \(model.hiddenSize) is not a multiple of"
            + " num_attention_heads \(model.attentionHeads)",
          at: "bert_config.hidden_size",
          keys: ["bert_config.hidden_size", "bert_config.num_attention_heads"],
          notes: ["each head takes hidden_size / num_attention_heads columns"]))
    }
    if program.sequenceLength > model.maximumPositions {
      violations.append(
        RecipeViolation(
          .sequenceTooLong,
          "max_seq_length \(program.sequenceLength) is more than"
            + " max_position_embeddings \(model.maximumPositions)",
          at: "bert_config.max_seq_length",
          keys: ["bert_config.max_seq_length", "bert_config.max_position_embeddings"],
          notes: ["every token needs a position embedding"],
          remedies: ["lower max_seq_length to at most \(model.maximumPositions)"]))
    }
    if case .pretraining(let predictions) = program.task, predictions > program.sequenceLength {
      violations.append(
        RecipeViolation(
          .tooManyPredictions,
          "max_predictions_per_seq \(predictions) is more than"
            + " max_seq_length \(program.sequenceLength)",
          at: "bert_config.max_predictions_per_seq",
          keys: ["bert_config.max_predictions_per_seq", "bert_config.max_seq_length"],
          remedies: ["lower max_predictions_per_seq; 15 % of the sequence is usual"]))
    }
    let factor = program.embeddingSerializationFactor
    if !model.vocabularySize.isMultiple(of: factor) {
      violations.append(
        RecipeViolation(
          .vocabularyNotDivisible,
          "vocab_size \(model.vocabularySize) is not a multiple of"
            + " embedding_serialization_factor \(factor)",
          at: "embedding_serialization_factor",
          keys: ["embedding_serialization_factor", "bert_config.vocab_size"],
          notes: ["the embedding is cut into that many equal slices of the vocabulary"],
          remedies: Self.divisorRemedies(of: model.vocabularySize, near: factor)))
    }
    return violations
  }

  /// The nearest factors below and above that divide the vocabulary.
  private static func divisorRemedies(of size: Int, near factor: Int) -> [Remedy] {
    let below = stride(from: factor - 1, through: 1, by: -1).first { size.isMultiple(of: $0) }
    let above = (factor + 1...factor + 64).first { size.isMultiple(of: $0) }
    return [below, above].compactMap { $0 }.map { "set embedding_serialization_factor to \($0)" as Remedy }
  }

  private func sampleViolations() -> [RecipeViolation] {
    switch program.task {
    case .questionAnswering where run.epochs == nil:
      return [
        RecipeViolation(
          .epochsMissing, "question answering needs num_epochs", at: "num_epochs",
          keys: ["num_epochs"])
      ]
    case .pretraining
    where run.totalSamples == nil
      && PretrainingPhase(sequenceLength: program.sequenceLength) == .other:
      return [
        RecipeViolation(
          .totalSamplesMissing,
          "max_seq_length \(program.sequenceLength) needs total_num_train_samples",
          at: "bert_config.max_seq_length",
          keys: ["bert_config.max_seq_length", "total_num_train_samples"],
          notes: ["only the sequence lengths 128, 384 and 512 have a published number of samples"],
          remedies: ["add total_num_train_samples"])
      ]
    case .pretraining, .questionAnswering:
      return []
    }
  }
}

// MARK: - Stages

extension TrainingRecipe {
  private static let stagesKey = "pipeline_stages"

  /// The layers that the task's model has once, in the order that data flows.
  private var singleLayers: [StageLayer] {
    switch program.task {
    case .pretraining: [.embeddings, .encoderOutput, .pooler, .heads]
    case .questionAnswering: [.embeddings, .questionAnsweringHead]
    }
  }

  private func layerViolations() -> [RecipeViolation] {
    let stages = program.pipeline.stages
    var violations: [RecipeViolation] = []
    for (index, stage) in stages.enumerated() where stage.isEmpty {
      violations.append(
        RecipeViolation(
          .emptyStage, "pipeline stage \(index) has no layer",
          at: "\(Self.stagesKey)[\(index)]", keys: [Self.stagesKey],
          remedies: ["remove the stage, and its entry in device_mapping"]))
    }
    let listed = program.pipeline.encoderLayerStages.count
    let layers = program.model.layers
    if listed != layers {
      violations.append(
        RecipeViolation(
          .layerCountMismatch,
          "pipeline_stages lists \"hid\" \(listed) times, but num_hidden_layers is \(layers)",
          at: Self.stagesKey, keys: [Self.stagesKey, "bert_config.num_hidden_layers"],
          notes: ["each \"hid\" is one encoder layer"],
          remedies: [
            listed < layers
              ? "add \(layers - listed) \"hid\"" : "remove \(listed - layers) \"hid\"",
            "set num_hidden_layers to \(listed)",
          ]))
    }
    return violations + singleLayerViolations()
  }

  private func singleLayerViolations() -> [RecipeViolation] {
    var violations: [RecipeViolation] = []
    var seen: Set<StageLayer> = []
    for (stageIndex, stage) in program.pipeline.stages.enumerated() {
      for (index, layer) in stage.enumerated() where layer != .encoderLayer {
        let path = "\(Self.stagesKey)[\(stageIndex)][\(index)]"
        if !singleLayers.contains(layer) {
          violations.append(
            RecipeViolation(
              .keyOfOtherTask,
              "\"\(layer.rawValue)\" is no layer of the \(program.task.phrase) model", at: path,
              keys: [Self.stagesKey], remedies: ["remove \"\(layer.rawValue)\""]))
        } else if !seen.insert(layer).inserted {
          violations.append(
            RecipeViolation(
              .stageRepeated, "\"\(layer.rawValue)\" is listed a second time", at: path,
              keys: [Self.stagesKey], notes: ["the model has it once"],
              remedies: ["remove one of the two"]))
        }
      }
    }
    for layer in singleLayers where !seen.contains(layer) {
      violations.append(
        RecipeViolation(
          .stageMissing, "no pipeline stage lists \"\(layer.rawValue)\"", at: Self.stagesKey,
          keys: [Self.stagesKey], notes: ["every layer of the model needs a stage"],
          remedies: ["add \"\(layer.rawValue)\" to a stage"]))
    }
    return violations
  }

  /// A layer may not lie in a stage before that of a layer whose result it takes.
  private func stageOrderViolations() -> [RecipeViolation] {
    let pipeline = program.pipeline
    let encoder = pipeline.encoderLayerStages
    var flow: [(before: StageLayer, stage: Int?, after: StageLayer)] = [
      (.embeddings, pipeline.stage(of: .embeddings), .encoderLayer)
    ]
    switch program.task {
    case .pretraining:
      flow.append((.encoderLayer, encoder.last, .encoderOutput))
      flow.append((.encoderLayer, encoder.last, .pooler))
      flow.append((.encoderOutput, pipeline.stage(of: .encoderOutput), .heads))
      flow.append((.pooler, pipeline.stage(of: .pooler), .heads))
    case .questionAnswering:
      flow.append((.encoderLayer, encoder.last, .questionAnsweringHead))
    }
    return flow.compactMap { before, stage, after in
      guard let stage, let later = pipeline.stage(of: after), later < stage,
        let index = pipeline.stages[later].firstIndex(of: after)
      else { return nil }
      return RecipeViolation(
        .stageOrder,
        "\"\(after.rawValue)\" lies in stage \(later), before \"\(before.rawValue)\""
          + " in stage \(stage)",
        at: "\(Self.stagesKey)[\(later)][\(index)]", keys: [Self.stagesKey],
        notes: ["it takes that layer's result, and data flows from stage to stage"],
        remedies: ["move \"\(after.rawValue)\" to stage \(stage) or later"])
    }
  }

  private func deviceViolations() -> [RecipeViolation] {
    let devices = program.pipeline.devices
    let stages = program.pipeline.stages.count
    var violations: [RecipeViolation] = []
    if devices.count != stages {
      violations.append(
        RecipeViolation(
          .deviceMappingLength,
          "device_mapping has \(devices.count) entries, but there are \(stages) pipeline stages",
          at: "device_mapping", keys: ["device_mapping", Self.stagesKey],
          notes: ["it has one IPU number for each stage"],
          remedies: ["give it \(stages) entries"]))
    }
    let used = Set(devices)
    let highest = devices.max() ?? 0
    if !devices.isEmpty, let gap = (0...highest).first(where: { !used.contains($0) }) {
      violations.append(
        RecipeViolation(
          .deviceMappingGap,
          "device_mapping uses IPU \(highest), but no stage is on IPU \(gap)",
          at: "device_mapping[\(devices.firstIndex(of: highest) ?? 0)]", keys: ["device_mapping"],
          notes: ["a replica has the IPUs from 0 to the highest number"],
          remedies: ["number the IPUs without gaps"]))
    }
    let proportions = program.availableMemoryProportions.count
    let ipus = program.pipeline.ipusPerReplica
    let key = "matmul_available_memory_proportion_per_pipeline_stage"
    if proportions != ipus {
      violations.append(
        RecipeViolation(
          .memoryProportionLength,
          "\(key) has \(proportions) entries, but a replica has \(ipus) IPUs", at: key,
          keys: [key, "device_mapping"],
          notes: ["despite its name it has one entry for each IPU of a replica"],
          remedies: ["give it \(ipus) entries"]))
    }
    return violations
  }
}

extension TrainingTask {
  /// The task in words.
  package var phrase: String {
    switch self {
    case .pretraining: "pre-training"
    case .questionAnswering: "question-answering"
    }
  }
}
