import Foundations
import Frontend
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
      remedy: #"move "warmup_frac" to learning_rate.lr_schedule_params"#),
    .pretraining(
      "unknown-key", #""seed": 1984"#, #""seed": 1984, §"optimizer_opts.name": "LAMB""#,
      remedy: #"move "name" to optimizer_opts"#),
    .pretraining("missing-key", "{\n  \"dataset_dir\": \"data/\",", "§{", remedy: "add"),
    .pretraining("missing-key", #"{"name": "LAMB", "#, "§{"),
    .pretraining("missing-key", ", \"warmup_frac\": 0.28", "").at(#"{"max_learning_rate""#),
    .pretraining("missing-key", "  \"loss_scaling\": 16,\n", "").at("{\n  \"dataset_dir\""),
    .pretraining("wrong-type", #""seed": 1984"#, #""seed": §"1984""#),
    .pretraining("wrong-type", #""seed": 1984"#, #""seed": §null"#),
    .pretraining("wrong-type", #""replicas": 2"#, #""replicas": §2.0"#, remedy: "write 2"),
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
    .pretraining("unknown-value", #""LAMB""#, #"§"Lamp""#, remedy: #"by "LAMB""#),
    .pretraining("unknown-value", #""up_down""#, #"§"updown""#, remedy: #"by "up_down""#),
    .pretraining("unknown-value", #""absolute""#, #"§"relative""#),
    .pretraining(
      "unknown-value", #""type_vocab_size": 2"#, #""type_vocab_size": 2, "hidden_act": §"relu""#),
    .pretraining("unknown-value", #""half""#, #"§"single""#),
    .pretraining("unknown-stage", #""pool""#, #"§"pol""#, remedy: #"by "pool""#),
    .pretraining("key-of-other-task", #""seed": 1984"#, #""seed": 1984, §"cache_dir": "x""#),
    .squad("key-of-other-task", #""seed": 1984"#, #""seed": 1984, §"fp_exceptions": true"#),
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
    .pretraining("key-of-other-task", #""heads"]"#, #""heads", §"qa_head"]"#),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [["emb"], ["hid", §"pool"], ["hid", "enc_out", "heads"]]"#),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [[§"hid"], ["emb", "hid", "enc_out"], ["pool", "heads"]]"#),
    .pretraining(
      "stage-order", stages,
      #""pipeline_stages": [["emb", "hid"], ["hid", "enc_out", §"heads"], ["pool"]]"#),
    .pretraining(
      "empty-stage", stages,
      #""pipeline_stages": [["emb"], ["hid", "hid", "enc_out", "pool", "heads"], §[]]"#),
    .pretraining("device-mapping-length", "[0, 1, 0]", "§[0, 1]"),
    .pretraining("device-mapping-gap", "[0, 1, 0]", "[0, §3, 1]").alsoAt(
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
    .squad("key-of-other-task", #"["qa_head"]"#, #"["qa_head", §"pool"]"#),
    .squad(
      "sequence-too-long", #""seed": 1984"#,
      #""seed": 1984, "bert_config": {"max_seq_length": §513}"#),
  ]

  @Test(arguments: keyCases + contradictionCases) func rule(_ rule: RuleCase) throws {
    let (text, mistakes) = try rule.changed()
    let diagnostics = ConfigurationFixture.diagnostics(text)
    #expect(ConfigurationFixture.mistakes(text) == mistakes, "\(diagnostics)")
    if let remedy = rule.remedy {
      #expect(diagnostics.first?.remedies.first?.text.contains(remedy) == true, "\(diagnostics)")
    }
  }
}
