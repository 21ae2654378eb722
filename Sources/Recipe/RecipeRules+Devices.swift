import Foundations

private let mappingKey = "device_mapping"
private let proportionsKey = "matmul_available_memory_proportion_per_pipeline_stage"

extension RecipeRules {
  /// Whether stages, IPUs and what is said of them fit together.
  func devices() -> [RecipeViolation] {
    mappingLength() + mappingGap() + tiedWeight() + scheduleSharing() + proportionLength()
  }

  /// IPUs for the stages, numbered without gaps, with memory proportions for as many IPUs.
  func placement(_ devices: [Int]) -> (devices: [Int], edits: [ConfigurationEdit]) {
    let used = Set(devices).sorted()
    let dense = devices.map { used.firstIndex(of: $0) ?? 0 }
    var edits = [setting(mappingKey, to: .array(dense.map(JSON.Plain.integer)))]
    if program.availableMemoryProportions.count != used.count {
      edits.append(setting(proportionsKey, to: proportions(used.count)))
    }
    return (dense, edits)
  }

  private func place(_ text: String, _ devices: [Int]) -> Remedy {
    Remedy(text, placement(devices).edits)
  }

  /// The first proportions, or the last one again.
  private func proportions(_ count: Int) -> JSON.Plain {
    let given = program.availableMemoryProportions
    let filler = given.last ?? 0.2
    return .array((0..<count).map { .real(given.indices.contains($0) ? given[$0] : filler) })
  }

  private func mappingLength() -> [RecipeViolation] {
    let devices = pipeline.devices
    let stages = pipeline.stages.count
    guard devices.count != stages else { return [] }
    var candidates: [[Int]] = []
    if devices.count > stages {
      candidates.append(Array(devices.prefix(stages)))
    } else {
      let rest = stages - devices.count
      candidates.append(devices + Array(repeating: devices.first ?? 0, count: rest))
      candidates.append(devices + (0..<rest).map { pipeline.ipusPerReplica + $0 })
    }
    return [
      RecipeViolation(
        .deviceMappingLength,
        "\(name(mappingKey)) has \(devices.count) entries,"
          + " but there are \(stages) pipeline stages",
        at: mappingKey, keys: [mappingKey, "pipeline_stages"],
        notes: ["it has one IPU number for each stage"],
        remedies: stages > 64 ? [] : candidates.map { place("give it \(stages) entries", $0) })
    ]
  }

  private func mappingGap() -> [RecipeViolation] {
    let devices = pipeline.devices
    let used = Set(devices)
    let highest = devices.max() ?? 0
    guard !devices.isEmpty, let gap = (0...highest).first(where: { !used.contains($0) }) else {
      return []
    }
    return [
      RecipeViolation(
        .deviceMappingGap,
        "\(name(mappingKey)) uses IPU \(highest), but no stage is on IPU \(gap)",
        at: "\(mappingKey)[\(devices.firstIndex(of: highest) ?? 0)]", keys: [mappingKey],
        notes: ["a replica has the IPUs from 0 to the highest number"],
        remedies: [place("number the IPUs without gaps", devices)])
    ]
  }

  /// The masked-LM head multiplies by the word embeddings: one weight, which is updated in one place.
  private func tiedWeight() -> [RecipeViolation] {
    let devices = pipeline.devices
    guard case .pretraining = program.task, let first = pipeline.stage(of: .embeddings),
      let last = pipeline.stage(of: .heads), devices.count == pipeline.stages.count,
      devices[first] != devices[last]
    else { return [] }
    var together = devices
    together[last] = devices[first]
    return [
      RecipeViolation(
        .tiedWeightApart,
        "\"emb\" lies on IPU \(devices[first]) and \"heads\" on IPU \(devices[last]),"
          + " but they share the word embeddings",
        at: "\(mappingKey)[\(last)]", keys: [mappingKey, "pipeline_stages"],
        notes: ["the shared weight and its gradient lie on one IPU"],
        remedies: [place("place stage \(last) on IPU \(devices[first])", together)])
    ]
  }

  /// The interleaved schedule gives an IPU either a forward or a backward pass in each timestep.
  private func scheduleSharing() -> [RecipeViolation] {
    let devices = pipeline.devices
    guard pipeline.schedule == .interleaved, devices.count == pipeline.stages.count,
      let second = devices.indices.first(where: { devices[..<$0].contains(devices[$0]) }),
      let first = devices.firstIndex(of: devices[second])
    else { return [] }
    let key = "pipeline_schedule"
    func schedule(_ schedule: PipelineSchedule) -> Remedy {
      Remedy(
        "set \(name(key)) to \"\(schedule.rawValue)\"",
        [setting(key, to: .string(schedule.rawValue))])
    }
    return [
      RecipeViolation(
        .scheduleSharesIPU,
        "\(name(key)) is \"interleaved\", but stages \(first) and \(second) are both on IPU"
          + " \(devices[first])",
        at: key, keys: [key, mappingKey],
        notes: ["the IPU would have a forward and a backward pass in one timestep"],
        remedies: [
          schedule(.grouped), schedule(.sequential),
          place("give each stage an IPU of its own", Array(devices.indices)),
        ])
    ]
  }

  private func proportionLength() -> [RecipeViolation] {
    let count = program.availableMemoryProportions.count
    let ipus = pipeline.ipusPerReplica
    guard count != ipus else { return [] }
    return [
      RecipeViolation(
        .memoryProportionLength,
        "\(name(proportionsKey)) has \(count) entries, but a replica has \(ipus) IPUs",
        at: proportionsKey, keys: [proportionsKey, mappingKey],
        notes: ["despite its name it has one entry for each IPU of a replica"],
        remedies: ipus > 64
          ? []
          : [Remedy("give it \(ipus) entries", [setting(proportionsKey, to: proportions(ipus))])])
    ]
  }
}
