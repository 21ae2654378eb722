import ArgumentParser
import CommandLineSupport
import Foundations
import Training

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a bundle's forward-only program over TFRecord files.",
    discussion: """
      Prints the losses and the share of labels that the model finds; for pre-training also the unigram \
      entropy of the masked tokens. Dropout is off. The last samples that fill no micro-batch are left out. \
      It runs on the device ipu-model: a bundle says for training alone what tiles do.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(help: "The folder with the *.tfrecord files; default: the configuration's.")
  var datasetDir: String?

  @Option(
    help:
      "The parameters: a checkpoint of safetensors, PyTorch or TensorFlow, or a folder that holds one; default: the initial parameters."
  )
  var pretrainedCkptPath: String?

  @Flag(
    help:
      "Take a checkpoint with another number of words: its last rows are cut, or rows are added.")
  var resizeVocabulary = false

  @Option(help: "Evaluate at most this many micro-batches.")
  var maxBatches: Int?

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Write logits and hidden states of all evaluated samples to a .safetensors file: hidden_states.0 is the embeddings' output, hidden_states.N that of encoder layer N.",
      valueName: "file"))
  var dumpOutputs: String?

  @Option(
    help: ArgumentHelp(
      "Write the parameters' gradients of the total loss, the mean over the evaluated micro-batches, with dropout as in training, to a .safetensors file.",
      valueName: "file"))
  var dumpGradients: String?

  @Flag(help: "Replace the files that are written.")
  var force = false

  @Option(help: "How the report is printed: text or json.")
  var format: ReportFormat = .text

  @Option(help: "How progress is shown on standard error: auto, bar, plain or none.")
  var progress: ProgressMode = .auto

  func validate() throws {
    for (flag, value) in [("--max-batches", maxBatches), ("--threads", threads)]
    where (value ?? 1) < 1 {
      throw ValidationError("\(flag) must be at least 1.")
    }
  }

  func run() throws {
    try reportingErrors(format: format) {
      var options = EvaluationOptions(threads: threads ?? processorCount())
      options.datasetDirectory = datasetDir
      options.checkpoint = pretrainedCkptPath
      options.resizesVocabulary = resizeVocabulary
      options.maximumBatches = maxBatches
      options.outputsPath = dumpOutputs
      options.gradientsPath = dumpGradients
      options.overwrites = force
      options.progress = progress
      try endingOnSignals {
        let report = try Evaluation(try LoadedBundle(path: bundle), options).run()
        switch format {
        case .text: try writeOutput(report.text)
        case .json: try writeOutput(report.json.text(.indented) + "\n")
        }
      }
    }
  }
}
