import ArgumentParser
import Bundle
import CommandLineSupport
import Compiler
import Foundations
import Frontend
import Recipe
import Reports
import Transforms

struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compiles a configuration to a bundle.",
    discussion: """
      The configuration is a JSON file as Graphcore's TensorFlow 2 BERT example publishes them, in \
      the form of v2.4 or of v2.5 to v3.4; see docs/config.md. A value is overridden by --set, or by \
      the flag that the example has.

      Passes that --disable-pass leaves out: \(PassRegistry.all.map(\.name).joined(separator: ", ")); \
      all is every one. The program then computes the same, in more bytes or time.
      """)

  @OptionGroup var planning: PlanningOptions

  @Option(name: .shortAndLong, help: "Where the bundle goes.")
  var output: String?

  @Flag(
    name: .customLong("no-fit-check"),
    help: "Write the bundle also where the program does not fit the IPUs.")
  var omitsFitCheck = false

  @Option(
    help: ArgumentHelp(
      "Keep as many activations as fit this many MiB a stage; the rest is computed again.",
      valueName: "mib"))
  var recomputeWithin: Int?

  @Option(
    name: .customLong("layer"),
    help: ArgumentHelp(
      "Functions whose names begin so are the layer that stages list as that; with --from.",
      valueName: "prefix:name"))
  var layers: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave a pass out; may be given again. See above for the names.", valueName: "pass"))
  var disablePass: [String] = []

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
    if let recomputeWithin, !(0...(1 << 40)).contains(recomputeWithin) {
      throw ValidationError("--recompute-within takes a number of MiB, 0 or more.")
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
      let settings = try phaseSettings()
      let file = try planning.configuration.readFile()
      let (loaded, choice) = try planning.load(file)
      try requireRecomputation(loaded)
      if !quiet && !isJSON {
        for remark in loaded.remarks { writeError("\(remark)\n") }
        if let choice { writeError(PipelineReport(choice: choice).text) }
      }
      if output != nil { try refuseUntrained(loaded) }
      var options = CompilationOptions()
      options.verification = verify
      options.phases = settings
      options.start = try from.map { try PhaseFile.read($0, for: loaded.recipe.program, settings) }
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
      guard let output else {
        if timePasses { writeError(times.text + leftOut(settings)) }
        return
      }
      let planner = Planner(planning, file, settings)
      let (planned, further) = try plan(compilation, loaded, planner, &times)
      if timePasses { writeError(times.text + leftOut(settings)) }
      if !quiet && !isJSON { for remark in further { writeError("\(remark)\n") } }
      let bundle =
        try planned?.bundle(includesIR: !omitsIR) ?? compilation.bundle(includesIR: !omitsIR)
      try bundle.write(to: output, overwrite: force)
      guard !quiet else { return }
      let summary = try summary(
        BundleReport(try BundleFile(path: output)), planned.map(PlanReport.init),
        loaded.remarks + further, choice)
      // Standard output holds one result; the graph's text has it where it is asked for.
      if printed > 0 { writeError(summary) } else { try writeOutput(summary) }
    }
  }

  /// The plan of what was compiled, and what there is to say of it: that there is none, for devices that need
  /// none, or that it does not fit, where that is wanted all the same.
  /// - Throws: `ipu-out-of-memory` where it does not fit.
  private func plan(
    _ compilation: Compilation, _ loaded: LoadedConfiguration, _ planner: Planner,
    _ times: inout PhaseTimes
  ) throws -> (PlannedCompilation?, remarks: [Diagnostic]) {
    let planned: PlannedCompilation
    do {
      planned = try planner.plan(compilation, loaded) { times.add($0) }
    } catch let error as TesseraError where error.diagnostics.first?.code == .noPlan {
      return (nil, error.diagnostics.map { $0.with(.note) })
    }
    guard let misfit = PlanReport(planned).misfit else { return (planned, []) }
    guard omitsFitCheck else {
      throw TesseraError(.doesNotFit, [planner.withWaysOut(misfit, planned, loaded)])
    }
    var warning = misfit.with(.warning)
    warning.location = loaded.values.location(of: "pipeline_stages")
    return (planned, [warning])
  }

  private func summary(
    _ bundle: BundleReport, _ plan: PlanReport?, _ remarks: [Diagnostic], _ choice: PipelineChoice?
  ) -> String {
    switch format {
    case .text: return bundle.summaryText + (plan.map { "\n" + $0.summaryText } ?? "")
    case .json:
      var further: [JSON.Plain.Field] = []
      if let choice { further.append(.init("pipeline", PipelineReport(choice: choice).json)) }
      if let plan { further.append(.init("plan", plan.json())) }
      return bundle.summaryJSON(diagnostics: remarks, further).text(.indented) + "\n"
    }
  }

  private func phaseSettings() throws -> PhaseSettings {
    var settings = PhaseSettings()
    try settings.disable(disablePass)
    settings.recomputationBound = recomputeWithin.map { $0 << 20 }
    settings.layers = layers
    return settings
  }

  /// A line of the passes that were left out, for the list of those that ran.
  private func leftOut(_ settings: PhaseSettings) -> String {
    settings.disabledPasses.isEmpty
      ? "" : "left out: \(settings.disabledPasses.sorted().joined(separator: ", "))\n"
  }

  private func requireRecomputation(_ loaded: LoadedConfiguration) throws {
    guard recomputeWithin != nil, !loaded.recipe.program.usesRecomputation else { return }
    throw TesseraError(
      .usage, code: .badPassOption,
      "--recompute-within is given, but the configuration turns recomputation off",
      at: loaded.values.location(of: "enable_recomputation"),
      notes: ["a bound that is large enough computes nothing again"],
      remedies: ["set enable_recomputation to true", "leave --recompute-within out"])
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

extension Diagnostic {
  /// The same with another severity.
  fileprivate func with(_ severity: Severity) -> Diagnostic {
    var diagnostic = self
    diagnostic.severity = severity
    return diagnostic
  }
}
