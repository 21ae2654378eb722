import Foundations

/// The questions of a SQuAD 1.1 file, by the paragraphs that they are about, in the file's order.
package struct QuestionSet: Sendable {
  /// A text, and what is asked about it.
  package struct Paragraph: Sendable {
    /// The text that holds the answers.
    package var context: String
    /// What is asked, in the file's order.
    package var questions: [Question]
  }

  /// One question.
  package struct Question: Sendable {
    /// The name that predictions have it under; no two questions of a set share one.
    package var id: String
    /// What is asked.
    package var text: String
    /// The right answers, in the file's order; a test set may have none.
    package var answers: [Answer]
    /// Where in the file the question stands.
    package var place: Place
  }

  /// A right answer.
  package struct Answer: Sendable {
    /// The answer's words, as they stand in the context.
    package var text: String
    /// The Unicode scalar of the context, counted from 0, that the answer is said to begin at.
    package var start: Int
  }

  /// The file's path.
  package let path: String
  /// The paragraphs of all articles.
  package let paragraphs: [Paragraph]

  package init(path: String, paragraphs: [Paragraph]) {
    self.path = path
    self.paragraphs = paragraphs
  }

  /// How many questions there are.
  package var questionCount: Int { paragraphs.reduce(0) { $0 + $1.questions.count } }

  /// Checks that predictions can be compared with answers.
  /// - Throws: `squad-no-answer` where a question has none.
  package func checkAnswers() throws(TesseraError) {
    for question in paragraphs.lazy.flatMap(\.questions) where question.answers.isEmpty {
      throw question.place.error(
        .squadNoAnswer, "the question has no right answer to compare a prediction with",
        notes: ["SQuAD 1.1 has an answer to each question; 2.0 has questions without"],
        remedies: ["use a file of SQuAD 1.1"])
    }
  }
}
