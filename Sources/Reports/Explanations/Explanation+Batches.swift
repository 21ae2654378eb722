/// Codes of configurations whose values are sound alone and contradict each other.
extension Explanation {
  static let accumulationNotMultiple = Explanation(
    .configurations, [.error(.badData)], "The accumulation does not suit the pipeline's schedule",
    meaning: """
      The grouped schedule keeps two micro-batches under way for each pipeline stage, one forward and one backward, and fills \
      and drains the pipeline once a weight update. `grad_acc_steps_per_replica` must therefore be a multiple of twice the number \
      of pipeline stages. The original application fails on other numbers late, when its graph is compiled.
      """,
    remedy: """
      Use one of the nearest multiples, which the message offers. The global batch, and with it the best learning rate, \
      changes in proportion.
      """,
    example: Example(
      before: #""device_mapping": [0, 1, 2, 3], "grad_acc_steps_per_replica": 100"#,
      after: #""device_mapping": [0, 1, 2, 3], "grad_acc_steps_per_replica": 104"#))

  static let batchNotPositive = Explanation(
    .configurations, [.error(.badData)], "A size of the batch arithmetic is not positive",
    meaning: """
      Micro-batch, replicas, accumulation, size of the data set and global batches per log are multiplied and divided by each other; \
      each must be at least 1.
      """,
    remedy: "Set the value that the message names to at least 1.")

  static let batchOverflow = Explanation(
    .configurations, [.error(.badData)], "A batch is too large to be counted",
    meaning: """
      The product of the sizes in the message is beyond 64 bits. No training has that many samples, so one of them is a mistake.
      """,
    remedy: """
      Check `micro_batch_size`, `replicas`, `grad_acc_steps_per_replica`, `global_batches_per_log` and `total_num_train_samples`.
      """)

  static let datasetTooSmall = Explanation(
    .configurations, [.error(.badData)], "The data set does not fill one batch",
    meaning: """
      A weight update takes a global batch: micro-batch × replicas × accumulation. An evaluation takes a micro-batch. The data set has \
      fewer samples than that, so not even the first could be run.
      """,
    remedy: """
      Lower `grad_acc_steps_per_replica` or `micro_batch_size` and compile again, or make more samples of the text.
      """)

  static let deviceMappingGap = Explanation(
    .configurations, [.error(.badData)], "device_mapping leaves out an IPU",
    meaning: """
      A replica takes the IPUs from 0 to the highest number in `device_mapping`. An IPU without a stage would be paid for and do nothing, \
      and lists with an entry for each IPU would not fit.
      """,
    remedy: "Number the IPUs from 0 without gaps.",
    example: Example(
      before: #""device_mapping": [0, 1, 3]"#, after: #""device_mapping": [0, 1, 2]"#))

  static let deviceMappingLength = Explanation(
    .configurations, [.error(.badData)], "device_mapping does not have one entry for each stage",
    meaning: """
      `device_mapping` says for each pipeline stage, in order, which IPU of a replica runs it. Its length is not the number of stages.
      """,
    remedy: "Give it one IPU number for each list of `pipeline_stages`. An IPU may occur twice.",
    example: Example(
      before: #""pipeline_stages": [["emb"], ["hid", "hid"]], "device_mapping": [0]"#,
      after: #""pipeline_stages": [["emb"], ["hid", "hid"]], "device_mapping": [0, 1]"#))

  static let emptyStage = Explanation(
    .configurations, [.error(.badData)], "A pipeline stage has no layer",
    meaning: """
      A stage without layers has nothing to compute, yet takes a turn in the schedule and an entry in `device_mapping`.
      """,
    remedy: "Remove the empty list and its entry in `device_mapping`, or put layers into it.")

  static let epochTruncated = Explanation(
    .configurations, [.warning], "The end of each epoch is left out",
    meaning: """
      The host gives work to the device an execution at a time, `global_batches_per_log` weight updates. An epoch is cut to whole \
      executions, as in the original application, and the length of the training is computed from the cut epoch.
      """,
    remedy: """
      Mostly nothing: the loss is less than one execution an epoch. Lower `global_batches_per_log` to lose less.
      """)

  static let epochsMissing = Explanation(
    .configurations, [.error(.badData)], "Fine-tuning does not say for how long",
    meaning: """
      SQuAD trains for `num_epochs` passes over its data. Without it the length of the training and of the learning-rate schedule \
      is unknown.
      """,
    remedy: "Add `num_epochs`; 2 or 3 is usual.")

  static let executionLongerThanEpoch = Explanation(
    .configurations, [.warning], "More weight updates between two reports than an epoch has",
    meaning: """
      `global_batches_per_log` asks for more micro-batches between two visits of the host than the data set fills in an epoch. The execution \
      is cut to the epoch, as in the original application.
      """,
    remedy: "Lower `global_batches_per_log`.")

  static let headsDoNotDivide = Explanation(
    .configurations, [.error(.badData)], "The attention heads do not share the columns evenly",
    meaning: """
      Each attention head takes `hidden_size` / `num_attention_heads` columns, which must be a whole number.
      """,
    remedy: "Choose a number of heads that divides `hidden_size`; BERT has 64 columns a head.",
    example: Example(
      before: #""hidden_size": 768, "num_attention_heads": 10"#,
      after: #""hidden_size": 768, "num_attention_heads": 12"#))

  static let layerCountMismatch = Explanation(
    .configurations, [.error(.badData)], "The stages list another number of encoder layers",
    meaning: """
      Each "hid" in `pipeline_stages` is one encoder layer, and there must be as many as `num_hidden_layers` says. Otherwise a layer of the \
      model would be nowhere, or a stage would have a layer that the model lacks.
      """,
    remedy: """
      Add or remove "hid", as many as the message says, or set `num_hidden_layers` to the number that is listed.
      """,
    example: Example(
      before: #""num_hidden_layers": 3, "pipeline_stages": [["emb", "hid"], ["hid"]]"#,
      after: #""num_hidden_layers": 3, "pipeline_stages": [["emb", "hid"], ["hid", "hid"]]"#))

  static let memoryProportionLength = Explanation(
    .configurations, [.error(.badData)], "The memory proportions are not one for each IPU",
    meaning: """
      `matmul_available_memory_proportion_per_pipeline_stage` says how much of a tile's memory a matrix product may use for intermediate results. Despite \
      its name it has one entry for each IPU of a replica, not for each stage.
      """,
    remedy: "Give it as many entries as the highest number in `device_mapping` plus 1.",
    example: Example(
      before:
        #""device_mapping": [0, 1, 0], "matmul_available_memory_proportion_per_pipeline_stage": [0.3, 0.3, 0.3]"#,
      after:
        #""device_mapping": [0, 1, 0], "matmul_available_memory_proportion_per_pipeline_stage": [0.3, 0.3]"#
    ))

  static let sequenceTooLong = Explanation(
    .configurations, [.error(.badData)], "A sequence has more tokens than the model has positions",
    meaning: """
      Every token gets the embedding of its position, and the model has `max_position_embeddings` of them.
      """,
    remedy: """
      Lower `max_seq_length`. Raise `max_position_embeddings` only where no checkpoint is loaded, as its table has a fixed size.
      """)

  static let shardingNeedsReplicas = Explanation(
    .configurations, [.warning], "There is one replica, so nothing can be shared between replicas",
    meaning: """
      `replicated_tensor_sharding` gives each replica a part of the optimizer's state instead of a copy of all of it. One replica has \
      all of it in any case, and no memory is saved.
      """,
    remedy: "Set `replicated_tensor_sharding` to false, or train with two replicas or more.")

  static let stageMissing = Explanation(
    .configurations, [.error(.badData)], "A layer of the model is in no pipeline stage",
    meaning: """
      Every layer of the model needs a stage that computes it. Pre-training has "emb", "enc_out", "pool" and "heads" once each, SQuAD "emb" \
      and "qa_head", and all have "hid" for each encoder layer.
      """,
    remedy: "Add the name to the stage that is to compute it.")

  static let stageOrder = Explanation(
    .configurations, [.error(.badData)], "A layer lies in a stage before its input is computed",
    meaning: """
      Data flows through the stages in their order, and the layer takes the result of one that lies in a later stage.
      """,
    remedy: "Move the layer to the stage that the message names, or to a later one.",
    example: Example(
      before: #""pipeline_stages": [["emb", "qa_head"], ["hid", "hid"]]"#,
      after: #""pipeline_stages": [["emb"], ["hid", "hid", "qa_head"]]"#))

  static let scheduleSharesIPU = Explanation(
    .configurations, [.error(.badData)],
    "The interleaved schedule cannot run two stages on one IPU",
    meaning: """
      In each timestep of the interleaved schedule an IPU has either a forward or a backward pass. Two stages on one IPU would have both at \
      once. Pre-training has its embeddings and heads on one IPU, and so cannot use it.
      """,
    remedy: "Use the grouped schedule, or give each stage an IPU of its own.",
    example: Example(
      before: #"{"pipeline_schedule": "interleaved", "device_mapping": [0, 1, 0]}"#,
      after: #"{"pipeline_schedule": "grouped", "device_mapping": [0, 1, 0]}"#))

  static let stageRepeated = Explanation(
    .configurations, [.error(.badData)], "A layer that the model has once is listed twice",
    meaning: "Only \"hid\" may be listed several times; the model has every other layer once.",
    remedy: "Remove one of the two.")

  static let tiedWeightApart = Explanation(
    .configurations, [.error(.badData)], "Stages that share the word embedding are on two IPUs",
    meaning: """
      In pre-training the last product of "heads" has the same weight as the lookup of "emb". A weight lives in the memory of one IPU, \
      so both stages must run there.
      """,
    remedy: """
      Put both stages on one IPU: `device_mapping` usually ends with the number that it begins with.
      """,
    example: Example(
      before: #""device_mapping": [0, 1, 2, 3, 3]"#, after: #""device_mapping": [0, 1, 2, 3, 0]"#))

  static let tooManyPredictions = Explanation(
    .configurations, [.error(.badData)], "More masked tokens than the sequence has tokens",
    meaning: """
      `max_predictions_per_seq` tokens of each sequence are predicted, and the sequence has only `max_seq_length`.
      """,
    remedy: """
      Lower `max_predictions_per_seq` to the number that the data set was made with; 20 for 128 tokens and 56 for 384 are usual.
      """)

  static let totalSamplesMissing = Explanation(
    .configurations, [.error(.badData)], "Pre-training does not say for how long",
    meaning: """
      Sequence lengths 128, 384 and 512 have a published number of training samples. Others have none, and without it \
      the learning-rate schedule has no end.
      """,
    remedy: "Set `total_num_train_samples`, or give `--total-num-train-samples`.")

  static let totalSamplesTooFew = Explanation(
    .configurations, [.error(.badData)], "The training ends before its first report",
    meaning: """
      The number of samples is rounded down to whole executions of `global_batches_per_log` weight updates, and that leaves none.
      """,
    remedy: """
      Raise `total_num_train_samples`, or lower `global_batches_per_log` or the global batch.
      """)

  static let unknownStage = Explanation(
    .configurations, [.error(.badData)], "There is no layer of that name",
    meaning: """
      `pipeline_stages` lists layers by the names that the original application gives them; the message lists the known ones.
      """,
    remedy: "Use one of these names, written exactly so.",
    example: Example(
      before: #""pipeline_stages": [["embeddings", "hid"]]"#,
      after: #""pipeline_stages": [["emb", "hid"]]"#))

  static let vocabularyNotDivisible = Explanation(
    .configurations, [.error(.badData)], "The vocabulary cannot be cut into equal slices",
    meaning: """
      The product with the word embedding is computed in `embedding_serialization_factor` slices of the vocabulary, so that less memory is needed \
      at a time. The slices must have the same size.
      """,
    remedy: """
      Use a factor that divides `vocab_size`; the message offers the nearest. 30522 is divided by 1, 2, 3 and 6; 30400 by many more.
      """,
    example: Example(
      before: #""vocab_size": 30522, "embedding_serialization_factor": 4"#,
      after: #""vocab_size": 30522, "embedding_serialization_factor": 6"#))
}
