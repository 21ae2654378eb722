import ArgumentParser
import QuestionAnswering

/// How answers are found.
struct PredictionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read a long context in windows that begin this many tokens apart; 0: cut question and context at their ends, as the original.",
      valueName: "tokens"))
  var docStride = 128

  @Option(help: "Candidates that are kept for each question.")
  var nbest = 20

  @Option(help: "Tokens of an answer at the most.")
  var maxAnswerLength = 30

  func validate() throws {
    for (flag, value, least) in [
      ("--doc-stride", docStride, 0), ("--nbest", nbest, 1),
      ("--max-answer-length", maxAnswerLength, 1),
    ] where value < least {
      throw ValidationError("\(flag) must be at least \(least).")
    }
  }

  var selection: AnswerSelection {
    AnswerSelection(candidateCount: nbest, longestAnswer: maxAnswerLength)
  }
}
