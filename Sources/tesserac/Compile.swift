import ArgumentParser
import Bundle
import CommandLineSupport
import Compiler
import Foundations
import Frontend
import Recipe
import Reports

struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compiles a configuration to a bundle.",
    discussion: """
      The configuration is a JSON file as Graphcore's TensorFlow 2 BERT example publishes them, in \
      the form of v2.4 or of v2.5 to v3.4; see docs/config.md. A value is overridden by --set, or by \
      the flag that the example has.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(name: .shortAndLong, help: "Where the bundle goes.")
  var output: String?

  @Option(help: "The number format of weights and activations: fp16 or fp32.")
  var precision: Precision = .fp16

  @Option(
    help: ArgumentHelp(
      "Print the module after a phase (\(Self.phaseNames), or all), as MLIR; may be given again.",
      valueName: "phase"))
  var printIrAfter: [String] = []

  @Option(
    help: ArgumentHelp(
      "Write the module after each phase to a numbered file there.", valueName: "folder"))
  var dumpPhases: String?

  @Option(
    help: ArgumentHelp(
      "Begin after a phase, with its file of --dump-phases.", valueName: "folder/NN-phase.mlir"))
  var from: String?

  @Option(
    help: "When the module is verified: each (phase), phase (frontend, training step, end) or off.")
  var verify: CompilationOptions.Verification = .each

  @Flag(help: "Print on standard error how long each phase took.")
  var timePasses = false

  @Flag(name: .customLong("no-ir"), help: "Leave the graph's text out of the bundle.")
  var omitsIR = false

  @Flag(help: "Replace the output even where it is not a bundle.")
  var force = false

  @Option(help: "How the summary is printed: text or json.")
  var format: ReportFormat = .text

  @Flag(name: .shortAndLong, help: "Print no summary and no warnings.")
  var quiet = false

  private static let phaseNames = PassPipeline.names.joined(separator: ", ")

  func validate() throws {
    if output == nil && printIrAfter.isEmpty && dumpPhases == nil {
      throw ValidationError("Give -o OUT.ipub for a bundle, or --print-ir-after PHASE for text.")
    }
    if output == "-" {
      throw ValidationError("A bundle is written at once and cannot go to standard output.")
    }
    let names = PassPipeline.names + ["all"]
    if let unknown = printIrAfter.first(where: { !names.contains($0) }) {
      throw ValidationError("There is no phase '\(unknown)': \(names.joined(separator: ", ")).")
    }
  }

  func run() throws {
    // Standard output is the graph's text where that is asked for.
    let isJSON = format == .json && printIrAfter.isEmpty
    try reportingErrors(format: isJSON ? .json : .text) {
      let loaded = try configuration.load(precision: precision)
      if !quiet && !isJSON {
        for remark in loaded.remarks { writeError("\(remark)\n") }
      }
      if output != nil { try refuseUntrained(loaded) }
      var options = CompilationOptions()
      options.verification = verify
      options.start = try from.map { try PhaseFile.read($0, for: loaded.recipe.program) }
      var printed = 0
      var times = PhaseTimes()
      let compilation = try compile(loaded.recipe, options) { phase in
        times.add(phase)
        if let dumpPhases { try PhaseFile.write(phase, to: dumpPhases) }
        if printIrAfter.contains(phase.name) || printIrAfter.contains("all") {
          // MLIR's own mark between the modules of one text: `--split-input-file`.
          try writeOutput((printed > 0 ? "// -----\n" : "") + phase.module.text)
          printed += 1
        }
      }
      if timePasses { writeError(times.text) }
      guard let output else { return }
      try compilation.bundle(includesIR: !omitsIR).write(to: output, overwrite: force)
      guard !quiet else { return }
      let report = try BundleReport(try BundleFile(path: output))
      let summary =
        switch format {
        case .text: report.summaryText
        case .json: report.summaryJSON(diagnostics: loaded.remarks).text(.indented) + "\n"
        }
      // Standard output holds one result; the graph's text has it where it is asked for.
      if printed > 0 { writeError(summary) } else { try writeOutput(summary) }
    }
  }

  /// Compiles; a fault of the compiler leaves a file from which it can be seen again.
  private func compile(
    _ recipe: TrainingRecipe, _ options: CompilationOptions,
    observe: (FinishedPhase) throws -> Void
  ) throws -> Compilation {
    do {
      return try Compilation(recipe, options: options, observe: observe)
    } catch let failure as PhaseFailure {
      throw failure.withReproducer()
    }
  }

  /// A model can be built, and printed, before there is a way to train it.
  private func refuseUntrained(_ loaded: LoadedConfiguration) throws {
    guard case .sequenceClassification(let task) = loaded.recipe.program.task else { return }
    throw TesseraError(
      .badData, code: .taskNotTrained,
      "training for GLUE (\(task.rawValue)) is to come: no bundle is written",
      at: loaded.values.location(of: "pipeline_stages"),
      notes: ["the configuration is sound, and its model is built"],
      remedies: ["look at the model: --print-ir-after frontend, without -o"])
  }
}
