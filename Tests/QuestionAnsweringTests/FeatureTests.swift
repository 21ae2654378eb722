import Datasets
import Foundations
import QuestionAnswering
import TestSupport
import Testing

struct FeatureTests {
  static let letters = try? SmallTokenizer("abcdefghijklmnopqrst".map(String.init) + ["?", "é"])
  static let context = "a b c d e f g h i j"

  /// The features to learn a question from, as words and answer.
  static func trained(
    _ question: String, _ answer: String, at start: Int, in context: String = context,
    length: Int, stride: Int
  ) throws -> [(words: String, answer: ClosedRange<Int>)] {
    let small = try #require(letters)
    let maker = try small.maker(length: length, stride: stride)
    let set = try QuestionSet(bytes: squadFile(context, [(question, answer, start)]), path: "f")
    let paragraph = set.paragraphs[0]
    return try maker.trainingFeatures(
      of: paragraph.questions[0], in: maker.context(of: paragraph)
    ).map { (small.words($0.ids), $0.answer) }
  }

  @Test func contextComesFirst() throws {
    let features = try Self.trained("d ?", "b c", at: 2, in: "a b c", length: 10, stride: 0)
    #expect(features.map(\.words) == ["[CLS] a b c [SEP] d ? [SEP] [PAD] [PAD]"])
    #expect(features.map(\.answer) == [2...3])
    let small = try #require(Self.letters)
    let maker = try small.maker(length: 10, stride: 0)
    let set = try QuestionSet(bytes: squadFile("a b c", [("d ?", "b", 2)]), path: "f")
    let feature = maker.features(
      of: set.paragraphs[0].questions[0], in: maker.context(of: set.paragraphs[0]))[0]
    #expect(feature.mask == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    #expect(feature.segments == [0, 0, 0, 0, 0, 1, 1, 1, 0, 0])
    #expect(feature.answer == 0...0)
  }

  /// Features are truncated as the tokenizer's own pairs, which equal Hugging Face's.
  @Test(arguments: [8, 9, 12, 16, 20]) func truncatedAsPairs(_ length: Int) throws {
    let small = try #require(Self.letters)
    let maker = try small.maker(length: length, stride: 0)
    for question in ["k l ?", "k l m n o p q r s t ?", "?"] {
      let set = try QuestionSet(bytes: squadFile(Self.context, [(question, "a", 0)]), path: "f")
      let paragraph = set.paragraphs[0]
      let features = maker.features(
        of: paragraph.questions[0], in: maker.context(of: paragraph))
      let pair = try small.tokenizer.encode(Self.context, question, length: length)
      #expect(features.map(\.ids) == [pair.ids])
      #expect(features.map(\.mask) == [pair.attentionMask])
      #expect(features.map(\.segments) == [pair.typeIDs])
    }
  }

  @Test func answersThatAreCutOffAreNotTrainedOn() throws {
    // Room for 5 tokens of the context beside 2 of the question.
    #expect(try Self.trained("k ?", "d e", at: 6, length: 10, stride: 0).map(\.answer) == [4...5])
    #expect(try Self.trained("k ?", "e f", at: 8, length: 10, stride: 0).isEmpty)
    #expect(try Self.trained("k ?", "h", at: 14, length: 10, stride: 0).isEmpty)
  }

  @Test func windowsOverlap() throws {
    let features = try Self.trained("k ?", "e f", at: 8, length: 10, stride: 3)
    #expect(
      features.map(\.words) == [
        "[CLS] a b c d e [SEP] k ? [SEP]", "[CLS] d e f g h [SEP] k ? [SEP]",
        "[CLS] g h i j [SEP] k ? [SEP] [PAD]",
      ])
    // Only the second window has the whole answer.
    #expect(features.map(\.answer) == [0...0, 2...3, 0...0])
    // A stride longer than a window leaves nothing out.
    let wide = try Self.trained("k ?", "e f", at: 8, length: 10, stride: 100)
    #expect(
      wide.map(\.words) == [
        "[CLS] a b c d e [SEP] k ? [SEP]", "[CLS] f g h i j [SEP] k ? [SEP]",
      ])
  }

  @Test func aLongQuestionLeavesRoomForTheContext() throws {
    let features = try Self.trained(
      "k l m n o p q r s t k l m n o p q r s t", "j", at: 18, length: 11, stride: 2)
    #expect(features.first?.words == "[CLS] a b [SEP] k l m n o p [SEP]")
    #expect(features.last?.words == "[CLS] i j [SEP] k l m n o p [SEP]")
    #expect(features.last?.answer == 2...2)
  }

  @Test func theStatedPlaceMayBeOffByTwo() throws {
    for start in [4, 5, 6] {
      #expect(
        try Self.trained("k ?", "c d", at: start, length: 20, stride: 0).map(\.answer) == [3...4])
    }
    for start in [3, 7, 1000] {
      let error = #expect(throws: TesseraError.self) {
        try Self.trained("k ?", "c d", at: start, length: 20, stride: 0)
      }
      let diagnostic = try #require(error?.diagnostics.first)
      #expect(diagnostic.code == .squadMisplacedAnswer)
      #expect(diagnostic.message.contains("article 1 (\"Letters\"), paragraph 1, question 1"))
      #expect(diagnostic.location?.file == "f")
    }
  }

  /// Offsets count Unicode scalars: neither bytes nor what Swift calls characters.
  @Test func offsetsCountScalars() throws {
    let context = "e\u{301}e\u{301} 😀 b c"
    #expect(try Self.trained("?", "b c", at: 7, in: context, length: 12, stride: 0).count == 1)
    let small = try #require(Self.letters)
    let maker = try small.maker(length: 12, stride: 0)
    let set = try QuestionSet(bytes: squadFile(context, [("?", "b c", 7)]), path: "f")
    let scalars = maker.context(of: set.paragraphs[0])
    #expect(scalars.tokens.last?.offsets == 9..<10)
  }

  /// An answer that begins with a space is left out by the original, whose tokens have no spaces, and taken with
  /// its words where windows are read.
  @Test func spacesAtTheEnds() throws {
    #expect(try Self.trained("k ?", " b ", at: 1, length: 20, stride: 0).isEmpty)
    #expect(try Self.trained("k ?", " b ", at: 1, length: 20, stride: 4).map(\.answer) == [2...2])
  }

  @Test func theRecordIsWhatTrainingReads() throws {
    let small = try #require(Self.letters)
    let maker = try small.maker(length: 12, stride: 0)
    let set = try QuestionSet(bytes: squadFile(Self.context, [("k ?", "b c", 2)]), path: "f")
    let paragraph = set.paragraphs[0]
    let feature = try #require(
      try maker.trainingFeatures(of: paragraph.questions[0], in: maker.context(of: paragraph))
        .first)
    let shape = RecordShape.questionAnswering(
      sequenceLength: 12, vocabularySize: small.tokenizer.vocabulary.count, segmentCount: 2)
    let example = try TokenExample(feature.example, shape: shape, source: "test")
    #expect(example.values == [feature.ids, feature.mask, feature.segments, [2], [3]])
  }

  @Test func filesOfFeatures() throws {
    let small = try #require(Self.letters)
    let set = try QuestionSet(
      bytes: squadFile(
        Self.context, [("k ?", "a", 0), ("l ?", "j", 18), ("m ?", "z", 3), ("n ?", "b", 2)]),
      path: "f")
    let folder = try TemporaryFolder()
    let maker = try small.maker(length: 10, stride: 0)
    #expect(throws: TesseraError.self) {
      try TrainingFeatures.write(
        set, maker, to: folder.file("x.tfrecord"), skipsMisaligned: false, willRead: { _ in })
    }
    #expect(try folder.names.isEmpty)
    let summary = try TrainingFeatures.write(
      set, maker, to: folder.file("x.tfrecord"), skipsMisaligned: true, willRead: { _ in })
    #expect(
      summary
        == TrainingFeatures.Summary(
          questionCount: 4, featureCount: 2, cutOffCount: 1, misalignedCount: 1))
    let value = try JSON.parse(bytes: Array(summary.json.text().utf8), file: "summary")
    #expect(TrainingFeatures.Summary(json: value) == summary)
  }
}
