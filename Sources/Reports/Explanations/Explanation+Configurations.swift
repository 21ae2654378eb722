/// Codes of single keys and values of a configuration, and of its two forms.
extension Explanation {
  static let ambiguousTask = Explanation(
    .configurations, [.error(.badData)], "The file does not say what to train",
    meaning: """
      Pre-training, SQuAD and the other tasks have keys and stage names of their own, and the file's task is the \
      one that more of them belong to. Here there are none, or as many for one task as for another. \
      The task decides which model is built and which keys are required, so the file cannot be read.
      """,
    remedy: """
      For pre-training add `dataset_dir`, `loss_scaling` and the stage "heads"; for SQuAD add `num_epochs`, \
      `cache_dir`, `output_dir` and the stage "qa_head". Remove what belongs to the other task.
      """)

  static let badOverride = Explanation(
    .configurations, [.error(.usage)], "--set is not given a key and a value",
    meaning: "`--set` replaces one value of the configuration and needs `path.to.key=value`.",
    remedy: "Write the keys that lead to the value, joined by dots, then `=` and the value.",
    example: Example(
      before: "tesserac compile c.json -o c.ipub --set replicas",
      after: "tesserac compile c.json -o c.ipub --set replicas=4"))

  static let cannotOpen = Explanation(
    .configurations, [.error(.inputMissing), .error(.inputOutput)], "An input cannot be opened",
    meaning: """
      The configuration or bundle is not there (exit code 66), or may not be read or is not a regular file \
      (exit code 74). The message ends with the system's reason.
      """,
    remedy: """
      Check the path, which is relative to the folder that the command runs in, and the file's permissions.
      """)

  static let cannotRead = Explanation(
    .configurations, [.error(.inputOutput)], "An input was opened but cannot be read",
    meaning: """
      The system refused to read the configuration or bundle: it is a folder, or the disk or network failed. The \
      message ends with the system's reason.
      """,
    remedy: "Name a file instead of a folder, or copy the file to a disk that works.")

  static let conflictingValues = Explanation(
    .configurations, [.error(.badData)], "Two keys that mean the same have different values",
    meaning: """
      Some values can be written in two places; in the nested form, `max_seq_length` may stand at the top or within \
      `bert_config`. Both are there and differ, so it cannot be told which one is meant.
      """,
    remedy: "Remove one of the two.",
    example: Example(
      before: #""max_seq_length": 128, "bert_config": {"max_seq_length": 384}"#,
      after: #""max_seq_length": 384, "bert_config": {}"#))

  static let keyOfOtherTask = Explanation(
    .configurations, [.note], "A key or stage that only another task has is ignored",
    meaning: """
      The key or stage name is known, but the task of this file does not use it. Published files have some, left over \
      from the file that they were copied from. It changes nothing in what is compiled.
      """,
    remedy: """
      Remove it, or leave it. Where you expected it to have an effect, check that the file is for the task you mean.
      """)

  static let lostInConversion = Explanation(
    .configurations, [.note], "The other form has no key for a value",
    meaning: """
      `tesserac config convert` translates between the flat and the nested form. The other form has no key for this \
      value, so it is not in the result, and the result may train differently.
      """,
    remedy: """
      Keep the configuration in its present form where the value matters; Tessera reads both forms.
      """)

  static let missingKey = Explanation(
    .configurations, [.error(.badData)], "A required key is missing",
    meaning: """
      The key has no default for this task, and Tessera does not guess: a wrong guess would train another model. \
      The message says what the key means.
      """,
    remedy: """
      Add the key to the object that the message names. Where it seems to be there, look for a misspelling or for \
      another object that it slipped into.
      """)

  static let mixedForms = Explanation(
    .configurations, [.error(.badData)], "The file has keys of both published forms",
    meaning: """
      Releases up to v2.4 of the original application have flat configurations, v2.5 to v3.4 nested ones. The forms \
      have different names and defaults for the same things. A file with keys of both could be read in two ways, so it \
      is in neither form.
      """,
    remedy: """
      Choose one form and move the other's keys to it. The documentation of configurations has a table of the keys in both.
      """,
    example: Example(
      before: #""micro_batch_size": 8, "global_batch": {"replicas": 4}"#,
      after: #""micro_batch_size": 8, "replicas": 4"#))

  static let modelSourceConflict = Explanation(
    .configurations, [.error(.badData)], "Two keys say which model SQuAD starts from",
    meaning: """
      `bert_model_name` starts from a published model; `pretrained_ckpt_path` with `bert_config` starts from a checkpoint of \
      your own. Only one of the two can be meant.
      """,
    remedy: """
      Remove `bert_model_name` to start from the checkpoint, or remove the other keys to start from the published model.
      """)

  static let noCheckpoint = Explanation(
    .configurations, [.warning], "The training starts from nothing where a checkpoint is usual",
    meaning: """
      Phase 2 of pre-training continues phase 1, and fine-tuning starts from a pre-trained model. The configuration \
      names no checkpoint, so the weights would be random and the result far worse than published.
      """,
    remedy: """
      Set `pretrained_ckpt_path`, or give `--pretrained-ckpt-path` when training. Ignore the warning where random \
      weights are meant, as in a benchmark.
      """)

  static let notInEffect = Explanation(
    .configurations, [.warning, .note], "A key is checked and kept, but changes nothing here",
    meaning: """
      The key belongs to the form and its value is sound. This version of Tessera does not act on it: what it asks for is \
      not built yet, or makes no difference on the devices that there are.
      """,
    remedy: """
      Nothing has to change. Do not expect the key's effect; the message says what happens instead.
      """)

  static let refusedByOriginal = Explanation(
    .configurations, [.note], "The original application refuses this, or means to",
    meaning: """
      `use_qkv_bias` without `use_qkv_split`, sharding together with an optimizer state off the chip, or a sequence length that a \
      release does not know: Tessera does as the file says.
      """,
    remedy: """
      Nothing has to change for Tessera. Where the file is also for the original, take the remedy of the message.
      """)

  static let outOfRange = Explanation(
    .configurations, [.error(.badData)], "A number or list lies outside of what is possible",
    meaning: """
      The value has the right type, but the model or the arithmetic has no meaning for it: a dropout of 1 would divide by zero, \
      and 0 replicas train nothing. Upper bounds of sizes lie far beyond any machine and keep products within 64 bits.
      """,
    remedy: "Choose a value in the range that the message states.",
    example: Example(before: #""replicas": 0"#, after: #""replicas": 1"#))

  static let recipeVersion = Explanation(
    .configurations, [.error(.incompatible)], "The recipe in a bundle is of another version",
    meaning: """
      A bundle holds the recipe of its training in a format with a version. This one was written by a version of Tessera with \
      another format, and reading it wrongly would train wrongly.
      """,
    remedy: "Compile the configuration again with the version of Tessera that trains it.")

  static let taskNotTrained = Explanation(
    .configurations, [.error(.badData)], "The task's model is built, but not yet trained",
    meaning: """
      Configurations of sequence classification (GLUE, the stage "glue_head") are read and checked, and their model is \
      built. Training for them is still to come, so there is nothing to put into a bundle.
      """,
    remedy: """
      Print the model with `--print-ir-after frontend`. For training use pre-training or SQuAD; `docs/roadmap.md` says what \
      is to come.
      """)

  static let unknownKey = Explanation(
    .configurations, [.error(.badData)], "There is no such key",
    meaning: """
      The object that the message names has no key of that name. An ignored key would be a setting that silently does \
      nothing, so it is an error. The remedy names the nearest known key, or the object that has the key.
      """,
    remedy: "Correct the spelling, move the key to where it belongs, or remove it.",
    example: Example(
      before: #""bert_config": {"hiden_size": 768}"#, after: #""bert_config": {"hidden_size": 768}"#
    ))

  static let unknownModel = Explanation(
    .configurations, [.error(.badData)], "bert_model_name is no published model that is known",
    meaning: """
      The sizes of the model follow from its published name, so the name must be one of the list in the message. Models with \
      other names may have other architectures.
      """,
    remedy: """
      Use a name of the list, or use `pretrained_ckpt_path` with an inline `bert_config` for a model of your own.
      """,
    example: Example(
      before: #""bert_model_name": "bert-large""#,
      after: #""bert_model_name": "bert-large-uncased""#))

  static let unknownValue = Explanation(
    .configurations, [.error(.badData)], "The key has no such choice",
    meaning: """
      The key takes one of a few words, which the message lists. Others, such as relative position embeddings, name things that \
      Tessera does not build.
      """,
    remedy: "Use one of the listed words, written exactly so.",
    example: Example(
      before: #""optimizer_opts": {"name": "lamb"}"#, after: #""optimizer_opts": {"name": "LAMB"}"#)
  )

  static let unsupportedPrecision = Explanation(
    .configurations, [.error(.badData)], "The optimizer does not compute in that number format",
    meaning: """
      Moments and norms of the optimizers are always fp32, because small second moments vanish in fp16. AdamW's update is fp32 as \
      a whole; LAMB's last product may be fp16.
      """,
    remedy: """
      Set the first entry of `compute_precisions` to "fp32". With AdamW remove `compute_precisions`, or use LAMB.
      """,
    example: Example(
      before: #""compute_precisions": ["fp16", "fp16"]"#,
      after: #""compute_precisions": ["fp32", "fp16"]"#))

  static let wrongType = Explanation(
    .configurations, [.error(.badData)], "A value has the wrong type",
    meaning: """
      The key takes a number, a word, true or false, a list or an object, as the message states, and the file has something else. \
      Numbers in quotes are strings and are not converted.
      """,
    remedy: "Write the value as the type that the message asks for.",
    example: Example(before: #""replicas": "4""#, after: #""replicas": 4"#))
}
