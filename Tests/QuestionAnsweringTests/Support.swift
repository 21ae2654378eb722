import Datasets
import Foundations
import QuestionAnswering

/// A tokenizer whose vocabulary has the words of a text and some pieces; `tokens` gives the words of ids.
struct SmallTokenizer {
  let tokenizer: WordPieceTokenizer

  init(_ words: [String]) throws {
    tokenizer = WordPieceTokenizer(
      vocabulary: try Vocabulary(tokens: Vocabulary.specialTokens + words))
  }

  func words(_ ids: [Int32]) -> String {
    ids.map { tokenizer.vocabulary.tokens[Int($0)] }.joined(separator: " ")
  }

  func maker(length: Int, stride: Int) throws -> FeatureMaker {
    FeatureMaker(
      tokenizer, try FeatureOptions(sequenceLength: length, documentStride: stride))
  }
}

/// A question set of one paragraph as its file has it.
func squadFile(
  _ context: String, _ questions: [(question: String, answer: String, start: Int)]
) -> [UInt8] {
  let questions = questions.enumerated().map { number, entry -> JSON.Plain in
    [
      "id": .string("q\(number)"), "question": .string(entry.question),
      "answers": [["text": .string(entry.answer), "answer_start": .integer(entry.start)]],
    ]
  }
  let paragraph: JSON.Plain = ["context": .string(context), "qas": .array(questions)]
  let file: JSON.Plain = [
    "version": "1.1", "data": [["title": "Letters", "paragraphs": [paragraph]]],
  ]
  return Array(file.text().utf8)
}
