import ArgumentParser

struct SquadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "squad", abstract: "Question answering on SQuAD 1.1: trains, predicts, evaluates.",
    subcommands: [SquadTrain.self, SquadPredict.self, SquadEvaluate.self])
}
