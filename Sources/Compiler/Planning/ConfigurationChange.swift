import Foundations
import Recipe

/// A change of a configuration that may make it fit, or run faster.
package struct ConfigurationChange: Hashable, Sendable {
  /// What changes, for a person: "micro_batch_size 8 → 4".
  package var text: String
  /// The same as edits.
  package var edits: [ConfigurationEdit]
  /// The key that the change is about, by its path in the flat form.
  package var key: String

  /// Both changes; nil where both are about one value.
  func joined(with other: ConfigurationChange) -> ConfigurationChange? {
    guard edits.allSatisfy({ edit in !other.edits.contains { $0.path == edit.path } }) else {
      return nil
    }
    return ConfigurationChange(
      text: "\(text), \(other.text)", edits: edits + other.edits, key: key)
  }
}

extension ConfigurationEdit {
  /// The path of the value or key that is changed.
  var path: String {
    switch self {
    case .set(let path, _), .rename(let path, _), .remove(let path): path
    }
  }
}

/// The changes that a recipe allows; whether its rules do is found when they are loaded.
struct ConfigurationChanges {
  let recipe: TrainingRecipe.Program
  let form: ConfigurationForm

  private func edit(_ flat: String, _ value: JSON.Plain) -> ConfigurationEdit {
    .set(path: form.path(of: flat), value)
  }

  private func change(
    _ flat: String, from old: String, to new: String, _ edits: [ConfigurationEdit]
  ) -> ConfigurationChange {
    ConfigurationChange(text: "\(form.name(of: flat)) \(old) → \(new)", edits: edits, key: flat)
  }

  // MARK: Batches

  /// Another micro-batch with as large a global batch; nil where the accumulation cannot make up for it.
  func microBatch(_ size: Int) -> ConfigurationChange? {
    let samples = recipe.microBatchSize * recipe.accumulationCount
    guard size > 0, size != recipe.microBatchSize, samples % size == 0 else { return nil }
    return change(
      "micro_batch_size", from: "\(recipe.microBatchSize)", to: "\(size)",
      [
        edit("micro_batch_size", .integer(size)),
        edit("grad_acc_steps_per_replica", .integer(samples / size)),
      ])
  }

  /// Smaller micro-batches that leave the global batch: about half, a quarter and so on.
  var smallerMicroBatches: [ConfigurationChange] {
    let samples = recipe.microBatchSize * recipe.accumulationCount
    var sizes: [Int] = []
    var size = recipe.microBatchSize / 2
    while size > 0 {
      let next = stride(from: size, to: 0, by: -1).first { samples % $0 == 0 } ?? 1
      sizes.append(next)
      size = next / 2
    }
    return sizes.compactMap(microBatch)
  }

  // MARK: What is kept where

  /// Switches that save memory and are off.
  var savingSwitches: [ConfigurationChange] {
    let switches: [(flat: String, isOn: Bool)] = [
      ("enable_recomputation", recipe.usesRecomputation),
      ("optimizer_state_offchip", recipe.keepsOptimizerStateOffChip),
      ("replicated_tensor_sharding", recipe.shardsReplicatedTensors || recipe.replicas < 2),
      ("use_outlining", recipe.usesOutlining),
    ]
    return switches.filter { !$0.isOn }.map {
      change($0.flat, from: "false", to: "true", [edit($0.flat, true)])
    }
  }

  /// More slices of the vocabulary, up to four times as many.
  var moreSlices: [ConfigurationChange] {
    let flat = "embedding_serialization_factor"
    let old = recipe.embeddingSerializationFactor
    guard recipe.replacesLayers else { return [] }
    return (old + 1...max(old + 1, 4 * old)).filter { recipe.model.vocabularySize % $0 == 0 }
      .prefix(2).map { change(flat, from: "\(old)", to: "\($0)", [edit(flat, .integer($0))]) }
  }

  private static let proportionsKey = "matmul_available_memory_proportion_per_pipeline_stage"

  /// The memory proportions of some IPUs times a factor, two digits after the point.
  func proportions(of ipus: [Int], times factor: Double) -> ConfigurationChange? {
    let old = recipe.availableMemoryProportions
    var new = old
    for ipu in ipus where new.indices.contains(ipu) {
      new[ipu] = min(1, max(0.01, (new[ipu] * factor * 100).rounded() / 100))
    }
    guard new != old else { return nil }
    let text = { (list: [Double]) in
      list.map { JSON.Plain.real($0).text() }.joined(separator: "/")
    }
    let changed = change(
      Self.proportionsKey, from: text(old), to: text(new),
      [edit(Self.proportionsKey, .array(new.map(JSON.Plain.real)))])
    // The key is longer than the rest of the line.
    return ConfigurationChange(
      text: "memory proportions \(text(old)) → \(text(new))", edits: changed.edits,
      key: changed.key)
  }

  // MARK: Stages

  private var layerCounts: [Int] {
    recipe.pipeline.stages.map { $0.count { $0 == .encoderLayer } }
  }

  private static func text(_ counts: [Int]) -> String {
    counts.map(String.init).joined(separator: "/")
  }

  /// One encoder layer less in a stage and one more in another; those between hand one on.
  func move(from: Int, to: Int) -> ConfigurationChange? {
    var counts = layerCounts
    guard from != to, counts[from] > 0 else { return nil }
    counts[from] -= 1
    counts[to] += 1
    let stages = recipe.pipeline.stages.enumerated().map { stage, layers in
      Self.layers(layers, count: counts[stage])
    }
    guard stages.allSatisfy({ !$0.isEmpty }) else { return nil }
    return change(
      "pipeline_stages", from: Self.text(layerCounts), to: Self.text(counts),
      [edit("pipeline_stages", .stages(stages))])
  }

  /// A stage's layers with so many encoder layers: after the embeddings, before all else.
  private static func layers(_ layers: [StageLayer], count: Int) -> [StageLayer] {
    let others = layers.filter { $0 != .encoderLayer }
    let before = others.prefix { $0 == .embeddings }
    return before + Array(repeating: .encoderLayer, count: count) + others.dropFirst(before.count)
  }

  /// The stages of an IPU that could give a layer, and those of others that could take it, the emptiest IPU
  /// first.
  func moves(awayFrom ipu: Int, _ figures: PlanFigures) -> [ConfigurationChange] {
    let devices = recipe.pipeline.devices
    let takers = devices.indices.filter { !figures.misfits.contains(devices[$0]) }
      .sorted { (figures.ipuBytes[devices[$0]], $0) < (figures.ipuBytes[devices[$1]], $1) }
    return devices.indices.filter { devices[$0] == ipu }.flatMap { from in
      takers.prefix(2).compactMap { move(from: from, to: $0) }
    }
  }

  /// An IPU more, for half of the encoder layers of a stage of an IPU.
  func split(_ ipu: Int) -> ConfigurationChange? {
    let pipeline = recipe.pipeline
    let counts = layerCounts
    let stages = pipeline.devices.indices.filter { pipeline.devices[$0] == ipu && counts[$0] > 1 }
    guard let stage = stages.max(by: { (counts[$0], $1) < (counts[$1], $0) }) else { return nil }
    let kept = (counts[stage] + 1) / 2
    var newStages = pipeline.stages
    newStages[stage] = Self.layers(
      pipeline.stages[stage].filter { $0 == .encoderLayer || $0 == .embeddings }, count: kept)
    newStages.insert(
      Self.layers(
        pipeline.stages[stage].filter { $0 != .embeddings }, count: counts[stage] - kept),
      at: stage + 1)
    var devices = pipeline.devices
    devices.insert(pipeline.ipusPerReplica, at: stage + 1)
    let old = recipe.availableMemoryProportions
    let proportions = old + (old.indices.contains(ipu) ? [old[ipu]] : [])
    var edits = [
      edit("pipeline_stages", .stages(newStages)),
      edit("device_mapping", .array(devices.map(JSON.Plain.integer))),
      edit(Self.proportionsKey, .array(proportions.map(JSON.Plain.real))),
    ]
    let multiple = 2 * newStages.count
    let accumulation = (recipe.accumulationCount + multiple - 1) / multiple * multiple
    if accumulation != recipe.accumulationCount {
      edits.append(edit("grad_acc_steps_per_replica", .integer(accumulation)))
    }
    let newCounts = newStages.map { $0.count { $0 == .encoderLayer } }
    return ConfigurationChange(
      text: "an IPU more, \(form.name(of: "pipeline_stages")) "
        + "\(Self.text(counts)) → \(Self.text(newCounts))"
        + (accumulation != recipe.accumulationCount
          ? ", \(form.name(of: "grad_acc_steps_per_replica")) \(recipe.accumulationCount) → \(accumulation)"
          : ""),
      edits: edits, key: "device_mapping")
  }
}
