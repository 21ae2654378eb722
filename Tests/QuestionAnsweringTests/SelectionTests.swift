import Datasets
import Foundations
import QuestionAnswering
import TestSupport
import Testing

struct SelectionTests {
  /// A question over "a b c d e f g h i j", in windows of 5 tokens where a stride is given.
  static func candidates(
    stride: Int = 0, length: Int = 20, selection: AnswerSelection = AnswerSelection(),
    start: [[Int: Float]], end: [[Int: Float]]
  ) throws -> [AnswerCandidate] {
    let small = try #require(FeatureTests.letters)
    let maker = try small.maker(length: length, stride: stride)
    let set = try QuestionSet(
      bytes: squadFile(FeatureTests.context, [("k ?", "a", 0)]), path: "f")
    let context = maker.context(of: set.paragraphs[0])
    let features = maker.features(of: set.paragraphs[0].questions[0], in: context)
    #expect(features.count == start.count)
    func logits(_ high: [Int: Float]) -> ArraySlice<Float> {
      var values = [Float](repeating: -10, count: length)
      for (place, value) in high { values[place] = value }
      // A slice of a longer row, as the model's are.
      return ([0] + values)[1...]
    }
    return selection.candidates(
      zip(features, zip(start, end)).map { feature, logit in
        (feature, AnswerLogits(start: logits(logit.0), end: logits(logit.1)))
      }, in: context)
  }

  @Test func theHighestSumWins() throws {
    let found = try Self.candidates(start: [[2: 3, 4: 2]], end: [[3: 1, 5: 4]])
    #expect(found.count == 20)
    #expect(found.prefix(2).map(\.text) == ["b c d e", "d e"])
    #expect(found[0].startLogit == 3 && found[0].endLogit == 4)
    #expect(abs(found.map(\.probability).reduce(0, +) - 1) < 1e-12)
    // Softmax over the candidates: the ratio of two is e to the difference of their scores.
    #expect(abs(found[0].probability / found[1].probability - 2.718281828459045) < 1e-9)
    #expect(found.map(\.probability) == found.map(\.probability).sorted(by: >))
  }

  @Test func whatIsNoAnswerIsLeftOut() throws {
    // Ends before it begins, begins at [CLS], ends in the question.
    let found = try Self.candidates(
      start: [[6: 5, 0: 9, 2: 1]], end: [[3: 5, 0: 9, 13: 8, 7: 2]])
    #expect(found[0].text == "f g")
    #expect(found.allSatisfy { !$0.text.contains("k") })
    // Too long: of "b … g" the last token is within 5, of "a … g" not.
    let short = try Self.candidates(
      selection: AnswerSelection(longestAnswer: 5), start: [[1: 5, 3: 4]], end: [[7: 5]])
    #expect(short[0].text == "c d e f g")
  }

  @Test func emptyWhereNothingIsPossible() throws {
    let nan = Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, Float.nan) })
    let found = try Self.candidates(start: [nan], end: [nan])
    #expect(found.map(\.text) == ["empty"])
    #expect(found.map(\.probability) == [1])
    // Only the best places are tried: all of them lie outside of the context.
    let outside = try Self.candidates(
      selection: AnswerSelection(candidateCount: 2), start: [[0: 9, 11: 9]],
      end: [[0: 9, 11: 9]])
    #expect(outside.map(\.text) == ["empty"])
  }

  @Test func equalScoresComeInTheOrderOfTheText() throws {
    let found = try Self.candidates(
      selection: AnswerSelection(candidateCount: 3), start: [[:]], end: [[:]])
    #expect(found.map(\.text) == ["a", "a b", "b"])
  }

  /// Windows a-e, d-h, g-j: each token begins an answer only where it has the most context.
  @Test func theWindowWithTheMostContextCounts() throws {
    // d stands at place 4 of the first window and 1 of the second: 1 and 0 tokens at the poorer side.
    let first = try Self.candidates(
      stride: 3, length: 10, start: [[4: 1], [1: 9], [:]], end: [[4: 1], [1: 9], [:]])
    #expect(first[0].text == "d")
    #expect(first[0].startLogit == 1)
    // f is in the second window alone, at place 3.
    let second = try Self.candidates(
      stride: 3, length: 10, start: [[:], [3: 5], [:]], end: [[:], [5: 5], [:]])
    #expect(second[0].text == "f g h")
    // j is in the third alone.
    let third = try Self.candidates(
      stride: 3, length: 10, start: [[:], [:], [4: 5]], end: [[:], [:], [4: 5]])
    #expect(third[0].text == "j")
  }
}
