import Foundations
import Recipe

extension ConfigurationReader {
  /// A value that suits the rest of the file, where the key says nothing usable.
  func suggestion(for key: ConfigurationKey) -> JSON.Plain? {
    switch key.path {
    case "bert_config.num_hidden_layers":
      let listed = listedStages.joined().count { $0 == .encoderLayer }
      return listed > 0 ? .integer(listed) : key.suggestion
    case "bert_config.vocab_size":
      // The published size, or the next that the serialisation factor divides.
      let factor =
        root.value(atPath: "embedding_serialization_factor")?.integer
        .flatMap { RecipeLimits.embeddingSerializationFactor.contains($0) ? $0 : nil } ?? 1
      return .integer((30_400 + factor - 1) / factor * factor)
    case "grad_acc_steps_per_replica":
      return .integer(2 * max(stageCount, 1) * 12)
    case "bert_model_name": return .string(suggestedModel)
    case "pipeline_stages": return suggestedStages
    case "device_mapping": return .array(suggestedDevices.map(JSON.Plain.integer))
    case "matmul_available_memory_proportion_per_pipeline_stage":
      let devices = listedDevices.isEmpty ? suggestedDevices : listedDevices
      let ipus = min((devices.max() ?? 0) + 1, 64)
      return .array(Array(repeating: .real(0.2), count: ipus))
    default:
      if let suggestion = key.suggestion { return suggestion }
      if case .defaulted(let value) = key.presence(in: kind) { return value }
      return nil
    }
  }

  /// The usual one of the published models that have as many layers as the stages list.
  var suggestedModel: String {
    let layers = listedStages.joined().count { $0 == .encoderLayer }
    return PublishedModel.names.first {
      PublishedModel.configuration(named: $0)?.layers == layers
    } ?? "bert-base-uncased"
  }

  /// The stages that the file lists, as far as they can be read.
  private var listedStages: [[StageLayer]] {
    root.value(atPath: form.path(of: "pipeline_stages")).map(StageLayer.stages) ?? []
  }

  private var listedDevices: [Int] {
    let devices = root.value(atPath: form.path(of: "device_mapping"))?.elements ?? []
    return devices.compactMap(\.integer).filter(RecipeLimits.device.contains)
  }

  private var stageCount: Int {
    listedStages.isEmpty ? (listedDevices.isEmpty ? 3 : listedDevices.count) : listedStages.count
  }

  /// The first and the last stage on one IPU, as in the published files.
  private var suggestedDevices: [Int] {
    let count = min(stageCount, 64)
    return count < 3 ? Array(repeating: 0, count: count) : Array(0..<count - 1) + [0]
  }

  /// Embeddings first, heads last, and the encoder layers in equal parts between them.
  private var suggestedStages: JSON.Plain? {
    let layers =
      root.value(atPath: "bert_config.num_hidden_layers")?.integer
      ?? root["bert_model_name"]?.string.flatMap(PublishedModel.configuration)?.layers
    guard let layers, (1...256).contains(layers), stageCount <= 64 else { return nil }
    let ends = kind.task.layers.filter { $0 != .encoderLayer && $0 != .embeddings }
    let middle = max(stageCount - 2, 1)
    var stages = (0..<middle).map { index in
      let share = layers / middle + (index < layers % middle ? 1 : 0)
      return Array(repeating: StageLayer.encoderLayer, count: share)
    }
    if stageCount == 1 {
      stages[0] = [.embeddings] + stages[0] + ends
    } else {
      stages.append(ends)
      if stageCount == 2 {
        stages[0].insert(.embeddings, at: 0)
      } else {
        stages.insert([.embeddings], at: 0)
      }
    }
    return .stages(stages.filter { !$0.isEmpty })
  }
}
