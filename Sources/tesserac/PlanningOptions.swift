import ArgumentParser
import Compiler
import Foundations
import Frontend
import IPUTarget
import Recipe

/// What is planned: the configuration, the numbers' format, where stages come from, and the system.
struct PlanningOptions: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: "The number format of weights and activations: fp16 or fp32.")
  var precision: Precision = .fp16

  @Option(
    help:
      "The stages: those of the configuration (as-written), or those whose slowest IPU is fastest (auto)."
  )
  var pipeline: StageSource = .asWritten

  @Option(
    help: ArgumentHelp(
      "The system: \(IPUSystem.names.joined(separator: ", ")). A chip's name stands for as many as are needed.",
      valueName: "name"))
  var target: String = IPUSystem.defaultName

  /// The configuration with changes beside the command line's, and the choice of its stages where they are
  /// chosen.
  /// - Parameter bytes: the configuration file's.
  func load(
    _ bytes: [UInt8], changes: [ConfigurationEdit] = []
  ) throws -> (loaded: LoadedConfiguration, choice: PipelineChoice?) {
    guard pipeline == .auto else {
      return (try configuration.load(bytes, changes: changes, precision: precision), nil)
    }
    var choice: PipelineChoice?
    let loaded = try configuration.load(bytes, changes: changes, precision: precision) {
      request throws(TesseraError) -> (mapping: PipelineMapping, remarks: [Diagnostic]) in
      let answer = try PipelineChoice.answer(request)
      choice = answer.choice
      return (answer.choice.mapping, answer.remarks)
    }
    return (loaded, choice)
  }

  /// The system, with as many IPUs as the configuration needs.
  /// - Throws: `unknown-target`, `too-few-ipus` at the number of replicas.
  func system(for loaded: LoadedConfiguration) throws -> IPUSystem {
    do {
      return try IPUSystem(named: target, for: loaded.recipe.program)
    } catch {
      var error = error
      if error.exitCode == .doesNotFit {
        error.diagnostics[0].location =
          loaded.values.location(of: "replicas") ?? loaded.values.location(of: "device_mapping")
      }
      throw error
    }
  }
}

/// Where pipeline stages come from.
enum StageSource: String, ExpressibleByArgument, CaseIterable {
  case asWritten = "as-written"
  case auto
}
