import Foundations

private let stagesKey = "pipeline_stages"
private let layersKey = "bert_config.num_hidden_layers"

extension RecipeRules {
  /// The layers that the task's model has once, in the order that data flows.
  private var singleLayers: [StageLayer] { program.task.singleLayers }

  /// Pipeline stages with other layers.
  private func setStages(_ text: String, _ change: (inout [[StageLayer]]) -> Void) -> Remedy {
    var stages = pipeline.stages
    change(&stages)
    return Remedy(text, [setting(stagesKey, to: .stages(stages))])
  }

  private func entry(_ stage: Int, _ layer: StageLayer) -> String {
    let index = pipeline.stages[stage].firstIndex(of: layer) ?? 0
    return "\(stagesKey)[\(stage)][\(index)]"
  }
}

// MARK: - Which layers there are

extension RecipeRules {
  /// Whether the stages hold each of the model's layers once.
  func layers() -> [RecipeViolation] {
    emptyStages() + encoderLayers() + singleLayerViolations()
  }

  private func emptyStages() -> [RecipeViolation] {
    let empty = pipeline.stages.indices.filter { pipeline.stages[$0].isEmpty }
    var changed = PipelineMapping(stages: [], devices: [])
    for (index, stage) in pipeline.stages.enumerated() where !stage.isEmpty {
      changed.stages.append(stage)
      if pipeline.devices.indices.contains(index) {
        changed.devices.append(pipeline.devices[index])
      }
    }
    return empty.map { index in
      RecipeViolation(
        .emptyStage, "pipeline stage \(index) has no layer", at: "\(stagesKey)[\(index)]",
        keys: [stagesKey],
        remedies: changed.stages.isEmpty
          ? []
          : [
            Remedy(
              empty.count == 1
                ? "remove stage \(index), and its entry in \(name("device_mapping"))"
                : "remove the \(empty.count) empty stages, and their IPUs",
              [setting(stagesKey, to: .stages(changed.stages))]
                + placement(changed.devices).edits)
          ])
    }
  }

  private func encoderLayers() -> [RecipeViolation] {
    let listed = pipeline.encoderLayerStages
    let layers = program.model.layers
    guard listed.count != layers else { return [] }
    let difference = abs(layers - listed.count)
    var remedies: [Remedy] = []
    if listed.count < layers {
      let stage = emptiestEncoderStage
      if pipeline.stages.indices.contains(stage), difference <= 64 {
        remedies.append(
          setStages("add \(difference) \"hid\" to stage \(stage)") { stages in
            let index =
              stages[stage].lastIndex(of: .encoderLayer)
              ?? stages[stage].firstIndex(of: .embeddings)
            stages[stage].insert(
              contentsOf: Array(repeating: .encoderLayer, count: difference),
              at: index.map { $0 + 1 } ?? 0)
          })
      }
    } else {
      let counts = pipeline.stages.map { $0.count { $0 == .encoderLayer } }
      if let stage = counts.indices.max(by: { counts[$0] < counts[$1] }),
        counts[stage] > difference || pipeline.stages[stage].count > difference
      {
        remedies.append(
          setStages("remove \(difference) \"hid\" from stage \(stage)") { stages in
            for _ in 0..<difference {
              if let index = stages[stage].lastIndex(of: .encoderLayer) {
                stages[stage].remove(at: index)
              }
            }
          })
      }
    }
    if hasInlineModel, listed.count > 0 { remedies.append(set(layersKey, to: listed.count)) }
    return [
      RecipeViolation(
        .layerCountMismatch,
        "\(stagesKey) lists \"hid\" \(listed.count) times, but \(name(layersKey)) is \(layers)"
          + (hasInlineModel ? "" : " in \(recipe.run.modelName ?? "")"),
        at: stagesKey, keys: [stagesKey, layersKey],
        notes: ["each \"hid\" is one encoder layer"], remedies: remedies)
    ]
  }

  /// Of the stages that hold encoder layers the one with the fewest; without any, the embeddings'.
  private var emptiestEncoderStage: Int {
    let counts = pipeline.stages.map { $0.count { $0 == .encoderLayer } }
    let holders = counts.indices.filter { counts[$0] > 0 }
    return holders.min { counts[$0] < counts[$1] } ?? pipeline.stage(of: .embeddings) ?? 0
  }

  private func singleLayerViolations() -> [RecipeViolation] {
    var violations: [RecipeViolation] = []
    var seen: Set<StageLayer> = []
    for (stage, layers) in pipeline.stages.enumerated() {
      for (index, layer) in layers.enumerated() where layer != .encoderLayer {
        guard singleLayers.contains(layer), !seen.insert(layer).inserted else { continue }
        violations.append(
          RecipeViolation(
            .stageRepeated, "\"\(layer.rawValue)\" is listed a second time",
            at: "\(stagesKey)[\(stage)][\(index)]", keys: [stagesKey],
            notes: ["the model has it once"],
            remedies: violations.count > 8
              ? []
              : [setStages("remove it from stage \(stage)") { $0[stage].remove(at: index) }]))
      }
    }
    for layer in singleLayers where !seen.contains(layer) {
      violations.append(
        RecipeViolation(
          .stageMissing, "no pipeline stage lists \"\(layer.rawValue)\"", at: stagesKey,
          keys: [stagesKey], notes: ["every layer of the model needs a stage"],
          remedies: homes(of: layer).map { stage in
            setStages("add \"\(layer.rawValue)\" to stage \(stage)") { stages in
              stages[stage].insert(layer, at: layer == .embeddings ? 0 : stages[stage].count)
            }
          }))
    }
    return violations
  }

  /// The stages where a layer that is missing could lie, the best first.
  private func homes(of layer: StageLayer) -> [Int] {
    let last = pipeline.stages.count - 1
    guard last >= 0 else { return [] }
    if layer == .embeddings { return [0] }
    let encoderEnd = pipeline.encoderLayerStages.last ?? 0
    let consumer = pipeline.stage(of: .heads) ?? pipeline.stage(of: .classificationHead)
    let preferred: [Int?] =
      layer == .encoderOutput || layer == .pooler
      ? [encoderEnd, consumer] : [last, encoderEnd]
    var homes: [Int] = []
    for case let stage? in preferred where !homes.contains(stage) { homes.append(stage) }
    return homes
  }
}

// MARK: - In which order

extension RecipeRules {
  /// A layer may not lie in a stage before that of a layer whose result it takes.
  func stageOrder() -> [RecipeViolation] {
    flow.compactMap { before, stage, after in
      guard let stage, let later = pipeline.stage(of: after), later < stage else { return nil }
      return RecipeViolation(
        .stageOrder,
        "\"\(after.rawValue)\" lies in stage \(later), before \"\(before.rawValue)\""
          + " in stage \(stage)",
        at: entry(later, after), keys: [stagesKey],
        notes: ["it takes that layer's result, and data flows from stage to stage"],
        remedies: [
          move(after, from: later, to: stage), move(before, from: stage, to: later), sorted,
        ])
    }
  }

  private var flow: [(before: StageLayer, stage: Int?, after: StageLayer)] {
    let encoder = pipeline.encoderLayerStages
    let start: (StageLayer, Int?, StageLayer) = (
      .embeddings, pipeline.stage(of: .embeddings), .encoderLayer
    )
    switch program.task {
    case .pretraining:
      return [
        start, (.encoderLayer, encoder.last, .encoderOutput),
        (.encoderLayer, encoder.last, .pooler),
        (.encoderOutput, pipeline.stage(of: .encoderOutput), .heads),
        (.pooler, pipeline.stage(of: .pooler), .heads),
      ]
    case .questionAnswering:
      return [start, (.encoderLayer, encoder.last, .questionAnsweringHead)]
    case .sequenceClassification:
      return [
        start, (.encoderLayer, encoder.last, .pooler),
        (.pooler, pipeline.stage(of: .pooler), .classificationHead),
      ]
    }
  }

  /// The stages with their IPUs, by the first layer that each holds.
  private var sorted: Remedy {
    let order = [.embeddings, .encoderLayer] + singleLayers.dropFirst()
    func rank(_ stage: Int) -> Int {
      pipeline.stages[stage].compactMap { order.firstIndex(of: $0) }.min() ?? order.count
    }
    let stages = pipeline.stages.indices.sorted { (rank($0), $0) < (rank($1), $1) }
    let devices = stages.compactMap { stage in
      pipeline.devices.indices.contains(stage) ? pipeline.devices[stage] : nil
    }
    return Remedy(
      "put the stages in the order in which data flows",
      [setting(stagesKey, to: .stages(stages.map { pipeline.stages[$0] }))]
        + placement(devices).edits)
  }

  private func move(_ layer: StageLayer, from: Int, to: Int) -> Remedy {
    setStages("move \"\(layer.rawValue)\" from stage \(from) to stage \(to)") { stages in
      guard let index = stages[from].lastIndex(of: layer) else { return }
      stages[from].remove(at: index)
      stages[to].insert(layer, at: layer == .embeddings ? 0 : stages[to].count)
    }
  }
}

extension TrainingTask {
  /// The layers, besides the encoder's, that the task's model has, in the order that data flows.
  package var singleLayers: [StageLayer] {
    switch self {
    case .pretraining: [.embeddings, .encoderOutput, .pooler, .heads]
    case .questionAnswering: [.embeddings, .questionAnsweringHead]
    case .sequenceClassification: [.embeddings, .pooler, .classificationHead]
    }
  }
}

extension JSON.Plain {
  /// Pipeline stages as a configuration writes them.
  package static func stages(_ stages: [[StageLayer]]) -> JSON.Plain {
    .array(stages.map { .array($0.map { .string($0.rawValue) }) })
  }
}
