import Foundations
import QuestionAnswering
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.has("golden/squad_metric.json"), "needs ../shared"))
struct MetricGoldenTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      var prediction: String
      var answers: [String]
      var exact_match: Double
      var f1: Double
      var normalized_prediction: String
      var normalized_answers: [String]
    }
    var cases: [Case]
  }

  @Test func cases() throws {
    let cases = try SharedData.json("golden/squad_metric.json", as: Golden.self).cases
    #expect(cases.count == 37)
    for golden in cases {
      let score = AnswerScore(golden.prediction, answers: golden.answers)
      #expect((score.isExact ? 100 : 0) == golden.exact_match, "\(golden.prediction)")
      #expect(abs(100 * score.f1 - golden.f1) < 1e-12, "\(golden.prediction)")
      #expect(NormalizedAnswer(golden.prediction).text == golden.normalized_prediction)
      #expect(
        golden.answers.map { NormalizedAnswer($0).text } == golden.normalized_answers)
    }
  }
}

/// What Python 3.11 gives for `normalize_answer` of the official script.
struct NormalizationTests {
  @Test(arguments: [
    // A capital sigma at the end of a word, within one, and alone.
    ("ΟΔΟΣ", "οδος"), ("ΣΟΣΑ", "σοσα"), ("Σ", "σ"), ("ΑΣ.", "ας"), ("ΑΣΑ", "ασα"),
    ("Α\u{301}Σ\u{301}Β", "α\u{301}σ\u{301}β"), ("ΟΔΟΣ ΟΔΟΣ", "οδος οδος"),
    // A letter whose lower case is two.
    ("İstanbul", "i\u{307}stanbul"),
    // An accent of its own is no character of a word, so that an article ends before it.
    ("a\u{301} b", "\u{301} b"),
    // Characters of words: numbers of all kinds.
    ("a² the½ an", "a² the½"),
    // White space of Python that Unicode does not call so.
    ("one\u{1C}two\u{1F}three", "one two three"),
    // A zero-width space is none.
    ("one\u{200B}two", "one\u{200B}two"),
    // Punctuation is ASCII's alone.
    ("“the” ‘an’", "“ ” ‘ ’"), ("«a»", "« »"), ("a_b-c", "abc"),
    ("The An A", ""), ("  x  ", "x"),
  ])
  func asPython(_ text: String, _ expected: String) {
    let found = NormalizedAnswer(text).text
    #expect(
      Array(found.unicodeScalars) == Array(sigma(expected).unicodeScalars),
      "\(text): \(found)")
  }

  /// Greek words above are written with σ for readability where Python has ς at their end.
  private func sigma(_ text: String) -> String {
    text.replacing("οδος", with: "οδο\u{3C2}").replacing("ας", with: "α\u{3C2}")
  }

  /// Two spellings of a letter are two words to Python, though one to Swift.
  @Test func spellingsDiffer() {
    let score = AnswerScore("caf\u{E9}", answers: ["cafe\u{301}"])
    #expect(!score.isExact)
    #expect(score.f1 == 0)
  }
}

struct ScoreTests {
  static func questions(_ answers: [[String]]) throws -> QuestionSet {
    let questions = answers.enumerated().map { number, texts -> JSON.Plain in
      [
        "id": .string("q\(number)"), "question": "?",
        "answers": .array(texts.map { ["text": .string($0), "answer_start": 0] }),
      ]
    }
    let paragraph: JSON.Plain = ["context": "text", "qas": .array(questions)]
    let file: JSON.Plain = ["data": [["title": "t", "paragraphs": [paragraph]]]]
    return try QuestionSet(bytes: Array(file.text().utf8), path: "dev.json")
  }

  @Test func meansOverAllQuestions() throws {
    var predictions = Predictions()
    predictions.append("the red fox", for: "q0")
    predictions.append("red dog", for: "q1")
    predictions.append("nothing", for: "other")
    let scores = try AnswerScores(
      Self.questions([["a fox", "red fox"], ["red fox"], ["fox"]]), predictions)
    #expect(scores.exactMatch == 100.0 / 3)
    #expect(scores.f1 == 100 * (1 + 0.5) / 3)
    #expect(scores.missing == ["q2"])
    #expect(scores.surplusCount == 1)
    #expect(scores.text == "exact_match: 33.333\nf1: 50.000\n")
    #expect(
      scores.warnings.map(\.code) == [.squadPredictionsMissing, .squadPredictionsSurplus])
    #expect(scores.json["missing_predictions"] == 1)
  }

  @Test func aQuestionWithoutAnAnswerIsNamed() throws {
    let questions = try Self.questions([["fox"], []])
    let error = #expect(throws: TesseraError.self) {
      try AnswerScores(questions, Predictions())
    }
    #expect(error?.diagnostics.first?.code == .squadNoAnswer)
    #expect(error?.diagnostics.first?.message.contains("id \"q1\"") == true)
  }
}

extension JSON.Plain {
  /// The value of an object's key.
  subscript(key: String) -> JSON.Plain? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.key == key }?.value
  }
}
