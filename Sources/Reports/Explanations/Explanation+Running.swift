/// Codes of commands while they run.
extension Explanation {
  static let badCount = Explanation(
    .running, [.error(.usage)], "A number of threads or replicas is not possible",
    meaning: "The device needs at least one, and has the limit that the message states.",
    remedy: "Choose a number in that range; without `--threads` there is one for each processor.")

  static let badPath = Explanation(
    .running, [.error(.badData)], "A path opens a bracket and does not close it",
    meaning:
      "Environment variables in paths are written `$NAME` or `${NAME}`. The bracket is not closed.",
    remedy: "Close the bracket.",
    example: Example(
      before: #""dataset_dir": "${DATASETS_DIR/wikipedia/128""#,
      after: #""dataset_dir": "${DATASETS_DIR}/wikipedia/128""#))

  static let damagedMetrics = Explanation(
    .running, [.error(.badData)], "A line of metrics.jsonl is not what a run writes",
    meaning: """
      Every line is one JSON object, the metrics of one weight update. Something else stands at the place that the message names: the file was edited, or the disk or the machine failed. \
      A last line that is cut off, as after a crash, is no error.
      """,
    remedy: """
      Remove the line. Its weight update is missing from plots and averages then; training is not affected.
      """)

  static let lossNotFinite = Explanation(
    .running, [.warning], "A loss is infinite or not a number",
    meaning: """
      Numbers grew beyond what their format holds, and the parameters are lost from this weight update on. Usual causes are a learning rate that is too high and, in \
      fp16, a loss scale that is too high.
      """,
    remedy: """
      Start again with a lower `max_learning_rate` or `loss_scaling`, or compile with `--precision fp32`.
      """)

  static let missingArgument = Explanation(
    .running, [.error(.internalError)], "The program needs a value that nobody gives",
    meaning: """
      An argument of a function of the bundle is neither a parameter nor anything that the host knows to give.
      """,
    remedy: """
      Compile the configuration again with this version. Where that does not help: \(reporting)
      """)

  static let missingOption = Explanation(
    .running, [.error(.usage)], "The folder with the data is not given",
    meaning: "The configuration names no `dataset_dir`, and neither does the command.",
    remedy: "Give `--dataset-dir`.",
    example: Example(
      before: "tessera train model.ipub", after: "tessera train model.ipub --dataset-dir data"))

  static let noIR = Explanation(
    .running, [.error(.badData)], "The bundle has no graph text to show",
    meaning: "It was compiled with `--no-ir`, which leaves the text out.",
    remedy:
      "Compile again without `--no-ir`, or print the graph with `tesserac compile --print-ir-after`."
  )

  static let noParameter = Explanation(
    .running, [.error(.internalError)], "A parameter that was to be saved is gone",
    meaning:
      "A checkpoint was being written, and the run does not have one of the model's parameters.",
    remedy: reporting)

  static let noThreads = Explanation(
    .running, [.error(.deviceUnavailable)], "Threads cannot be started",
    meaning:
      "The system refused as many threads as were asked for, for want of memory or by a limit.",
    remedy: "Use fewer `--threads`, or raise the limit (`ulimit -u`).")

  static let numberNotFinite = Explanation(
    .running, [.error(.checkFailed)], "A weight update made a NaN or an infinity",
    meaning: """
      After the weight update a loss, a parameter or a moment was not finite. It was done again with a look at every value, and the message names the first operation \
      that made such a number which reached the results: in which function and encoder layer, in the forward pass, the backward pass or the optimizer, and for which \
      micro-batch, counted from 0. Usual causes are a loss scale that is too high for fp16 (the backward pass), and a learning rate that is too high.
      """,
    remedy: """
      The checkpoint holds the state before the weight update; go on from it with a lower `loss_scaling`, which the message suggests where it can, or a lower \
      `max_learning_rate`, or compile with `--precision fp32`.
      """)

  static let numericsGuardNeeded = Explanation(
    .running, [.error(.usage)], "The configuration asks for the numerics guard",
    meaning: """
      With `fp_exceptions` true a run must not go on with numbers that are not finite, which `--no-numerics-guard` asks for.
      """,
    remedy:
      "Leave out `--no-numerics-guard`, or compile the configuration with `fp_exceptions` false.",
    example: Example(
      before: "tessera train model.ipub --no-numerics-guard", after: "tessera train model.ipub"))

  static let parameterSize = Explanation(
    .running, [.error(.incompatible)], "A parameter was given another number of elements",
    meaning: "Values for a parameter of the program do not have the parameter's size.",
    remedy: "Give values of a model of the same sizes; use a bundle and a checkpoint of one model.")

  static let replicaMismatch = Explanation(
    .running, [.error(.incompatible), .error(.internalError)],
    "The program is for another number of replicas",
    meaning: """
      A program that shares out tensors among its replicas has the number of replicas in its operations: each has the part of one.
      """,
    remedy: "Compile the configuration again; `replicas` is a key of it.")

  static let runDirectoryInUse = Explanation(
    .running, [.error(.wouldOverwrite)], "The run's directory holds another run",
    meaning: """
      One run has one directory, because metrics of two runs in one file cannot be told apart.
      """,
    remedy: "Choose another `--run-dir`, or replace the earlier run's files with `--force`.")

  static let sameOutput = Explanation(
    .running, [.error(.usage)], "Two results would go to one file",
    meaning: "Outputs and gradients are files of their own; the second would replace the first.",
    remedy: "Give `--dump-outputs` and `--dump-gradients` two paths.")

  static let sharedArguments = Explanation(
    .running, [.error(.internalError)], "One tensor was given for two arguments, and is updated",
    meaning: """
      The program updates a tensor in place, and another argument is the same memory: the result would depend on the order of the \
      updates.
      """,
    remedy: reporting)

  static let unknownCode = Explanation(
    .running, [.error(.usage)], "There is no such code",
    meaning: """
      `tesserac explain` knows the codes that stand in brackets at the end of a message's first line. This one is misspelt or of another \
      version.
      """,
    remedy: "Copy the code from the message, or list all with `tesserac explain`.",
    example: Example(
      before: "tesserac explain unknown-keys", after: "tesserac explain unknown-key"))

  static let unknownParameter = Explanation(
    .running, [.error(.incompatible)], "The program has no parameter of that name",
    meaning: "Values were given for a parameter that the bundle's model does not have.",
    remedy: "Use a bundle and a checkpoint of one model.")

  static let unsetVariable = Explanation(
    .running, [.error(.badData)], "A path names an environment variable that is not set",
    meaning: """
      Variables in paths are put in when the command runs, on the machine where it runs. An unset one would silently become another path.
      """,
    remedy: "Set the variable, or give the path as an option such as `--dataset-dir`.",
    example: Example(
      before: "tessera train model.ipub --run-dir run",
      after: "DATASETS_DIR=/data tessera train model.ipub --run-dir run"))

  static let unsupportedElementType = Explanation(
    .running, [.error(.incompatible)], "The device does not compute in that number format",
    meaning: """
      64-bit floating point exists for checks within the compiler. Neither IPUs nor their emulation compute in it.
      """,
    remedy: "Compile for fp16 or fp32.")

  static let unsupportedPartials = Explanation(
    .running, [.error(.incompatible)], "The device does not keep partial sums in that format",
    meaning: """
      The emulated device adds up products in fp32 and rounds once. A program that wants 16-bit partial sums of 32-bit operands would give \
      other numbers on it.
      """,
    remedy: "Compile with partial sums of 32 bits: `matmul_partials_type` \"float\".")

  static let wrongStream = Explanation(
    .running, [.error(.incompatible)], "The program reads a stream that the data do not have",
    meaning: """
      The bundle asks for a kind of value, or a number of values, that samples of its task do not hold.
      """,
    remedy: "Compile the configuration again with this version, and use data of its task.")
}
