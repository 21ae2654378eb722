import Foundations
import QuestionAnswering
import TestSupport
import Testing

struct ReadingTests {
  static func error(_ text: String) -> Diagnostic? {
    do {
      _ = try QuestionSet(bytes: Array(text.utf8), path: "squad.json")
      return nil
    } catch {
      return error.diagnostics.first
    }
  }

  @Test func aFileIsRead() throws {
    let set = try QuestionSet(
      bytes: squadFile("a b c", [("x ?", "b", 2), ("y ?", "c", 4)]), path: "f")
    #expect(set.questionCount == 2)
    #expect(set.paragraphs[0].questions.map(\.id) == ["q0", "q1"])
    #expect(set.paragraphs[0].questions[1].answers[0].start == 4)
  }

  @Test(arguments: [
    (#"[]"#, "an object is needed, and this is an array"),
    (#"{}"#, "there is no \"data\""),
    (#"{"data": 1}"#, "\"data\": an array is needed, and this is the number 1"),
    (#"{"data": [{"title": "T"}]}"#, "article 1 (\"T\"): there is no \"paragraphs\""),
    (
      #"{"data": [{"paragraphs": [{"qas": []}]}]}"#,
      "article 1, paragraph 1: there is no \"context\""
    ),
    (
      #"{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "?"}]}]}]}"#,
      "article 1, paragraph 1, question 1: there is no \"id\""
    ),
    (
      #"{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "x", "question": "?", "answers": [{"text": "c", "answer_start": -1}]}]}]}]}"#,
      "article 1, paragraph 1, question 1 (id \"x\"), answer 1, \"answer_start\": a number of a character is needed, and this is the number -1"
    ),
    (
      #"{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "x", "question": "?", "answers": [{"text": null, "answer_start": 0}]}]}]}]}"#,
      "article 1, paragraph 1, question 1 (id \"x\"), answer 1, \"text\": a string is needed, and this is null"
    ),
  ])
  func damageIsLocated(_ text: String, _ message: String) {
    let diagnostic = Self.error(text)
    #expect(diagnostic?.code == .squadFormat)
    #expect(diagnostic?.message == message)
    #expect(diagnostic?.location?.file == "squad.json")
  }

  @Test func otherMistakes() {
    #expect(Self.error(#"{"data": []}"#)?.code == .squadNoQuestions)
    #expect(Self.error(#"{"data": ["#)?.code == .jsonUnexpectedEnd)
    let twice =
      #"{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "x", "question": "?", "answers": []}, {"id": "x", "question": "?", "answers": []}]}]}]}"#
    #expect(Self.error(twice)?.code == .squadDuplicateQuestion)
    #expect(Self.error(twice)?.notes.first?.contains("question 1 (id \"x\")") == true)
  }

  /// Cut anywhere, a file is an error and never a trap.
  @Test func cutAnywhere() {
    let bytes = squadFile("a b c", [("x ?", "b", 2)])
    for count in 0..<bytes.count {
      #expect(throws: TesseraError.self) {
        try QuestionSet(bytes: Array(bytes[..<count]), path: "f")
      }
    }
  }

  @Test func predictionsComeBack() throws {
    let folder = try TemporaryFolder()
    let files = try PredictionFiles(folder: folder.file("out"), overwrites: false)
    var answers = PredictedAnswers()
    for (id, text) in [("z", "first \"quoted\""), ("a", "zweite\n")] {
      answers.append(
        [
          AnswerCandidate(text: text, startLogit: 1.5, endLogit: 0.1, probability: 0.75),
          AnswerCandidate(text: "b", startLogit: 0, endLogit: 0, probability: 0.25),
        ], for: id)
    }
    try files.finish(answers)
    let read = try Predictions(path: folder.file("out/predictions.json"))
    #expect(read.count == 2)
    #expect(read.text(of: "z") == "first \"quoted\"")
    #expect(read.text(of: "a") == "zweite\n")
    #expect(read.text(of: "b") == nil)
    let text = String(
      decoding: try folder.contents("out/nbest_predictions.json"), as: UTF8.self)
    #expect(text.contains("\"start_logit\": 1.5") && text.contains("\"end_logit\": 0.1,"))
    // The order is the questions', so that files can be compared.
    #expect(text.firstRange(of: "\"z\"")!.lowerBound < text.firstRange(of: "\"a\"")!.lowerBound)
    #expect(throws: TesseraError.self) {
      _ = try PredictionFiles(folder: folder.file("out"), overwrites: false)
    }
    try folder.write(Array("{\"a\": [1]}".utf8), "bad.json")
    let error = #expect(throws: TesseraError.self) {
      try Predictions(path: folder.file("bad.json"))
    }
    #expect(error?.diagnostics.first?.code == .predictionsFormat)
  }
}
