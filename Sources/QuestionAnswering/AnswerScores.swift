import Foundations
import Glibc

/// How well predictions answer questions: the official metric of SQuAD 1.1, in percent.
package struct AnswerScores: Sendable {
  /// Questions whose prediction is a right answer, word for word, after normalisation; in percent.
  package var exactMatch: Double
  /// The mean over the questions of the words' F1 with the nearest right answer; in percent.
  package var f1: Double
  /// The questions that were counted.
  package var questionCount: Int
  /// Ids of questions without a prediction, which count 0, in the file's order.
  package var missing: [String]
  /// How many predictions have the id of no question; they do not count.
  package var surplusCount: Int

  /// Scores predictions.
  /// - Throws: `squad-no-answer` where a question has no right answer to compare with.
  package init(_ questions: QuestionSet, _ predictions: Predictions) throws(TesseraError) {
    try questions.checkAnswers()
    var exact = 0
    var sum = 0.0
    missing = []
    for question in questions.paragraphs.lazy.flatMap(\.questions) {
      guard let prediction = predictions.text(of: question.id) else {
        missing.append(question.id)
        continue
      }
      let score = AnswerScore(prediction, answers: question.answers.map(\.text))
      exact += score.isExact ? 1 : 0
      sum += score.f1
    }
    let count = questions.questionCount
    questionCount = count
    exactMatch = 100 * Double(exact) / Double(count)
    f1 = 100 * sum / Double(count)
    surplusCount = predictions.count - (count - missing.count)
  }

  /// That predictions are missing, or are for no question.
  package var warnings: [Diagnostic] {
    var warnings: [Diagnostic] = []
    if !missing.isEmpty {
      let some = missing.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      warnings.append(
        Diagnostic(
          .warning, code: .squadPredictionsMissing,
          "\(missing.count) of \(questionCount) questions have no prediction and count 0",
          notes: ["the first of them: \(some)"]))
    }
    if surplusCount > 0 {
      warnings.append(
        Diagnostic(
          .warning, code: .squadPredictionsSurplus,
          "\(surplusCount) predictions have the id of no question and do not count"))
    }
    return warnings
  }

  /// `exact_match: 80.600` and `f1: 87.970`, as the original prints them.
  package var text: String {
    "exact_match: \(Self.fixed(exactMatch))\nf1: \(Self.fixed(f1))\n"
  }

  /// The scores under the schema `tessera.squad-scores/1`.
  package var json: JSON.Plain {
    [
      "schema": "tessera.squad-scores/1", "exact_match": .real(exactMatch), "f1": .real(f1),
      "questions": .integer(questionCount), "missing_predictions": .integer(missing.count),
      "surplus_predictions": .integer(surplusCount),
    ]
  }

  /// Three decimals, rounded as C and Python do.
  private static func fixed(_ value: Double) -> String {
    let bytes = withVaList([value]) { arguments in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
        let count = vsnprintf(buffer.baseAddress, buffer.count, "%.3f", arguments)
        return buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// How well one prediction answers its question.
package struct AnswerScore: Hashable, Sendable {
  /// Whether it is one of the right answers.
  package var isExact: Bool
  /// The largest F1 with a right answer, in 0...1.
  package var f1: Double

  /// Compares a prediction with the right answers, at least one.
  package init(_ prediction: String, answers: [String]) {
    let prediction = NormalizedAnswer(prediction)
    let answers = answers.map { NormalizedAnswer($0) }
    isExact = answers.contains(prediction)
    f1 = answers.map { Self.f1(prediction.words, $0.words) }.max() ?? 0
  }

  /// The harmonic mean of precision and recall of the words, each as often as it is there; 0 where they share
  /// none, and so for two answers without words.
  private static func f1(
    _ prediction: [[Unicode.Scalar]], _ answer: [[Unicode.Scalar]]
  ) -> Double {
    var left: [[Unicode.Scalar]: Int] = [:]
    for word in answer { left[word, default: 0] += 1 }
    var shared = 0
    for word in prediction {
      guard let count = left[word], count > 0 else { continue }
      left[word] = count - 1
      shared += 1
    }
    guard shared > 0 else { return 0 }
    let precision = Double(shared) / Double(prediction.count)
    let recall = Double(shared) / Double(answer.count)
    return 2 * precision * recall / (precision + recall)
  }
}
