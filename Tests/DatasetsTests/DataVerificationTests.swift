import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

/// What is found in records that do not follow the recipe, and what is not held against those that do.
@Suite struct DataVerificationTests {
  static let published = SpecialTokens.published

  /// `[CLS] a b c [SEP] d e [SEP]` and two places of padding, with two masked tokens of three places.
  static let sound = PretrainingExample(
    inputIDs: [101, 1001, 103, 1003, 102, 1004, 1005, 102, 0, 0],
    inputMask: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0], segmentIDs: [0, 0, 0, 0, 0, 1, 1, 1, 0, 0],
    maskedLMPositions: [2, 6, 0], maskedLMIDs: [1002, 1005, 0], maskedLMWeights: [1, 1, 0],
    nextSentenceLabels: [0])

  static func report(
    _ examples: [Example], _ wanted: DataVerification.Wanted = .init(),
    damage: (inout [UInt8]) -> Void = { _ in }
  ) throws -> DataVerification.Report {
    let folder = try TemporaryFolder()
    try write(examples, to: folder.file("a.tfrecord"))
    var bytes = try folder.contents("a.tfrecord")
    damage(&bytes)
    try folder.write(bytes, "a.tfrecord")
    return try DataVerification(wanted, vocabulary: nil).report(on: DataFiles.named([folder.path]))
  }

  @Test func soundRecords() throws {
    let report = try Self.report([Self.sound.example, Self.sound.example])
    #expect(report.faults.count == 0)
    #expect(report.recordCount == 2)
    #expect(report.shape?.features.map(\.extent.count) == [10, 10, 10, 3, 3, 1])
    let statistics = report.statistics
    #expect(statistics.tokenCount == 16 && statistics.placeCount == 20)
    #expect(statistics.maskedCount == 4)
    #expect(statistics.replacedByMaskCount == 2)
    #expect(statistics.keptCount == 2 && statistics.replacedByRandomCount == 0)
    // Two of eight are more than 15 %.
    #expect(report.shares.first?.holds == false)
    #expect(report.exitCode == .checkFailed)
  }

  static let changes: [(DataFault.Kind, @Sendable (inout PretrainingExample) -> Void)] = [
    (.specialTokens, { $0.inputIDs[0] = 1001 }), (.specialTokens, { $0.inputIDs[4] = 1001 }),
    (.specialTokens, { $0.inputIDs[7] = 1001 }), (.padding, { $0.inputIDs[9] = 5 }),
    (.padding, { $0.inputMask[3] = 0 }), (.segments, { $0.segmentIDs[2] = 1 }),
    (.segments, { $0.segmentIDs[9] = 1 }),
    (.segments, { $0.segmentIDs = [Int32](repeating: 0, count: 10) }),
    (.masking, { $0.maskedLMPositions[1] = 4 }), (.masking, { $0.maskedLMPositions[1] = 0 }),
    (.masking, { $0.maskedLMPositions[1] = 8 }), (.masking, { $0.maskedLMPositions[1] = 2 }),
    (.masking, { $0.maskedLMPositions[2] = 3 }), (.masking, { $0.maskedLMWeights[2] = 1 }),
    (.masking, { $0.maskedLMIDs = [0, 1005, 0] }),
    (.features, { $0.maskedLMPositions[0] = 10 }), (.features, { $0.nextSentenceLabels = [2] }),
    (.features, { $0.maskedLMIDs.removeLast() }), (.features, { $0.inputIDs[1] = -1 }),
    (.specialTokens, { $0.inputMask = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0] }),
  ]

  @Test(arguments: changes.indices)
  func faults(number: Int) throws {
    let (kind, change) = Self.changes[number]
    var example = Self.sound
    change(&example)
    let report = try Self.report([Self.sound.example, example.example])
    #expect(report.faults.count(of: kind) >= 1)
    let offset = Self.sound.example.encoded().count + 16
    #expect(report.faults.first.allSatisfy { $0.offset == UInt64(offset) })
    #expect(report.faults.first.contains { $0.kind == kind && $0.path.hasSuffix("a.tfrecord") })
    #expect(report.exitCode == .checkFailed)
  }

  @Test func damage() throws {
    let examples = (0..<5).map { _ in Self.sound.example }
    let byteCount = Self.sound.example.encoded().count + 16
    let content = try Self.report(examples) { $0[2 * byteCount + 30] ^= 1 }
    #expect(content.faults.count == 1 && content.recordCount == 5)
    #expect(content.faults.first.map(\.kind) == [.content])
    #expect(content.faults.first.map(\.offset) == [UInt64(2 * byteCount)])
    #expect(content.statistics.sampleCount == 4)
    #expect(content.exitCode == .badData)

    let frame = try Self.report(examples) { $0[3 * byteCount] ^= 1 }
    #expect(frame.faults.first.map(\.kind) == [.frame])
    #expect(frame.faults.first.map(\.offset) == [UInt64(3 * byteCount)])
    #expect(frame.faults.first.first?.message.hasSuffix("; \(byteCount) bytes are lost") == true)
    #expect(frame.recordCount == 5 && frame.lostByteCount == UInt64(byteCount))
    #expect(frame.statistics.sampleCount == 4)
    #expect(frame.exitCode == .badData)

    let cut = try Self.report(examples) { $0.removeLast(3) }
    #expect(cut.faults.first.map(\.kind) == [.frame] && cut.recordCount == 5)
    #expect(cut.lostByteCount == UInt64(byteCount - 3))
  }

  /// Files without a record are no data, as in training.
  @Test func withoutRecordsThereAreNoData() throws {
    let error = tesseraError { _ = try Self.report([]) }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code == .emptyDataset)
    #expect(error?.diagnostics.first?.message.hasSuffix("a.tfrecord") == true)
  }

  @Test func wantedLengthsCount() throws {
    for wanted in [
      DataVerification.Wanted(sequenceLength: 12), .init(maskTokens: 4),
      .init(
        shape: .pretraining(
          PretrainingShape(sequenceLength: 10, predictionCount: 3, vocabularySize: 1004))),
    ] {
      let report = try Self.report([Self.sound.example], wanted)
      #expect(report.faults.first.map(\.kind) == [.features])
    }
  }

  @Test func manyFaultsAreCounted() throws {
    var example = Self.sound
    example.inputIDs[0] = 5
    let report = try Self.report((0..<50).map { _ in example.example })
    #expect(report.faults.count == 50 && report.faults.count(of: .specialTokens) == 50)
    #expect(report.faults.first.count == DataFaults.toldCount)
  }

  static func question(start: Int64, end: Int64) -> Example {
    Example(features: [
      "input_ids": .integers([101, 7, 8, 102, 9, 102, 0]),
      "input_mask": .integers([1, 1, 1, 1, 1, 1, 0]),
      "segment_ids": .integers([0, 0, 0, 0, 1, 1, 0]), "start_positions": .integers([start]),
      "end_positions": .integers([end]),
    ])
  }

  @Test func answers() throws {
    let sound = try Self.report([Self.question(start: 1, end: 2), Self.question(start: 0, end: 0)])
    #expect(sound.isSound && sound.exitCode == nil)
    #expect(sound.statistics.unansweredCount == 1 && sound.statistics.sampleCount == 2)
    for (start, end) in [(2, 1), (1, 6), (2, 4), (0, 1)] as [(Int64, Int64)] {
      let report = try Self.report([Self.question(start: start, end: end)])
      #expect(report.faults.first.map(\.kind) == [.answer])
    }
  }

  /// Data that were made by the recipe pass, and data with other shares do not.
  @Test func sharesOfTheRecipe() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write(Array(generatedText(documents: 150).utf8), "text.txt")
    let vocabulary = try VocabularyBuilder.build(files: [text], size: 300).vocabulary
    var options = PretrainingDataBuilder.Options(sequenceLength: 64, maskTokenCount: 10)
    options.duplicationFactor = 2
    options.fileCount = 2
    func report(_ change: (inout PretrainingDataBuilder.Options) -> Void) throws
      -> DataVerification.Report
    {
      change(&options)
      options.overwrites = true
      let summary = try PretrainingDataBuilder(
        tokenizer: WordPieceTokenizer(vocabulary: vocabulary), options: options
      ).write(inputs: [text], to: folder.file("data.tfrecord"))
      let report = try DataVerification(vocabulary: vocabulary).report(on: summary.paths)
      #expect(report.faults.count == 0, "\(report.faults.first)")
      #expect(report.recordCount == summary.sampleCount)
      #expect(report.statistics.maskedCount == summary.maskedCount)
      return report
    }
    let right = try report { _ in }
    #expect(right.isSound, "\(right.shares.filter { !$0.holds })")
    #expect(right.shares.count == 5)
    let few = try report { $0.maskedShare = 0.1 }
    #expect(few.shares.map(\.holds) == [false, true, true, true, true])
  }
}

/// The published sample.
@Suite(.enabled(if: SharedData.has("data/sample_text.tfrecord"), "needs ../shared"))
struct SampleDataTests {
  @Test func theSampleIsSound() throws {
    let report = try DataVerification(vocabulary: nil)
      .report(on: [SharedData.path("data/sample_text.tfrecord")])
    #expect(report.faults.count == 0, "\(report.faults.first)")
    #expect(report.recordCount == 45)
    #expect(report.isSound, "\(report.shares)")
  }

  @Test func theSampleIsInspected() throws {
    let path = SharedData.path("data/sample_text.tfrecord")
    let inspection = try DataInspection(of: [path])
    #expect(inspection.recordCount == 45)
    let file = try #require(inspection.files.first)
    #expect(file.index == .none && file.lostByteCount == 0 && file.byteCount == 37_064)
    #expect(
      file.features.map { "\($0.name) \($0.kind) \($0.count)" } == [
        "input_ids int64 128", "input_mask int64 128", "masked_lm_ids int64 20",
        "masked_lm_positions int64 20", "masked_lm_weights float 20",
        "next_sentence_labels int64 1", "segment_ids int64 128",
      ])
    let sample = try inspection.example(2)
    #expect(sample.source.hasSuffix("record at byte 1629"))
    #expect(tesseraError { _ = try inspection.example(45) }?.exitCode == .usage)
  }
}
