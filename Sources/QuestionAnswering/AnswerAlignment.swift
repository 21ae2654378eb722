import Foundations

/// Where in its context an answer is.
package struct AnswerSpan: Hashable, Sendable {
  /// The scalars of the context; not empty.
  package var scalars: Range<Int>
}

extension QuestionSet.Question {
  /// Where the first answer stands in the context. Published files are off by one or two scalars now and
  /// then, so the place that the file states is tried, and the one and the two before it, as in the original.
  ///
  /// - Throws: `squad-no-answer` where there is none to learn from, `squad-misplaced-answer` where it is not there.
  func firstAnswer(in context: [Unicode.Scalar]) throws(TesseraError) -> AnswerSpan {
    guard let answer = answers.first, !answer.text.isEmpty else {
      throw place.error(
        .squadNoAnswer, "the question has no answer to learn from",
        notes: ["SQuAD 1.1 has an answer to each question; 2.0 has questions without"],
        remedies: ["leave the question out of the training file", "use a file of SQuAD 1.1"])
    }
    let text = Array(answer.text.unicodeScalars)
    for start in [answer.start, answer.start - 1, answer.start - 2] {
      guard start >= 0, start <= context.count - text.count else { continue }
      if context[start..<start + text.count].elementsEqual(text) {
        return AnswerSpan(scalars: start..<start + text.count)
      }
    }
    let found = context.dropFirst(max(0, answer.start - 2)).prefix(text.count + 2)
    let inContext = JSON.Plain.string(
      JSON.shortened(String(String.UnicodeScalarView(found)))
    ).text()
    throw place.error(
      .squadMisplacedAnswer,
      "the answer \(JSON.Plain.string(JSON.shortened(answer.text)).text()) is not in the context at character \(answer.start), nor one or two before it",
      notes: [
        found.isEmpty
          ? "the context ends at \(context.count)" : "the context has \(inContext) there",
        "characters are counted from 0, in Unicode scalar values",
      ],
      remedies: ["correct answer_start", "leave such questions out with --skip-misaligned"])
  }
}
