import ArgumentParser
import Foundations

@main
struct Tessera: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "Trains and inspects bundles that tesserac made, and prepares their data.",
    version: "tessera \(TesseraVersion.current)",
    subcommands: [
      Inspect.self, Check.self, Train.self, Plot.self, Evaluate.self, SquadCommand.self,
      DataCommand.self, CheckpointCommand.self, Devices.self, Bench.self,
    ])
}
