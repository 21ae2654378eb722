import ArgumentParser
import Foundations

@main
struct TesseraCompiler: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tesserac",
    abstract: "Compiles a BERT training configuration to a bundle for Graphcore IPUs.",
    version: "tesserac \(TesseraVersion.current)",
    subcommands: [
      Compile.self, Plan.self, ConfigurationCommand.self, Explain.self, Optimize.self,
    ])
}
