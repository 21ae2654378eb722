import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes training data from text, and looks at what is there.",
    subcommands: [
      MakeVocabulary.self, MakeWikipediaText.self, MakePretrainingData.self, InspectData.self,
      VerifyData.self,
    ])
}

func refuseStandardOutput(_ path: String) throws {
  if path == "-" {
    throw ValidationError("The file is written at once and cannot go to standard output.")
  }
}
