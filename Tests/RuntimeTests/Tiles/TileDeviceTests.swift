import Recipe
import TestSupport
import Testing

/// The lowering, by what it computes: a weight update on `ipu-tile` against `ipu-model`.
@Suite struct TileDeviceTests {
  /// How far results may be apart, relative (L2); docs/numerics.md has the figures.
  static func limit(_ precision: Precision) -> Double { precision == .fp32 ? 1e-5 : 2e-2 }

  static let lamb = "optimizer_opts.name=LAMB"

  static let micro: [DeviceTraining] = [Precision.fp32, .fp16].flatMap { precision in
    [
      DeviceTraining("\(precision), AdamW", precision: precision),
      DeviceTraining(
        "\(precision), a long vocabulary", ["bert_config.vocab_size=1100", "replace_layers=false"],
        precision: precision),
      DeviceTraining("\(precision), LAMB", [lamb], precision: precision),
      DeviceTraining(
        "\(precision), dropout, replicas", precision: precision, replicas: 2, dropout: 0.1),
      DeviceTraining(
        "\(precision), LAMB, sharded state",
        [lamb, "replicated_tensor_sharding=true", "min_remote_tensor_size=0"],
        precision: precision, replicas: 2, dropout: 0.1),
      DeviceTraining(
        "\(precision), AdamW, sharded state",
        ["replicated_tensor_sharding=true", "min_remote_tensor_size=0"],
        precision: precision, replicas: 2),
      DeviceTraining(
        "\(precision), nested default, micro-batch of 2", ["micro_batch_size=2"],
        precision: precision, variant: .nestedDefault, dropout: 0.1),
      DeviceTraining(
        "\(precision), whole tiles", precision: precision, dropout: 0.1, tiles: 1472),
      DeviceTraining(
        "\(precision), no recomputation", ["enable_recomputation=false"], precision: precision,
        dropout: 0.1),
      DeviceTraining("\(precision), no outlining", ["use_outlining=false"], precision: precision),
      DeviceTraining(
        "\(precision), layers as they are", ["replace_layers=false"], precision: precision),
      DeviceTraining(
        "\(precision), state on the chip", ["optimizer_state_offchip=false"], precision: precision),
      DeviceTraining(
        "\(precision), one IPU", OneStage.pretraining, precision: precision, dropout: 0.1, tiles: 16
      ),
    ]
  }

  @Test(arguments: micro)
  func microModels(training: DeviceTraining) throws {
    let differences = try training.differences(Self.limit(training.precision))
    #expect(differences == [])
  }

  @Test(arguments: RandomTraining.all)
  func randomModels(training: DeviceTraining) throws {
    let differences = try training.differences(Self.limit(training.precision))
    #expect(differences == [])
  }

  /// An encoder layer of BERT-Base on all tiles, forward and backward, between small embeddings and heads.
  @Test(arguments: [Precision.fp32, .fp16])
  func encoderLayer(precision: Precision) throws {
    let training = DeviceTraining(
      "an encoder layer of BERT-Base, \(precision)",
      sizes: [
        "bert_config.hidden_size=768", "bert_config.num_attention_heads=12",
        "bert_config.intermediate_size=3072", "bert_config.num_hidden_layers=1",
        "bert_config.vocab_size=512", "bert_config.max_position_embeddings=128",
        "replicas=1", "grad_acc_steps_per_replica=1", "embedding_serialization_factor=1",
        #"pipeline_stages=[["emb","hid","enc_out","pool","heads"]]"#, "device_mapping=[0]",
        "matmul_available_memory_proportion_per_pipeline_stage=[0.2]",
      ], precision: precision)
    let differences = try training.differences(Self.limit(precision))
    #expect(differences == [])
  }

  /// Two replicas of two IPUs, pipeline, accumulation, recomputation, state in streaming memory. In fp16,
  /// which takes as long again, scripts/test-external.sh compares the losses.
  @Test func tinyConfiguration() throws {
    let training = DeviceTraining("tiny", sizes: [], precision: .fp32)
    let differences = try training.differences(Self.limit(.fp32))
    #expect(differences == [])
  }
}
