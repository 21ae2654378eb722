import Foundation
import TestSupport
import Testing

/// `tessera squad` as a user calls it, on a small model and a set of 28 questions.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct SquadCommandTests {
  /// A folder with a bundle, a vocabulary and both files of questions.
  struct Folder {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      try folder.write(Array(Self.configuration.utf8), "squad.json")
      try folder.write(Array(Self.questions(24, from: 0).utf8), "train-v1.1.json")
      try folder.write(Array(Self.questions(4, from: 8).utf8), "dev-v1.1.json")
      try folder.write(Array(Self.texts.utf8), "text.txt")
      for (tool, arguments) in [
        ("tessera", ["data", "vocabulary", "text.txt", "--size", "240", "-o", "vocab.txt"]),
        ("tesserac", ["compile", "squad.json", "--precision", "fp32", "-o", "squad.ipub"]),
      ] {
        let output = try run(arguments, tool: tool)
        try #require(output.status == 0, "\(output.errors)")
      }
    }

    func run(_ arguments: [String], tool: String = "tessera") throws -> Command.Output {
      try Command.run(Executables.path(tool), arguments, in: folder.path)
    }

    func text(_ name: String) throws -> String {
      String(decoding: try folder.contents(name), as: UTF8.self)
    }

    func json(_ name: String) throws -> [String: Any]? {
      try JSONSerialization.jsonObject(with: Data(folder.contents(name))) as? [String: Any]
    }

    static let names = ["anna", "boris", "clara", "david", "emma", "felix"]
    static let texts = names.map { "the ship of \($0) is in the port of salt ." }
      .joined(separator: "\n")

    /// Each context has a filler of its own length, and asks two questions.
    static func questions(_ count: Int, from first: Int) -> String {
      let paragraphs = (first..<first + count / 2).map { number in
        let name = names[number % names.count]
        let filler = String(repeating: "the port is in the salt . ", count: number % 4)
        let context = "\(filler)the ship of \(name) is in the port ."
        return """
          {"context": "\(context)", "qas": [
          {"id": "\(number)-ship", "question": "the ship of ?", "answers": [{"text": "\(name)", "answer_start": \(filler.count + 12)}]},
          {"id": "\(number)-port", "question": "is in ?", "answers": [{"text": "the port", "answer_start": \(context.count - 10)}]}]}
          """
      }
      return """
        {"version": "1.1", "data": [{"title": "Ships", "paragraphs": [\(paragraphs.joined(separator: ",\n"))]}]}
        """
    }

    static let configuration = """
      {
        "bert_config": {
          "hidden_size": 32, "vocab_size": 240, "num_attention_heads": 2, "num_hidden_layers": 2,
          "intermediate_size": 64, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
          "max_position_embeddings": 64, "type_vocab_size": 2, "initializer_range": 0.1,
          "layer_norm_eps": 1e-12, "position_embedding_type": "absolute", "max_seq_length": 32
        },
        "num_epochs": 4, "micro_batch_size": 3, "replicas": 1, "grad_acc_steps_per_replica": 6,
        "optimizer_opts": {"name": "LAMB", "params": {"weight_decay_rate": 0.01}},
        "learning_rate": {
          "lr_schedule": "up_down",
          "lr_schedule_params": {"max_learning_rate": 0.01, "warmup_frac": 0.1}
        },
        "pipeline_stages": [["emb"], ["hid", "hid"], ["qa_head"]],
        "device_mapping": [0, 1, 0],
        "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
        "matmul_partials_type": "half", "embedding_serialization_factor": 1,
        "use_outlining": true, "enable_recomputation": true, "replace_layers": true,
        "optimizer_state_offchip": true, "global_batches_per_log": 1, "seed": 7,
        "cache_dir": "cache", "output_dir": "answers"
      }
      """
  }

  @Test func trainPredictEvaluate() throws {
    let folder = try Folder()
    let train = [
      "squad", "train", "squad.ipub", "--dataset-dir", ".", "--vocabulary", "vocab.txt",
      "--save-ckpt-path", "tuned.safetensors", "--quiet",
    ]
    let trained = try folder.run(train + ["--run-dir", "run"])
    try #require(trained.status == 0, "\(trained.errors)")
    #expect(trained.text.contains("start_loss"))
    let scores = #/exact_match: \d+\.\d{3}\nf1: \d+\.\d{3}\n/#
    let printed = try #require(trained.text.firstMatch(of: scores)).output

    // The features are kept, and taken again.
    let cache = try FileManager.default.contentsOfDirectory(atPath: folder.folder.file("cache"))
    #expect(cache.count == 1)
    #expect(cache[0].hasPrefix("train-v1.1-"))
    let summary = try #require(try folder.json("cache/\(cache[0])/summary.json"))
    #expect(summary["questions"] as? Int == 24)

    // Predicting with the checkpoint gives the same answers, and scoring them the same scores.
    let predicted = try folder.run([
      "squad", "predict", "squad.ipub", "--dev-file", "dev-v1.1.json", "--pretrained-ckpt-path",
      "tuned.safetensors", "--vocabulary", "vocab.txt", "--output-dir", "again", "--progress",
      "none",
    ])
    try #require(predicted.status == 0, "\(predicted.errors)")
    #expect(try folder.text("again/predictions.json") == folder.text("answers/predictions.json"))
    let answers = try #require(try folder.json("again/predictions.json"))
    #expect(answers.keys.sorted() == ["8-port", "8-ship", "9-port", "9-ship"])
    let evaluated = try folder.run([
      "squad", "evaluate", "dev-v1.1.json", "again/predictions.json",
    ])
    #expect(evaluated.status == 0)
    #expect(evaluated.text == String(printed))
    #expect(evaluated.errors.isEmpty)
    let candidates = try #require(try folder.json("again/nbest_predictions.json"))
    for (id, answer) in answers {
      let best = try #require(candidates[id] as? [[String: Any]])
      #expect(best.first?["text"] as? String == answer as? String)
      let sum = best.compactMap { $0["probability"] as? Double }.reduce(0, +)
      #expect(abs(sum - 1) < 1e-9)
    }

    // Files that are there are not replaced, which is told before any work.
    let twice = try folder.run(train + ["--run-dir", "other"])
    #expect(twice.status == 73)
    #expect(!FileManager.default.fileExists(atPath: folder.folder.file("other")))
    let forced = try folder.run(
      train + ["--run-dir", "other", "--force", "--max-steps", "1", "--progress", "plain"])
    #expect(forced.status == 0, "\(forced.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.folder.file("cache")).count == 1)

    // Without training the checkpoint is scored.
    let validated = try folder.run([
      "squad", "train", "squad.ipub", "--dev-file", "dev-v1.1.json", "--vocabulary", "vocab.txt",
      "--pretrained-ckpt-path", "tuned.safetensors", "--do-training", "false", "--output-dir",
      "third", "--quiet",
    ])
    #expect(validated.status == 0, "\(validated.errors)")
    #expect(validated.text.hasPrefix(String(printed)))
  }

  /// Without training the newest checkpoint of the run that is named is scored.
  @Test func aNamedRunIsScored() throws {
    let folder = try Folder()
    let train = [
      "squad", "train", "squad.ipub", "--dataset-dir", ".", "--vocabulary", "vocab.txt", "--quiet",
    ]
    let trained = try folder.run(train + ["--run-dir", "run"])
    try #require(trained.status == 0, "\(trained.errors)")
    let candidates = try folder.text("answers/nbest_predictions.json")
    func score(_ name: String, _ arguments: String...) throws -> Command.Output {
      try folder.run(train + ["--do-training", "false", "--output-dir", name] + arguments)
    }
    for (name, arguments) in [
      ("resumed", ["--resume", "run"]), ("directory", ["--run-dir", "run"]),
      ("file", ["--resume", "run/checkpoints/step-4.safetensors"]),
    ] {
      let scored = try score(name, arguments[0], arguments[1])
      try #require(scored.status == 0, "\(scored.errors)")
      #expect(scored.errors.isEmpty)
      #expect(try folder.text("\(name)/nbest_predictions.json") == candidates)
    }
    // Random parameters are scored with a warning, also where progress is not shown.
    let initial = try score("initial", "--run-dir", "none")
    #expect(initial.status == 0)
    #expect(initial.errors.contains("no-checkpoint"))
    #expect(try folder.text("initial/nbest_predictions.json") != candidates)
    #expect(try score("missing", "--resume", "nowhere").status == 66)
  }

  /// A run that goes on replaces its own predictions, and no others.
  @Test(arguments: [["--run-dir", "run"], []])
  func aCompleteRunIsResumed(directory: [String]) throws {
    let folder = try Folder()
    let train = [
      "squad", "train", "squad.ipub", "--dataset-dir", ".", "--vocabulary", "vocab.txt", "--quiet",
      "--resume", "auto",
    ]
    let first = try folder.run(train + directory)
    try #require(first.status == 0, "\(first.errors)")
    let again = try folder.run(train + directory)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.text == first.text)
    #expect(try folder.run(train + ["--run-dir", "other"]).status == 73)
    // Without a folder for them they are in the run's own directory.
    let own = train + ["--run-dir", "own", "--set", "output_dir=null"]
    for _ in 0..<2 {
      let output = try folder.run(own)
      #expect(output.status == 0, "\(output.errors)")
      #expect(output.text.contains("own/predictions.json"))
    }
  }

  /// A signal ends a prediction, and leaves no file behind.
  @Test(.timeLimit(.minutes(2)), arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func signalsEndAPrediction(signal: Int32, status: Int) throws {
    let folder = try Folder()
    try folder.folder.write(Array(Folder.questions(10_000, from: 0).utf8), "many.json")
    try FileManager.default.createDirectory(
      atPath: folder.folder.file("out"), withIntermediateDirectories: true)
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.folder.file("out"))
    }
    let running = try Command.start(
      Executables.path("tessera"),
      [
        "squad", "predict", "squad.ipub", "--dev-file", "many.json", "--vocabulary", "vocab.txt",
        "--output-dir", "out", "--progress", "none", "--threads", "1",
      ], in: folder.folder.path)
    // Both files are begun before the work, under temporary names.
    while try names().count < 2, running.process.isRunning { usleep(2000) }
    kill(running.process.processIdentifier, signal)
    let output = try running.finish()
    #expect(output.status == status, "\(output.errors)")
    #expect(try names().isEmpty)
  }

  /// A vocabulary of quite another size than the model's is told of; padding is not.
  @Test func aVocabularyOfAnotherModel() throws {
    let folder = try Folder()
    let unused = (0..<300).map { "[more\($0)]" }.joined(separator: "\n")
    try folder.folder.write(
      Array("\(try folder.text("vocab.txt"))\(unused)\n".utf8), "other.txt")
    for (vocabulary, warns) in [("vocab.txt", false), ("other.txt", true)] {
      for arguments in [
        ["predict", "squad.ipub", "--dev-file", "dev-v1.1.json", "--progress", "none"],
        [
          "train", "squad.ipub", "--dataset-dir", ".", "--quiet", "--max-steps", "1", "--run-dir",
          "run-\(vocabulary)",
        ],
      ] {
        let output = try folder.run(
          ["squad"] + arguments + [
            "--vocabulary", vocabulary, "--output-dir", "\(arguments[0])-\(vocabulary)",
          ])
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.errors.contains("540 tokens, and the model 240") == warns)
      }
    }
  }

  @Test func mistakes() throws {
    let folder = try Folder()
    func run(_ arguments: String...) throws -> Command.Output {
      try folder.run(["squad"] + arguments)
    }
    let damaged = Folder.questions(4, from: 0).replacing("\"question\"", with: "\"qestion\"")
    try folder.folder.write(Array(damaged.utf8), "damaged.json")
    let output = try run(
      "train", "squad.ipub", "--train-file", "damaged.json", "--do-validation", "false",
      "--vocabulary", "vocab.txt")
    #expect(output.status == 65)
    #expect(output.errors.contains("damaged.json:"))
    #expect(output.errors.contains("article 1 (\"Ships\"), paragraph 1, question 1"))
    #expect(output.errors.contains("squad-format"))

    let misplaced = Folder.questions(4, from: 0).replacing(
      "\"text\": \"anna\"", with: "\"text\": \"nobody\"")
    try folder.folder.write(Array(misplaced.utf8), "misplaced.json")
    let arguments = [
      "squad", "train", "squad.ipub", "--train-file", "misplaced.json", "--do-validation", "false",
      "--vocabulary", "vocab.txt", "--max-steps", "1", "--total-num-train-samples", "6",
      "--run-dir", "run",
    ]
    let refused = try folder.run(arguments)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("squad-misplaced-answer"))

    #expect(try run("train", "squad.ipub", "--vocabulary", "vocab.txt").status == 66)
    #expect(try run("train", "squad.ipub", "--dataset-dir", ".").status == 64)
    #expect(
      try run(
        "train", "squad.ipub", "--vocabulary", "vocab.txt", "--do-training", "false",
        "--do-validation", "false"
      ).status == 64)
    try folder.folder.write(Array("[]".utf8), "list.json")
    #expect(try run("evaluate", "dev-v1.1.json", "list.json").status == 65)
    try folder.folder.write(Array("{\"8-ship\": \"x\"}".utf8), "few.json")
    let few = try run("evaluate", "dev-v1.1.json", "few.json", "--format", "json")
    #expect(few.status == 0)
    #expect(few.errors.contains("squad-predictions-missing"))
    #expect(few.text.contains("\"missing_predictions\": 3"))
  }
}
