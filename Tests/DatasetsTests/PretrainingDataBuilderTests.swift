import Datasets
import Foundation
import Foundations
import Testing

@Suite struct PretrainingDataBuilderTests {
  static let shape = PretrainingShape(sequenceLength: 64, predictionCount: 10, vocabularySize: 300)

  struct Output {
    var samples: [PretrainingExample]
    var bytes: [Data]
    var summary: PretrainingDataBuilder.Summary
    var vocabulary: Vocabulary
  }

  static func build(
    _ text: String, change: (inout PretrainingDataBuilder.Options) -> Void = { _ in }
  ) throws -> Output {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "text.txt").path
      try Data(text.utf8).write(to: URL(filePath: path))
      let vocabulary = try VocabularyBuilder.build(
        files: [path], size: shape.vocabularySize
      ).vocabulary
      var options = PretrainingDataBuilder.Options(
        sequenceLength: shape.sequenceLength, maskTokenCount: shape.predictionCount)
      options.duplicationFactor = 4
      change(&options)
      let builder = try PretrainingDataBuilder(
        tokenizer: WordPieceTokenizer(vocabulary: vocabulary), options: options)
      let summary = try builder.write(
        inputs: [path], to: directory.appending(path: "data.tfrecord").path)
      return Output(
        samples: try summary.paths.flatMap { try records(of: $0) }.map {
          try PretrainingExample(Example(decoding: $0.payload), shape: shape, source: "sample")
        },
        bytes: try summary.paths.map { try Data(contentsOf: URL(filePath: $0)) },
        summary: summary, vocabulary: vocabulary)
    }
  }

  @Test func structure() throws {
    let output = try Self.build(generatedText(documents: 40))
    let vocabulary = output.vocabulary
    #expect(output.samples.count > 300)
    for sample in output.samples {
      let length = Int(sample.inputMask.reduce(0, +))
      let used = Int(sample.maskedLMWeights.reduce(0, +))
      #expect(sample.inputMask == (0..<64).map { $0 < length ? 1 : 0 })
      #expect(sample.inputIDs[0] == vocabulary.classificationID)
      #expect(sample.inputIDs[length - 1] == vocabulary.separatorID)
      #expect(sample.inputIDs[length...].allSatisfy { $0 == 0 })
      let separators = sample.inputIDs.indices.filter {
        sample.inputIDs[$0] == vocabulary.separatorID
      }
      #expect(separators.count == 2)
      #expect(separators[0] > 1 && separators[1] > separators[0] + 1)
      #expect(
        sample.segmentIDs == (0..<64).map { $0 > separators[0] && $0 <= separators[1] ? 1 : 0 })
      let positions = Array(sample.maskedLMPositions[..<used])
      #expect(used >= 1 && positions == Set(positions).sorted())
      #expect(positions.allSatisfy { $0 > 0 && $0 < length && $0 != separators[0] })
      #expect(sample.maskedLMPositions[used...].allSatisfy { $0 == 0 })
      #expect(sample.maskedLMIDs[..<used].allSatisfy { $0 > 4 })
      #expect(sample.maskedLMIDs[used...].allSatisfy { $0 == 0 })
      let masks = sample.inputIDs.indices.filter { sample.inputIDs[$0] == vocabulary.maskID }
      #expect(Set(masks.map { Int32($0) }).isSubset(of: Set(positions)))
    }
  }

  /// With enough places: 15 % masked, of them 80 % `[MASK]`, 10 % kept, 10 % random, counted in
  /// the samples themselves.
  @Test func shares() throws {
    let output = try Self.build(generatedText(documents: 200))
    var (tokens, masked, byMask, unchanged, labels) = (0, 0, 0, 0, 0)
    for sample in output.samples {
      tokens += Int(sample.inputMask.reduce(0, +))
      labels += Int(sample.nextSentenceLabels[0])
      for (position, id) in zip(sample.maskedLMPositions, sample.maskedLMIDs) where id != 0 {
        masked += 1
        byMask += sample.inputIDs[Int(position)] == output.vocabulary.maskID ? 1 : 0
        unchanged += sample.inputIDs[Int(position)] == id ? 1 : 0
      }
    }
    let summary = output.summary
    #expect(summary.sampleCount == output.samples.count)
    #expect(summary.sampleTokenCount == tokens)
    #expect(summary.maskedCount == masked)
    #expect(summary.replacedByMaskCount == byMask)
    #expect(summary.randomNextCount == labels)
    #expect(masked > 10_000)
    #expect(abs(Double(masked) / Double(tokens) - 0.15) < 0.01)
    #expect(abs(Double(byMask) / Double(masked) - 0.8) < 0.01)
    // A random token is the same one now and then.
    #expect(abs(Double(unchanged) / Double(masked) - 0.1) < 0.01)
    #expect(abs(summary.replacedByRandomShare - 0.1) < 0.01)
    #expect(unchanged >= summary.keptCount)
    #expect(abs(Double(labels) / Double(output.samples.count) - 0.5) < 0.1)
  }

  /// Undoing the masks, a pair that is labelled as following is found so in the text, and one
  /// that is labelled as random is of two documents.
  @Test func labelsAreTrue() throws {
    // The words of a document say which one it is.
    let words = ["ant", "bee", "cat", "dog", "elk", "fox"]
    let text = words.map { word in
      (0..<12).map { "\(word) \(word) \(word) \($0 % 2 == 0 ? "." : "!")" }.joined(separator: "\n")
    }.joined(separator: "\n\n")
    let output = try Self.build(text)
    #expect(output.samples.contains { $0.nextSentenceLabels == [1] })
    #expect(output.samples.contains { $0.nextSentenceLabels == [0] })
    for sample in output.samples {
      var ids = sample.inputIDs
      for (position, id) in zip(sample.maskedLMPositions, sample.maskedLMIDs) where id != 0 {
        ids[Int(position)] = id
      }
      func animals(_ segment: Int32) -> Set<String> {
        let tokens = ids.indices
          .filter { sample.segmentIDs[$0] == segment && sample.inputMask[$0] == 1 }
          .map { output.vocabulary.tokens[Int(ids[$0])] }
        return Set(tokens).intersection(words)
      }
      let sameDocument = animals(0) == animals(1)
      #expect(animals(0).count == 1 && animals(1).count == 1)
      #expect(sameDocument == (sample.nextSentenceLabels == [0]))
    }
  }

  @Test func sameSeedSameBytes() throws {
    let text = generatedText(documents: 10)
    let first = try Self.build(text) { $0.seed = 5 }
    #expect(try Self.build(text) { $0.seed = 5 }.bytes == first.bytes)
    #expect(try Self.build(text) { $0.seed = 6 }.bytes != first.bytes)
  }

  /// What version 0 wrote, with all records in memory. Text and samples take several blocks on the disk.
  @Test func theBytesStayTheSame() throws {
    let output = try Self.build(generatedText(documents: 600))
    #expect(output.summary.textTokenCount > 1 << 16)
    #expect(output.bytes[0].count == 3519727)
    #expect(CRC32C.checksum([UInt8](output.bytes[0])) == 0x3316_4213)
  }

  @Test func severalFilesHoldTheSameSamples() throws {
    let text = generatedText(documents: 10)
    let one = try Self.build(text)
    let three = try Self.build(text) { $0.fileCount = 3 }
    #expect(three.summary.paths.map { $0.suffix(29) }.first == "/data-00000-of-00003.tfrecord")
    #expect(three.summary.paths.count == 3)
    #expect(three.samples == one.samples)
  }

  @Test func duplicatesAreMaskedDifferently() throws {
    let output = try Self.build(generatedText(documents: 10))
    #expect(Set(output.samples).count == output.samples.count)
  }

  @Test func oneDocumentIsAnError() {
    let error = tesseraError { _ = try Self.build(generatedText(documents: 1)) }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code.rawValue == "too-few-documents")
  }

  @Test func badOptions() throws {
    let changes: [(inout PretrainingDataBuilder.Options) -> Void] = [
      { $0.sequenceLength = 4 }, { $0.maskTokenCount = 0 }, { $0.maskTokenCount = 65 },
      { $0.duplicationFactor = 0 }, { $0.fileCount = 0 }, { $0.fileCount = 90_000 },
      { $0.maskedShare = 1.5 }, { $0.shortSequenceProbability = .nan },
    ]
    for change in changes {
      let error = tesseraError { _ = try Self.build(generatedText(documents: 2), change: change) }
      #expect(error?.exitCode == .usage)
    }
  }
}
