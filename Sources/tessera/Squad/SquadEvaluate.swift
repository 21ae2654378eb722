import ArgumentParser
import CommandLineSupport
import Foundations
import QuestionAnswering

struct SquadEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Scores predictions with SQuAD 1.1's metric: exact match and F1, in percent.",
    discussion: """
      A question without a prediction counts 0, and a prediction without a question does not count; how many \
      there are is said on standard error.
      """)

  @Argument(help: "The questions with their answers, as dev-v1.1.json.")
  var questions: String

  @Argument(help: "The predictions, as predictions.json.")
  var predictions: String

  @Option(help: "How the scores are printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let scores = try AnswerScores(
        QuestionSet(path: questions), Predictions(path: predictions))
      for warning in scores.warnings { writeError("\(warning)\n") }
      switch format {
      case .text: try writeOutput(scores.text)
      case .json: try writeOutput(scores.json.text(.indented) + "\n")
      }
    }
  }
}
