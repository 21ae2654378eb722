import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct HuggingFaceCheckpointTests {
  static let words = "bert.embeddings.word_embeddings.weight"
  static let scale = "bert.encoder.layer.0.output.LayerNorm.weight"

  static let wanted = [
    WantedParameter(name: words, shape: [2, 2]),
    WantedParameter(name: scale, shape: [2]),
    WantedParameter(name: "cls.predictions.bias", shape: [2]),
  ]

  func checkpoint(
    _ folder: TemporaryFolder, _ tensors: [String: (shape: [Int], floats: [Float])]
  ) throws -> HuggingFaceCheckpoint {
    var written: [String: CheckpointTensor] = [:]
    for (name, tensor) in tensors {
      written[name] = try CheckpointTensor(shape: tensor.shape, floats: tensor.floats)
    }
    try SafetensorsWriter(path: folder.file("model.safetensors")).write(written)
    return try HuggingFaceCheckpoint(path: folder.path)
  }

  @Test func oldNamesAndMissingPrefixMatch() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(
      folder,
      [
        "embeddings.word_embeddings.weight": ([2, 2], [1, 2, 3, 4]),
        "encoder.layer.0.output.LayerNorm.gamma": ([2], [5, 6]),
        "pooler.dense.bias": ([1], [7]),
      ])
    let (values, report) = try checkpoint.load(Self.wanted)
    #expect(values == [Self.words: [1, 2, 3, 4], Self.scale: [5, 6]])
    #expect(
      report.matched.map(\.storedName) == [
        "embeddings.word_embeddings.weight", "encoder.layer.0.output.LayerNorm.gamma",
      ])
    #expect(report.missing.map(\.name) == ["cls.predictions.bias"])
    #expect(report.unused == ["pooler.dense.bias"])
    #expect(
      report.description == """
        2 parameters loaded, 1 missing, 0 of another shape, 1 tensors unused
        missing, so at their initial values: "cls.predictions.bias"
        unused: "pooler.dense.bias"
        """)
  }

  @Test func onlyLayerNormsAreRenamed() {
    #expect(HuggingFaceNames.canonical("x.gamma") == "x.gamma")
    #expect(HuggingFaceNames.canonical("x.LayerNorm.beta") == "x.LayerNorm.bias")
    #expect(HuggingFaceNames.canonical("bert.pooler.dense.bias") == "bert.pooler.dense.bias")
    #expect(HuggingFaceNames.canonical("cls.predictions.bias") == "cls.predictions.bias")
    #expect(HuggingFaceNames.canonical("") == "")
  }

  @Test(arguments: [true, false]) func tiedCopiesAreIgnoredAndReported(equal: Bool) throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(
      folder,
      [
        Self.words: ([2, 2], [1, 2, 3, 4]), Self.scale: ([2], [5, 6]),
        "cls.predictions.bias": ([2], [7, 8]),
        "cls.predictions.decoder.weight": ([2, 2], equal ? [1, 2, 3, 4] : [9, 9, 9, 9]),
        "cls.predictions.decoder.bias": ([2], [7, 8]),
      ])
    let (values, report) = try checkpoint.load(Self.wanted)
    #expect(values[Self.words] == [1, 2, 3, 4])
    let copies = report.tiedCopies
    #expect(
      copies.map(\.storedName) == [
        "cls.predictions.decoder.bias", "cls.predictions.decoder.weight",
      ])
    #expect(copies.map(\.tiedTo) == ["cls.predictions.bias", Self.words])
    #expect(copies.map(\.isEqual) == [true, equal])
    #expect(report.unused == [])
    #expect(report.description.contains("differs from") == !equal)
  }

  @Test func aCopyAloneHasTheValue() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(
      folder,
      [
        Self.words: ([2, 2], [1, 2, 3, 4]), "cls.predictions.decoder.bias": ([2], [7, 8]),
      ])
    let (values, report) = try checkpoint.load(Self.wanted)
    #expect(values["cls.predictions.bias"] == [7, 8])
    #expect(report.tiedCopies == [])
    #expect(report.missing.map(\.name) == [Self.scale])
  }

  @Test func mismatchesAreListedTogether() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(
      folder,
      [
        Self.words: ([3, 2], [1, 2, 3, 4, 5, 6]), Self.scale: ([1], [5]),
        "cls.predictions.bias": ([2], [7, 8]),
      ])
    do {
      _ = try checkpoint.load(Self.wanted)
      Issue.record("the checkpoint was accepted")
    } catch {
      #expect(error.exitCode == .incompatible)
      #expect(error.diagnostics.first?.code.rawValue == "checkpoint-mismatch")
      #expect(
        error.diagnostics.first?.notes == [
          "\(Self.words): [2, 2] wanted, the checkpoint has [3, 2]",
          "\(Self.scale): [2] wanted, the checkpoint has [1]",
        ])
      #expect(error.diagnostics.first?.remedies.first?.text.contains("vocab_size") == true)
    }
  }

  @Test func otherSizesNameTheFlags() throws {
    let folder = try TemporaryFolder()
    let positions = "bert.embeddings.position_embeddings.weight"
    let checkpoint = try checkpoint(
      folder, [Self.words: ([2, 1], [1, 2]), positions: ([1, 1], [3])])
    let wanted = [Self.wanted[0], WantedParameter(name: positions, shape: [2, 2])]
    do {
      _ = try checkpoint.load(wanted, resizesVocabulary: true)
      Issue.record("the checkpoint was accepted")
    } catch {
      #expect(
        error.diagnostics.first?.remedies.first?.text
          == "compile the bundle with --set bert_config.hidden_size=1 "
          + "--set bert_config.max_position_embeddings=1")
    }
  }

  /// A vocabulary of another size is an error that names the flag, and loads with it.
  @Test(arguments: [1, 2, 4]) func wordsAreCutOrAddedOnRequestAlone(stored: Int) throws {
    let folder = try TemporaryFolder()
    let words = (0..<stored * 2).map(Float.init)
    let checkpoint = try checkpoint(
      folder,
      [
        Self.words: ([stored, 2], words), Self.scale: ([2], [5, 6]),
        "cls.predictions.bias": ([stored], [Float](repeating: 7, count: stored)),
      ])
    if stored != 2 {
      do {
        _ = try checkpoint.load(Self.wanted)
        Issue.record("the checkpoint was accepted")
      } catch {
        #expect(error.exitCode == .incompatible)
        #expect(
          error.diagnostics.first?.remedies.first?.text.hasPrefix("give --resize-vocabulary")
            == true)
      }
    }
    let (values, report) = try checkpoint.load(Self.wanted, resizesVocabulary: true)
    #expect(values[Self.words] == Array(words.prefix(4)))
    #expect(
      values["cls.predictions.bias"]
        == (stored == 1 ? [7, HuggingFaceCheckpoint.unseenWordBias] : [7, 7]))
    #expect(report.matched.count == 3 && report.mismatched.isEmpty)
    #expect(
      report.description.contains(
        stored == 1
          ? "1 rows in the checkpoint, 2 in the model: 1 added, at their initial values"
          : stored == 4
            ? "4 rows in the checkpoint, 2 in the model: the last 2 are cut" : "3 parameters"))
  }

  @Test func theStateOfATrainingIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(
      folder,
      [
        Self.words: ([2, 2], [1, 2, 3, 4]), "tessera.first_moment.x": ([1], [1]),
        "tessera.second_moment.x": ([1], [1]),
      ])
    let report = try checkpoint.load(Self.wanted).report
    #expect(report.unused == [] && report.trainingState.count == 2)
    #expect(report.description.contains("left alone: 2 tensors of the training's state"))
  }

  @Test func aJointTensorFillsThreeParameters() throws {
    let folder = try TemporaryFolder()
    let attention = "bert.encoder.layer.0.attention.self."
    let checkpoint = try checkpoint(
      folder,
      [
        attention + "qkv.weight": ([6, 2], (0..<12).map(Float.init)),
        attention + "qkv.bias": ([6], (0..<6).map(Float.init)),
      ])
    let wanted = ["query", "key", "value"].flatMap {
      [
        WantedParameter(name: attention + "\($0).weight", shape: [2, 2]),
        WantedParameter(name: attention + "\($0).bias", shape: [2]),
      ]
    }
    let (values, report) = try checkpoint.load(wanted)
    #expect(values[attention + "key.weight"] == [4, 5, 6, 7])
    #expect(values[attention + "value.bias"] == [4, 5])
    #expect(report.matched.count == 6 && report.unused == [] && report.missing == [])
  }

  @Test func runsHaveTheirNewestStep() throws {
    let folder = try TemporaryFolder()
    let checkpoints = folder.file("checkpoints")
    try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
    for step in [9, 100, 20] {
      _ = try folder.safetensors("checkpoints/step-\(step).safetensors", header: "{}")
    }
    #expect(
      try CheckpointLocation.file(at: folder.path) == checkpoints + "/step-100.safetensors")
    #expect(
      try CheckpointLocation.file(at: checkpoints) == checkpoints + "/step-100.safetensors")
    _ = try folder.write([], "tf_model.h5")
    #expect(try CheckpointLocation.file(at: folder.path) == folder.file("tf_model.h5"))
    _ = try folder.write([], "pytorch_model.bin")
    #expect(try CheckpointLocation.file(at: folder.path) == folder.file("pytorch_model.bin"))
  }

  @Test func integersAreNoParameters() throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter(path: folder.file("model.safetensors")).write([
      Self.scale: try CheckpointTensor(
        shape: [2], element: .i32, bytes: [UInt8](repeating: 0, count: 8))
    ])
    let checkpoint = try HuggingFaceCheckpoint(path: folder.path)
    #expect(failure { _ = try checkpoint.load(Self.wanted) }?.code == "checkpoint-mismatch")
  }

  @Test func aForeignCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(folder, ["transformer.h.0.weight": ([1], [1])])
    let refused = failure { _ = try checkpoint.load(Self.wanted) }
    #expect(refused?.code == "checkpoint-mismatch")
    #expect(refused?.exit == .incompatible)
  }

  @Test func twoNamesForOneParameterAreRefused() throws {
    let folder = try TemporaryFolder()
    let refused = failure {
      _ = try checkpoint(
        folder, [Self.words: ([1], [1]), "embeddings.word_embeddings.weight": ([1], [1])])
    }
    #expect(refused?.code == "checkpoint-ambiguous-name")
  }

  @Test func foldersHoldTheirModelOrTheNewestFile() throws {
    let folder = try TemporaryFolder()
    #expect(failure { _ = try CheckpointLocation.file(at: folder.path) }?.exit == .inputMissing)
    #expect(
      failure { _ = try CheckpointLocation.file(at: folder.file("no")) }?.exit == .inputMissing)
    for (name, age) in [("old", 20.0), ("new", 10), ("older", 30)] {
      let path = try folder.safetensors("\(name).safetensors", header: "{}")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
    }
    #expect(
      try CheckpointLocation.file(at: folder.path) == folder.file("new.safetensors"))
    #expect(
      try CheckpointLocation.file(at: folder.file("old.safetensors"))
        == folder.file("old.safetensors"))
    try Data().write(to: URL(fileURLWithPath: folder.file("model.safetensors.index.json")))
    #expect(
      failure { _ = try CheckpointLocation.file(at: folder.path) }?.code == "checkpoint-sharded")
    _ = try folder.safetensors("model.safetensors", header: "{}")
    #expect(
      try CheckpointLocation.file(at: folder.path + "/") == folder.file("model.safetensors"))
  }
}

@Suite(.enabled(if: GoldenReference.isPresent, "needs ../shared/golden"))
struct GoldenCheckpointTests {
  struct Manifest: Decodable {
    struct File: Decodable {
      struct Tensor: Decodable {
        var shape: [Int]
        var dtype: String
      }
      var bytes: Int
      var tensors: [String: Tensor]
    }
    var files: [String: File]
  }

  @Test func everyFileHasTheTensorsOfTheManifest() throws {
    let manifest = try SharedData.json("golden/bert_manifest.json", as: Manifest.self)
    #expect(manifest.files.count >= 7)
    let elements: [String: SafetensorsElement] = ["float32": .f32, "int32": .i32]
    for (name, described) in manifest.files {
      let file = try SafetensorsFile(path: "\(GoldenReference.folder)/\(name)")
      #expect(file.entries.map(\.name) == described.tensors.keys.sorted())
      for entry in file.entries {
        #expect(entry.shape == described.tensors[entry.name]?.shape, "\(name) \(entry.name)")
        #expect(entry.element == elements[described.tensors[entry.name]?.dtype ?? ""])
      }
    }
  }

  @Test func weightsLoadUnderTheirNamesAndComeBack() throws {
    let path = GoldenReference.folder + "/tiny_weights.safetensors"
    let checkpoint = try HuggingFaceCheckpoint(path: path)
    let wanted = checkpoint.file.entries.map { WantedParameter(name: $0.name, shape: $0.shape) }
    let (values, report) = try checkpoint.load(wanted)
    #expect(report.matched.count == wanted.count)
    #expect(report.unused == [] && report.missing == [])
    #expect(values.values.allSatisfy { $0.allSatisfy(\.isFinite) })

    let folder = try TemporaryFolder()
    var tensors: [String: CheckpointTensor] = [:]
    for parameter in wanted {
      tensors[parameter.name] = try CheckpointTensor(
        shape: parameter.shape, floats: values[parameter.name] ?? [])
    }
    let copy = folder.file("copy.safetensors")
    try SafetensorsWriter(path: copy).write(tensors)
    let written = try SafetensorsFile(path: copy)
    for parameter in wanted {
      #expect(
        try written.tensor(named: parameter.name)
          == checkpoint.file.tensor(named: parameter.name))
    }
  }

  @Test func inputsReadAsIntegers() throws {
    let file = try SafetensorsFile(path: GoldenReference.folder + "/tiny_inputs.safetensors")
    let mask = try file.tensor(named: "mb0.attention_mask")
    #expect(mask.shape == [2, 32])
    #expect(try mask.integers().allSatisfy { $0 == 0 || $0 == 1 })
  }
}
