import Foundations
import Recipe
import Testing

@Suite struct TrainingRecipeTests {
  static let pretraining = TrainingRecipe(
    program: TrainingRecipe.Program(
      task: .pretraining(maximumPredictions: 20), precision: .fp16, microBatchSize: 1, replicas: 2,
      accumulationCount: 12, sequenceLength: 128,
      model: BertConfiguration(
        hiddenSize: 128, vocabularySize: 30_528, attentionHeads: 2, layers: 2,
        intermediateSize: 512, hiddenDropout: 0.1 + 0.2, activation: .gelu),
      optimizer: Optimizer(.lamb(lastProduct: .fp16), weightDecay: 0.01),
      pipeline: PipelineMapping(
        stages: [
          [.embeddings], [.encoderLayer, .encoderLayer, .encoderOutput], [.pooler, .heads],
        ], devices: [0, 1, 0]),
      availableMemoryProportions: [0.2, 1], embeddingSerializationFactor: 6),
    run: TrainingRecipe.Run(
      configurationName: "tiny", name: "a \"quoted\"\n name",
      learningRate: .upDown(maximum: 0.006, warmupFraction: 0.28), lossScale: LossScale(16),
      seed: .max, totalSamples: 540, datasetDirectory: "$DATA/128/",
      wandbOptions: WandbOptions(
        isEnabled: true, entity: "us", tags: ["a", "b"], others: [.init("x", [1, 1.0, nil])])))

  static let questionAnswering = {
    var recipe = pretraining
    recipe.program.task = .questionAnswering
    recipe.program.precision = .fp32
    recipe.program.reportsAccuracy = false
    recipe.program.optimizer = Optimizer(.adamW, weightDecay: 0, beta1: 0.8, epsilon: 1e-8)
    recipe.program.pipeline = PipelineMapping(
      stages: [[.embeddings, .encoderLayer], [.encoderLayer, .questionAnsweringHead]],
      devices: [1, 0])
    recipe.run = TrainingRecipe.Run(
      configurationName: "squad", learningRate: .constant(maximum: 1e-30), seed: 0, epochs: 3,
      modelName: "bert-base-uncased", cacheDirectory: "c", outputDirectory: "o")
    return recipe
  }()

  static let sequenceClassification = {
    var recipe = questionAnswering
    recipe.program.task = .sequenceClassification(.stsb)
    recipe.program.model.variant = ModelVariant(
      usesPredictionTransform: false, usesPredictionBias: true, usesQKVBias: true,
      splitsQKV: false, usesProjectionBias: false)
    recipe.program.pipeline.stages = [
      [.embeddings, .encoderLayer], [.encoderLayer, .pooler, .classificationHead],
    ]
    return recipe
  }()

  private static func decode(_ program: String, _ run: String) throws -> TrainingRecipe {
    try TrainingRecipe.decode(program: Array(program.utf8), run: Array(run.utf8))
  }

  @Test(arguments: [pretraining, questionAnswering, sequenceClassification])
  func textFormIsLossless(
    recipe: TrainingRecipe
  ) throws {
    let decoded = try TrainingRecipe.decode(
      program: recipe.encodedProgram(), run: recipe.encodedRun())
    #expect(decoded == recipe)
    #expect(decoded.encodedProgram() == recipe.encodedProgram())
  }

  @Test func runKeysStayOutOfTheProgram() {
    var other = Self.pretraining
    other.run = Self.questionAnswering.run
    #expect(other.encodedProgram() == Self.pretraining.encodedProgram())
  }

  /// Each change of the text is refused with its code; nothing traps.
  @Test(arguments: [
    ("\"replicas\":2", "\"replicas\":0", "out-of-range"),
    ("\"replicas\":2", "\"replicas\":true", "wrong-type"),
    ("\"replicas\":2,", "", "missing-key"),
    ("\"use_cls_layer\":true,", "", "missing-key"),
    ("\"use_qkv_split\":true,", "", "missing-key"),
    ("\"pretraining\"", "\"glu\"", "unknown-value"),
    ("\"replicas\":2", "\"replicas\":2,\"extra\":1", "unknown-key"),
    ("\"num_hidden_layers\":2", "\"num_hidden_layers\":3", "layer-count-mismatch"),
    ("\"num_attention_heads\":2", "\"num_attention_heads\":3", "heads-do-not-divide"),
    ("[0,1,0]", "[0,1]", "device-mapping-length"),
    ("[\"pool\",", "[\"pol\",", "unknown-stage"),
    ("recipe-program/4", "recipe-program/3", "recipe-version"),
    ("\"hidden_size\":128", "\"hidden_size\":99999999999999999999", "out-of-range"),
  ]) func damagedTextIsRefused(from: String, to: String, code: String) throws {
    let program = String(decoding: Self.pretraining.encodedProgram(), as: UTF8.self)
    let run = String(decoding: Self.pretraining.encodedRun(), as: UTF8.self)
    let parts = program.split(separator: from, omittingEmptySubsequences: false)
    #expect(parts.count == 2)
    let damaged = parts.joined(separator: to)
    let error = #expect(throws: TesseraError.self) { try Self.decode(damaged, run) }
    #expect(error?.diagnostics.map(\.code.rawValue) == [code])
  }

  @Test(arguments: [questionAnswering, sequenceClassification]) func fineTuningCountsEpochs(
    recipe: TrainingRecipe
  ) throws {
    let batches = try recipe.batchArithmetic(datasetSize: 24)
    #expect(batches.totalSamples == 72)
    #expect(batches.weightUpdates == 3)
    var given = recipe
    given.run.totalSamples = 48
    #expect(try given.batchArithmetic(datasetSize: 24).weightUpdates == 2)
  }

  @Test func everyVariantIsKept() throws {
    var texts: Set<[UInt8]> = []
    for bits in 0..<32 {
      var recipe = Self.pretraining
      recipe.program.model.variant = ModelVariant(
        usesPredictionTransform: bits & 1 > 0, usesPredictionBias: bits & 2 > 0,
        usesQKVBias: bits & 4 > 0, splitsQKV: bits & 8 > 0, usesProjectionBias: bits & 16 > 0)
      let text = recipe.encodedProgram()
      texts.insert(text)
      #expect(
        try TrainingRecipe.decode(program: text, run: recipe.encodedRun()).program
          == recipe.program)
    }
    #expect(texts.count == 32)
  }

  /// The classifier takes the pooler's output, and there is no other head.
  @Test func stagesOfSequenceClassification() {
    #expect(Self.sequenceClassification.violations() == [])
    var recipe = Self.sequenceClassification
    recipe.program.pipeline.stages = [
      [.embeddings, .encoderLayer, .classificationHead], [.encoderLayer, .pooler],
    ]
    #expect(recipe.violations().map(\.code) == [.stageOrder])
    recipe.program.pipeline.stages = [
      [.embeddings, .encoderLayer], [.encoderLayer, .pooler, .heads],
    ]
    #expect(recipe.violations().map(\.code) == [.stageMissing])
    recipe = Self.sequenceClassification
    recipe.run.epochs = nil
    #expect(recipe.violations().map(\.code) == [.epochsMissing])
  }
}
