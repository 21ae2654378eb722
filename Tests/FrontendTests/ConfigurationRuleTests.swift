import Foundation
import Foundations
import Frontend
import TestSupport
import Testing

/// One change of a valid file for each rule.
struct RuleCase: Sendable, CustomTestStringConvertible {
  var text: String
  var from: String
  /// What stands there instead; `§` marks the place of the mistake.
  var to: String
  var code: String
  /// A part of the best remedy.
  var remedy: String?
  /// Where the mistake is instead of at `§`: the place of this text.
  var anchor: String?
  /// A mistake that follows from the first.
  var consequence: (anchor: String, code: String)?

  var testDescription: String { "\(code): \(to)" }

  static func pretraining(
    _ code: String, _ from: String, _ to: String, remedy: String? = nil
  ) -> RuleCase {
    RuleCase(
      text: ConfigurationFixture.pretraining, from: from, to: to, code: code, remedy: remedy)
  }

  static func nested(
    _ code: String, _ from: String, _ to: String, remedy: String? = nil
  ) -> RuleCase {
    RuleCase(text: ConfigurationFixture.nested, from: from, to: to, code: code, remedy: remedy)
  }

  static func glue(
    _ code: String, _ from: String, _ to: String, remedy: String? = nil
  ) -> RuleCase {
    RuleCase(text: ConfigurationFixture.glue, from: from, to: to, code: code, remedy: remedy)
  }

  static func squad(
    _ code: String, _ from: String, _ to: String, remedy: String? = nil
  ) -> RuleCase {
    RuleCase(text: ConfigurationFixture.squad, from: from, to: to, code: code, remedy: remedy)
  }
}

extension RuleCase {
  func at(_ anchor: String) -> RuleCase {
    var rule = self
    rule.anchor = anchor
    return rule
  }

  func alsoAt(_ anchor: String, _ code: String) -> RuleCase {
    var rule = self
    rule.consequence = (anchor, code)
    return rule
  }

  /// The changed file has this text, too.
  func inserting(_ text: String, before place: String) -> RuleCase {
    var rule = self
    rule.text = rule.text.replacing(place, with: text + place)
    return rule
  }

  /// The file has something else in one place.
  func replacing(_ old: String, _ new: String) -> RuleCase {
    var rule = self
    rule.text = rule.text.replacing(old, with: new)
    return rule
  }

  /// The changed text, and what is to be found in it.
  func changed() throws -> (text: String, mistakes: [String]) {
    let parts = text.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
    try #require(parts.count == 2, "the file has no \(from)")
    let marked = parts.joined(separator: to)
    let changed = marked.replacing("§", with: "")
    var mistakes = [
      "f.json:\(try Self.place(of: anchor ?? "§", in: anchor == nil ? marked : changed)) \(code)"
    ]
    if let consequence {
      let place = try Self.place(of: consequence.anchor, in: changed)
      mistakes.append("f.json:\(place) \(consequence.code)")
    }
    return (changed, mistakes)
  }

  private static func place(of anchor: String, in text: String) throws -> String {
    let start = try #require(text.firstRange(of: anchor), "no \(anchor)").lowerBound
    let lines = text[..<start].split(separator: "\n", omittingEmptySubsequences: false)
    return "\(lines.count):\((lines.last?.count ?? 0) + 1)"
  }
}

@Suite struct ConfigurationRuleTests {
  private static let stages =
    #""pipeline_stages": [["emb"], ["hid", "hid", "enc_out"], ["pool", "heads"]]"#
  private static let params = #"{"weight_decay_rate": 0.01}"#

  private static let keyCases: [RuleCase] = [
    .pretraining(
      "unknown-key", #""replicas": 2"#, #"§"replica": 2"#,
      remedy: #"rename "replica" to "replicas""#),
    .pretraining(
      "unknown-key", #""seed": 1984"#, #""seed": 1984, §"wibble": {}"#, remedy: "remove"),
    .pretraining(
      "unknown-key", #""hidden_size": 128"#, #"§"hiden_size": 128"#,
      remedy: #"rename "hiden_size" to "hidden_size""#),
    .pretraining(
      "unknown-key", #""seed": 1984"#, #""seed": 1984, §"warmup_frac": 0.1"#,
      remedy: #"remove "warmup_frac", which learning_rate.lr_schedule_params has"#),
    .pretraining(
      "unknown-key", #""seed": 1984"#, #""seed": 1984, §"optimizer_opts.name": "LAMB""#,
      remedy: #"remove "optimizer_opts.name""#),
    .pretraining("missing-key", "{\n  \"dataset_dir\": \"data/\",", "§{", remedy: "add"),
    .pretraining("missing-key", #"{"name": "LAMB", "#, "§{"),
    .pretraining("missing-key", ", \"warmup_frac\": 0.28", "").at(#"{"max_learning_rate""#),
    .pretraining("missing-key", "  \"loss_scaling\": 16,\n", "").at("{\n  \"dataset_dir\""),
    .pretraining("wrong-type", #""seed": 1984"#, #""seed": §"1984""#),
    .pretraining("wrong-type", #""seed": 1984"#, #""seed": §null"#),
    .pretraining(
      "wrong-type", #""replicas": 2"#, #""replicas": §2.0"#, remedy: "set replicas to 2"),
    .pretraining("wrong-type", "[0, 1, 0]", #"[0, §"1", 0]"#),
    .pretraining("wrong-type", #"["emb"], "#, #"§"emb", "#),
    .pretraining("wrong-type", params, "§[]"),
    .pretraining("wrong-type", #""use_outlining": true"#, #""use_outlining": §1"#),
    .pretraining("out-of-range", #""micro_batch_size": 1"#, #""micro_batch_size": §0"#),
    .pretraining("out-of-range", #""replicas": 2"#, #""replicas": §-2"#),
    .pretraining(
      "out-of-range", #""micro_batch_size": 1"#, #""micro_batch_size": §9223372036854775807"#),
    .pretraining("out-of-range", #""hidden_dropout_prob": 0.1"#, #""hidden_dropout_prob": §1"#),
    .pretraining("out-of-range", "[0.2, 0.2]", "[0.2, §0]"),
    .pretraining("out-of-range", "[0.2, 0.2]", "[§1.1, 0.2]"),
    .pretraining("out-of-range", "[0, 1, 0]", "[0, 1, §-1]"),
    .pretraining("out-of-range", #""warmup_frac": 0.28"#, #""warmup_frac": §1.5"#),
    .pretraining("unknown-value", #""LAMB""#, #"§"Lamp""#, remedy: #"name to "LAMB""#),
    .pretraining(
      "unknown-value", #""up_down""#, #"§"updown""#, remedy: #"lr_schedule to "up_down""#),
    .pretraining("unknown-value", #""absolute""#, #"§"relative""#),
    .pretraining(
      "unknown-value", #""type_vocab_size": 2"#, #""type_vocab_size": 2, "hidden_act": §"relu""#),
    .pretraining("unknown-value", #""half""#, #"§"single""#),
    .pretraining("unknown-stage", #""pool""#, #"§"pol""#, remedy: "set pipeline_stages to"),
  ]

  /// Keys that are only in the nested form, and of the nested form's own names.
  private static let nestedCases: [RuleCase] = [
    .nested(
      "unknown-key", #""replicas": 2"#, #"§"replica": 2"#,
      remedy: #"rename "replica" to "replicas""#),
    .nested("missing-key", #""replicas": 2, "#, "").at(#"{"micro_batch_size""#),
    .nested(
      "out-of-range", #""micro_batch_size": 1"#, #""micro_batch_size": §0"#,
      remedy: "set micro_batch_size to 1"),
    .nested(
      "mixed-forms", #""seed": 1984"#, #""seed": 1984, §"replicas": 2"#,
      remedy: #"remove "replicas""#),
    .nested(
      "mixed-forms", #""replicas": 2, "#, "", remedy: "move its value to global_batch.replicas"
    ).inserting(#"§"replicas": 2, "#, before: #""seed": 1984"#),
    .nested(
      "mixed-forms", #""seed": 1984"#,
      #""seed": 1984, §"learning_rate": {"lr_schedule": "up_down"}"#),
    .nested(
      "layer-count-mismatch", #"["hid", "hid", "enc_out"]"#, #"["hid", "enc_out"]"#,
      remedy: "add 1 \"hid\" to stage 1"
    ).at("[[\"emb\"]"),
    .nested(
      "accumulation-not-multiple", #""grad_acc_steps_per_replica": 6"#,
      #""grad_acc_steps_per_replica": §100"#, remedy: "set grad_acc_steps_per_replica to 102"),
    .nested(
      "tied-weight-apart", "[0, 1, 0]", "[0, 1, §1]", remedy: "place stage 2 on IPU 0"),
    .nested("device-mapping-length", "[0, 1, 0]", "§[0, 1]", remedy: "give it 3 entries"),
    .nested("memory-proportion-length", "[0.2, 0.2]", "§[0.2]", remedy: "give it 2 entries"),
    .nested(
      "conflicting-values", #""hidden_size": 128"#, #""max_seq_length": 384, "hidden_size": 128"#
    ).at(#"128, "max_pred"#),
    .nested("unknown-value", #""absolute""#, #"§"relative_key""#, remedy: "\"absolute\""),
    .nested(
      "wrong-type", #"{"micro_batch_size": 1, "replicas": 2, "grad_acc_steps_per_replica": 6}"#,
      "§[]"),
    .nested("unknown-value", #""up_down""#, #"§"constnat""#, remedy: "\"constant\""),
    .glue("unknown-value", #""rte""#, #"§"rtee""#, remedy: "\"rte\""),
    .glue("stage-missing", #""pool", "#, "").at("[[\"emb\"]"),
    .glue("unknown-key", #""do_training""#, #"§"do_traning""#, remedy: "do_training"),
  ]

  /// Numbers that JSON can hold and 64 or 32 bits cannot, and others out of range.
  private static let numberCases: [RuleCase] = [
    .pretraining(
      "out-of-range", #""seed": 1984"#, #""seed": §18446744073709551615"#, remedy: "set seed to"),
    .pretraining("out-of-range", #""loss_scaling": 16"#, #""loss_scaling": §1e39"#),
    .pretraining("out-of-range", #""loss_scaling": 16"#, #""loss_scaling": §0"#),
    .pretraining("out-of-range", #""layer_norm_eps": 1e-12"#, #""layer_norm_eps": §1e-60"#),
    .pretraining("out-of-range", #""weight_decay_rate": 0.01"#, #""weight_decay_rate": §-0.01"#),
    .pretraining(
      "total-samples-too-few", #""seed": 1984"#, #""seed": 1984, "total_num_train_samples": §11"#,
      remedy: "set total_num_train_samples to 12"),
    .pretraining(
      "batch-overflow", #""global_batches_per_log": 1"#,
      #""global_batches_per_log": §1000000000000000000"#, remedy: "set global_batches_per_log to 1"),
  ]

  private static let contradictionCases: [RuleCase] = [
    .pretraining(
      "layer-count-mismatch", stages, stages.replacing("\"hid\", \"hid\"", with: "\"hid\"")
    ).at("[[\"emb\"]"),
    .pretraining("layer-count-mismatch", #""num_hidden_layers": 2"#, #""num_hidden_layers": 3"#).at(
      "[[\"emb\"]"),
    .pretraining(
      "heads-do-not-divide", #""hidden_size": 128"#, #""hidden_size": §129"#),
    .pretraining(
      "sequence-too-long", #""max_position_embeddings": 512"#, #""max_position_embeddings": 64"#
    ).at(#"128, "max_pred"#),
    .pretraining(
      "too-many-predictions", #""max_predictions_per_seq": 20"#,
      #""max_predictions_per_seq": §129"#),
    .pretraining(
      "vocabulary-not-divisible", #"factor": 6"#, #"factor": §7"#, remedy: "factor to 6"),
    .pretraining(
      "total-samples-missing", #""max_seq_length": 128"#, #""max_seq_length": §64"#),
    .pretraining("stage-missing", #", "enc_out""#, "").at("[[\"emb\"]"),
    .pretraining("stage-repeated", #""enc_out"]"#, #""enc_out", §"emb"]"#),
    .pretraining(
      "accumulation-not-multiple", #""grad_acc_steps_per_replica": 6"#,
      #""grad_acc_steps_per_replica": §7"#, remedy: "set grad_acc_steps_per_replica to 6"),
    .pretraining("tied-weight-apart", "[0, 1, 0]", "[0, 1, §1]", remedy: "place stage 2 on IPU 0"),
    .squad(
      "schedule-shares-ipu", #""seed": 1984"#,
      #""seed": 1984, "pipeline_schedule": §"interleaved""#,
      remedy: #"set pipeline_schedule to "grouped""#),
    .pretraining(
      "mixed-forms", #""seed": 1984"#, #""seed": 1984, §"max_seq_length": 128"#,
      remedy: #"remove "max_seq_length""#),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [["emb"], ["hid", §"pool"], ["hid", "enc_out", "heads"]]"#),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [[§"hid"], ["emb", "hid", "enc_out"], ["pool", "heads"]]"#
    ).alsoAt("0],\n  \"matmul", "tied-weight-apart"),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [["emb", "hid"], ["hid", "enc_out", §"heads"], ["pool"]]"#
    ).alsoAt("1, 0]", "tied-weight-apart"),
    .pretraining(
      "empty-stage", stages,
      #""pipeline_stages": [["emb"], ["hid", "hid", "enc_out", "pool", "heads"], §[]]"#
    ).alsoAt("1, 0]", "tied-weight-apart"),
    .pretraining("device-mapping-length", "[0, 1, 0]", "§[0, 1]"),
    .pretraining("device-mapping-gap", "[0, 1, 0]", "[0, §3, 0]").alsoAt(
      "[0.2, 0.2]", "memory-proportion-length"),
    .pretraining("memory-proportion-length", "[0.2, 0.2]", "§[0.2]"),
    .pretraining(
      "unsupported-precision", params,
      #"{"weight_decay_rate": 0.01, "compute_precisions": [§"fp16", "fp16"]}"#),
    .pretraining(
      "unsupported-precision", #""LAMB", "params": {"weight_decay_rate": 0.01}"#,
      #""AdamW", "params": {"weight_decay_rate": 0, "compute_precisions": §"fp16"}"#),
    .squad(
      "model-source-conflict", #""seed": 1984"#, #""seed": 1984, §"pretrained_ckpt_path": "x""#),
    .squad(
      "model-source-conflict", #""seed": 1984"#,
      #""seed": 1984, "bert_config": {§"hidden_size": 5}"#),
    .squad("missing-key", "{\n  \"bert_model_name\": \"prajjwal1/bert-tiny\",", "§{"),
    .squad(
      "unknown-model", #""prajjwal1/bert-tiny""#, #"§"prajjwal1/bert-tinny""#,
      remedy: "prajjwal1/bert-tiny"),
    .squad("layer-count-mismatch", #""hid", "hid""#, #""hid""#).at("[[\"emb\"]"),
    .squad(
      "sequence-too-long", #""seed": 1984"#,
      #""seed": 1984, "bert_config": {"max_seq_length": §513}"#),
  ]

  /// What is told of files that compile.
  private static let remarkCases: [RuleCase] = [
    .pretraining(
      "sharding-needs-replicas",
      #""optimizer_state_offchip": true, "replicated_tensor_sharding": false"#,
      #""optimizer_state_offchip": false, "replicated_tensor_sharding": §true"#,
      remedy: "set replicated_tensor_sharding to false"
    ).inserting(#""name": "x", "#, before: #""seed""#).replacing(
      #""replicas": 2, "grad_acc"#, #""replicas": 1, "grad_acc"#),
    .nested(
      "no-checkpoint", #""max_seq_length": 128"#, #""max_seq_length": 384"#,
      remedy: "give --pretrained-ckpt-path"
    ).at("{\n  \"dataset_dir\""),
    .pretraining(
      "key-of-other-task", #""seed": 1984"#, #""seed": 1984, §"cache_dir": 7"#,
      remedy: #"remove "cache_dir""#),
    .squad("key-of-other-task", #"["qa_head"]"#, #"["qa_head", §"pool"]"#),
    .nested(
      "refused-by-original", #""seed": 1984"#, #""seed": 1984, "use_qkv_bias": §true"#,
      remedy: "set use_qkv_split to true"),
    .nested(
      "refused-by-original", #""replicated_tensor_sharding": false"#,
      #""replicated_tensor_sharding": §true"#, remedy: "set replicated_tensor_sharding to false"),
    .pretraining(
      "refused-by-original", #""max_seq_length": 128"#, #""max_seq_length": §512"#),
    .nested(
      "not-in-effect", #""seed": 1984"#, #""seed": 1984, "generated_dataset": §true"#,
      remedy: "set generated_dataset to false"),
    .nested("not-in-effect", #""seed": 1984"#, #""seed": 1984, "logging": §"INFO""#),
  ]

  /// A warning or note stands at its place; its best remedy, where it is an edit, makes it go and keeps
  /// the file sound.
  @Test(arguments: remarkCases) func remark(_ rule: RuleCase) throws {
    let (text, places) = try rule.changed()
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), "f.json")
    let remarks = try Configuration.load(path: path).remarks
    let found = remarks.first { remark in
      places == [
        "f.json:\(remark.location?.line ?? 0):\(remark.location?.column ?? 0)"
          + " \(remark.code.rawValue)"
      ]
    }
    let remark = try #require(found, "\(places): \(remarks)")
    #expect(remark.severity != .error)
    guard let remedy = rule.remedy else { return }
    #expect(remark.remedies.first?.text.contains(remedy) == true, "\(remark)")
    guard remark.remedies.first?.edits.isEmpty == false else { return }
    let mended = try ConfigurationFixture.read(try Remedies.mended(text, remark))
    #expect(!mended.remarks.contains { $0.code == remark.code && $0.message == remark.message })
  }

  /// The rule reports itself at its place in a file, alone, and its best remedy mends the file.
  @Test(arguments: keyCases + contradictionCases + nestedCases + numberCases)
  func rule(_ rule: RuleCase) throws {
    let (text, mistakes) = try rule.changed()
    let folder = try TemporaryFolder()
    let path = folder.file("f.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: TesseraError.self) { try Configuration.load(path: path) }
    let diagnostics = error?.diagnostics ?? []
    let found = diagnostics.map { diagnostic in
      diagnostic.location.map { "f.json:\($0.line):\($0.column) \(diagnostic.code.rawValue)" }
    }
    #expect(found == mistakes, "\(diagnostics)")
    #expect(diagnostics.allSatisfy { $0.location?.file == path })
    #expect(error?.exitCode == .badData)
    if let remedy = rule.remedy {
      #expect(diagnostics.first?.remedies.first?.text.contains(remedy) == true, "\(diagnostics)")
    }
    // Carrying out the best remedy makes the file compile; of several mistakes, one after the other.
    var mended = text
    for _ in 0..<5 {
      guard let mistake = ConfigurationFixture.diagnostics(mended).first else { break }
      mended = try Remedies.mended(mended, mistake)
    }
    #expect(ConfigurationFixture.mistakes(mended) == [], "\(mended)")
  }
}
