/// Codes of checkpoints and of safetensors files.
extension Explanation {
  static let checkpointAmbiguousName = Explanation(
    .checkpoints, [.error(.incompatible)], "The checkpoint has one parameter under two names",
    meaning: """
      Checkpoints name some parameters in old and new ways, such as `gamma` and `weight`, with and without a prefix. Here two tensors mean the same \
      parameter, and it cannot be told which one is right.
      """,
    remedy: "Save the checkpoint again with one of the two.")

  static let checkpointConfiguration = Explanation(
    .checkpoints, [.error(.incompatible), .warning],
    "The checkpoint's config.json describes another model",
    meaning: """
      Beside the checkpoint lies a `config.json` of Hugging Face's, and it differs from the bundle's model. Some differences no shape shows: another number of \
      attention heads or another activation loads without complaint and computes another function. Where the function is nearly the same, as with the two forms of \
      GELU, it is a warning.
      """,
    remedy:
      "Compile the bundle again with the flag that the message names, or choose another checkpoint."
  )

  static let checkpointDamaged = Explanation(
    .checkpoints, [.error(.badData)], "A PyTorch or TensorFlow checkpoint is damaged",
    meaning: """
      The file begins like a checkpoint of its kind, but a part of it is missing, contradicts another, or reaches beyond the file. The message names the file and \
      the place: the byte of the pickle, the record of the archive, or the dataset.
      """,
    remedy: "Fetch or save the checkpoint again.")

  static let checkpointElementType = Explanation(
    .checkpoints, [.error(.incompatible)],
    "A tensor of the checkpoint holds numbers of the wrong kind",
    meaning: """
      Parameters are floating-point numbers and indices are integers. The tensor has an element type that cannot be turned into what is needed \
      without changing its meaning.
      """,
    remedy: "Convert the tensor where the checkpoint was made, and save it again.")

  static let checkpointMismatch = Explanation(
    .checkpoints, [.error(.incompatible)], "The checkpoint does not fit the model",
    meaning: """
      Parameters of the checkpoint have other shapes than the model's, or none of the names is known. The checkpoint is of another model: another size, \
      another vocabulary, or no BERT. The message lists what differs.
      """,
    remedy: """
      Choose a checkpoint of the model in the configuration, or set the sizes, often `vocab_size`, to the checkpoint's and compile again.
      """)

  static let checkpointNotFound = Explanation(
    .checkpoints, [.error(.inputMissing)], "There is no checkpoint at that path",
    meaning: """
      The path does not exist, or it is a folder without a checkpoint: `model.safetensors`, `pytorch_model.bin`, `tf_model.h5`, another file of one of these \
      endings, or a run's `checkpoints`.
      """,
    remedy: """
      Give the path of a checkpoint's file or of the folder that holds it. Relative paths start at the folder that the command runs in.
      """)

  static let checkpointRefused = Explanation(
    .checkpoints, [.error(.badData)], "A PyTorch checkpoint holds more than tensors",
    meaning: """
      A PyTorch checkpoint is a program for Python's pickle machine, which can call any function. Tessera's own machine builds tensors, dictionaries, lists, strings \
      and numbers, and nothing else; it has read a name beyond those and stopped there. Nothing was executed.
      """,
    remedy: """
      In Python, where you trust the file: `torch.save(model.state_dict(), "weights.bin")`, which holds tensors alone.
      """)

  static let checkpointSharded = Explanation(
    .checkpoints, [.error(.badData)], "The checkpoint is spread over several files",
    meaning: """
      Hugging Face saves large models in parts with an index. BERT fits one file, and Tessera reads only single files.
      """,
    remedy: """
      Load it with Hugging Face transformers and save it with a `max_shard_size` larger than the model.
      """)

  static let checkpointTensorMissing = Explanation(
    .checkpoints, [.error(.incompatible)], "The checkpoint lacks a tensor",
    meaning: "A tensor that must be read is not in the file.",
    remedy: "Use a checkpoint that has it; the file may be of another model.")

  static let checkpointUnknownHeads = Explanation(
    .checkpoints, [.error(.incompatible)], "The number of attention heads is not known",
    meaning: """
      A folder for Hugging Face has a `config.json`, which says how many attention heads the model has. The shapes of tensors do not tell it, and there is no \
      `config.json` beside the checkpoint.
      """,
    remedy:
      "Give the bundle of the model with `--bundle`, or put the model's `config.json` beside the checkpoint."
  )

  static let safetensorsDuplicateName = Explanation(
    .checkpoints, [.error(.badData)], "A safetensors file names two tensors alike",
    meaning: "Each tensor of the file must have a name of its own. Here one of them would be lost.",
    remedy: "Save the checkpoint again with the official safetensors library.")

  static let safetensorsElementType = Explanation(
    .checkpoints, [.error(.badData)], "A safetensors file has an unknown element type",
    meaning: """
      The format has a fixed list of element types, which the message gives. The file has another one, perhaps from a newer library.
      """,
    remedy: "Convert the tensor to F32, F16 or BF16 and save the checkpoint again.")

  static let safetensorsGap = Explanation(
    .checkpoints, [.error(.badData)], "Bytes of a safetensors file belong to no tensor",
    meaning: """
      The tensors must cover the data without gaps. What lies between or after them could be damage or hidden data, so the file is refused.
      """,
    remedy: "Fetch or save the checkpoint again with the official safetensors library.")

  static let safetensorsHeader = Explanation(
    .checkpoints, [.error(.badData)], "The header of a safetensors file is wrong",
    meaning: """
      The file begins with a JSON object that describes each tensor by exactly dtype, shape and data_offsets. The message says what is wrong with it, or that \
      the path is no file at all.
      """,
    remedy: "Fetch or save the checkpoint again with the official safetensors library.")

  static let safetensorsHeaderLength = Explanation(
    .checkpoints, [.error(.badData)], "The file is cut off, or no safetensors file",
    meaning: """
      A safetensors file begins with the length of its header. Here it is impossible for a file of this size. PyTorch's and TensorFlow's checkpoints \
      are known by their first bytes, so this is none of those either.
      """,
    remedy: "Fetch the file again.")

  static let safetensorsOverlap = Explanation(
    .checkpoints, [.error(.badData)], "Two tensors of a safetensors file overlap",
    meaning: "Their ranges of bytes share some, which a sound writer never does.",
    remedy: "Fetch or save the checkpoint again with the official safetensors library.")

  static let safetensorsTruncated = Explanation(
    .checkpoints, [.error(.badData)], "A safetensors file ends before its last tensor",
    meaning: "The header describes more data than the file has: a download or copy broke off.",
    remedy: "Fetch or save the checkpoint again.")

  static let safetensorsWrongSize = Explanation(
    .checkpoints, [.error(.badData)], "A tensor's bytes are not as many as its shape and type take",
    meaning:
      "The header gives a tensor a shape and an element type, and a range of bytes of another size.",
    remedy: "Fetch or save the checkpoint again with the official safetensors library.")
}
