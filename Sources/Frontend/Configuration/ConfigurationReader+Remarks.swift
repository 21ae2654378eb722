import Foundations
import Recipe

extension ConfigurationReader {
  /// What is not wrong, but unlikely to be meant or without effect in this version.
  func remarks(about recipe: TrainingRecipe) -> [Diagnostic] {
    missingCheckpoint(recipe) + refusedByOriginal(recipe) + unmetWishes() + storedKeys()
  }

  /// What the original does not run, or does not mean to, and Tessera takes.
  private func refusedByOriginal(_ recipe: TrainingRecipe) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    let program = recipe.program
    if program.shardsReplicatedTensors, program.keepsOptimizerStateOffChip {
      let path = form.path(of: "replicated_tensor_sharding")
      notes.append(
        Diagnostic(
          .note, code: .refusedByOriginal,
          "replicated_tensor_sharding and optimizer_state_offchip are both true",
          at: location(of: "replicated_tensor_sharding"),
          notes: ["the original means to refuse that, but overlooks it; published files have it"],
          remedies: [
            Remedy("set replicated_tensor_sharding to false", [.set(path: path, false)]),
            Remedy(
              "set optimizer_state_offchip to false",
              [.set(path: form.path(of: "optimizer_state_offchip"), false)]),
          ]))
    }
    if form == .flat, kind.task == .pretraining,
      ![128, 384].contains(program.sequenceLength), isReadable("bert_config.max_seq_length")
    {
      notes.append(
        Diagnostic(
          .note, code: .refusedByOriginal,
          "max_seq_length \(program.sequenceLength) is not one of the original's \(form.releases)",
          at: location(of: "bert_config.max_seq_length"),
          notes: ["it knows 128 (phase 1) and 384 (phase 2); later releases also 512"]))
    }
    return notes
  }

  private func missingCheckpoint(_ recipe: TrainingRecipe) -> [Diagnostic] {
    guard recipe.run.pretrainedCheckpointPath == nil, !kind.namesModel else { return [] }
    let message: String
    switch kind.task {
    case .squad, .glue:
      message = "\(kind.task.phrase) fine-tuning has no checkpoint to start from"
    case .pretraining:
      guard isReadable("bert_config.max_seq_length"),
        PretrainingPhase(sequenceLength: recipe.program.sequenceLength) == .two
      else { return [] }
      message = "phase 2 has no checkpoint of phase 1 to start from"
    }
    return [
      Diagnostic(
        .warning, code: .noCheckpoint, message, at: root.location,
        notes: ["it would start from random weights"],
        remedies: [
          "give --pretrained-ckpt-path, here or when training",
          "add \"pretrained_ckpt_path\" to the file",
        ])
    ]
  }

  /// Values that ask for something that this version does not do.
  private func unmetWishes() -> [Diagnostic] {
    ConfigurationKey.all.compactMap { key in
      guard case .storedUnless(let quiet) = key.effect, let value = value(key.path),
        JSON.Plain(value) != quiet
      else { return nil }
      let path = form.path(of: key.path)
      return Diagnostic(
        .warning, code: .notInEffect,
        "\(path.lastKey) \(JSON.Plain(value).text()) has no effect in this version",
        at: value.location, notes: ["it asks \(key.meaning)"],
        remedies: [
          Remedy("set \(path.lastKey) to \(quiet.text())", [.set(path: path, quiet)])
        ])
    }
  }

  /// One note for all the keys that are checked and stored and do nothing more.
  private func storedKeys() -> [Diagnostic] {
    let written = ConfigurationKey.all.compactMap { key -> (name: String, place: SourceLocation)? in
      guard key.effect == .stored, let value = value(key.path) else { return nil }
      return (form.path(of: key.path).lastKey, value.location)
    }
    guard let first = written.map(\.place).min(by: { ($0.line, $0.column) < ($1.line, $1.column) })
    else { return [] }
    return [
      Diagnostic(
        .note, code: .notInEffect,
        written.count == 1
          ? "a key is checked and stored, and changes nothing in this version"
          : "\(written.count) keys are checked and stored, and change nothing in this version",
        at: first, notes: [written.map(\.name).joined(separator: ", ")])
    ]
  }
}
