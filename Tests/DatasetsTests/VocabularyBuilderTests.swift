import Datasets
import Foundation
import Foundations
import Testing

@Suite struct VocabularyBuilderTests {
  static func build(
    _ text: String, size: Int, minimumPairCount: Int = 2
  ) throws -> VocabularyBuilder.Result {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "text.txt").path
      try Data(text.utf8).write(to: URL(filePath: path))
      return try VocabularyBuilder.build(
        files: [path], size: size, minimumPairCount: minimumPairCount)
    }
  }

  /// Worked out by hand: `lo` (7 times) and `low` (7), then `er` (5) before `we` (2 after that).
  @Test func mergesTheMostFrequentPairFirst() throws {
    let text = "low low low low low lower lower newer newer newer"
    let result = try Self.build(text, size: 100)
    #expect(result.wordCount == 10)
    #expect(result.distinctWordCount == 3)
    let tokens = result.vocabulary.tokens
    #expect(Array(tokens[..<5]) == Vocabulary.specialTokens)
    // Five letters plus n: e l n o r w, each with and without ##.
    let alphabet = Array(tokens[5..<17])
    #expect(
      alphabet == ["##e", "##l", "##n", "##o", "##r", "##w", "e", "l", "n", "o", "r", "w"])
    // Pairs at first: ##o ##w 7, l ##o 7, ##e ##r 5, ##w ##e 5, n ##e 3, ##e ##w 3. The pair of
    // older pieces wins: (##o, ##w), then (l, ##ow), then (##e, ##r).
    #expect(Array(tokens[17..<20]) == ["##ow", "low", "##er"])
    #expect(tokens.contains("newer") && tokens.contains("lower"))
    #expect(tokens.count == 100)
    #expect(tokens.last == "[unused\(result.unusedTokenCount - 1)]")
    #expect(
      5 + result.alphabetTokenCount + result.mergedTokenCount + result.unusedTokenCount == 100)
  }

  /// Against a plain implementation that counts everything again after each merge.
  @Test func equalsPlainImplementation() throws {
    let text = generatedText(documents: 3)
    let result = try Self.build(text, size: 160)
    var words: [[String]: Int] = [:]
    for word in text.split(whereSeparator: \.isWhitespace) {
      for part in [String(word.filter(\.isLetter)), word.hasSuffix(".") ? "." : ""]
      where !part.isEmpty {
        let pieces = part.enumerated().map { $0.offset == 0 ? "\($0.element)" : "##\($0.element)" }
        words[pieces, default: 0] += 1
      }
    }
    var tokens = Array(result.vocabulary.tokens[5..<(5 + result.alphabetTokenCount)])
    while tokens.count < 155 {
      var counts: [[Int]: Int] = [:]
      for (word, count) in words {
        let ids = word.compactMap { tokens.firstIndex(of: $0) }
        for (first, second) in zip(ids, ids.dropFirst()) {
          counts[[first, second], default: 0] += count
        }
      }
      guard
        let best = counts.min(by: {
          ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1])
        }),
        best.value >= 2
      else { break }
      let (left, right) = (tokens[best.key[0]], tokens[best.key[1]])
      let merged = left + right.dropFirst(2)
      if !tokens.contains(merged) { tokens.append(merged) }
      var next: [[String]: Int] = [:]
      for (word, count) in words {
        var pieces: [String] = []
        for piece in word {
          // Left to right; a piece that was just merged is not a left part again.
          if piece == right, pieces.last == left {
            pieces[pieces.count - 1] = merged
          } else {
            pieces.append(piece)
          }
        }
        next[pieces, default: 0] += count
      }
      words = next
    }
    #expect(tokens.count > 100)
    #expect(Array(result.vocabulary.tokens[5..<(5 + tokens.count)]) == tokens)
  }

  @Test func everyWordOfTheTextIsSpelled() throws {
    let text = generatedText(documents: 5)
    let tokenizer = WordPieceTokenizer(
      vocabulary: try Self.build(text, size: 400).vocabulary)
    let tokens = tokenizer.tokenize(text)
    #expect(!tokens.contains { $0.id == tokenizer.vocabulary.unknownID })
    #expect(tokens.count < text.count / 3)
  }

  @Test func sameTextSameVocabulary() throws {
    let text = generatedText(documents: 5)
    let tokens = try Self.build(text, size: 300).vocabulary.tokens
    #expect(try Self.build(text, size: 300).vocabulary.tokens == tokens)
  }

  @Test func smallSizesKeepTheMostFrequentCharacters() throws {
    let tokens = try Self.build("aaa aaa b", size: 7).vocabulary.tokens
    #expect(tokens == Vocabulary.specialTokens + ["##a", "a"])
  }

  @Test func errors() throws {
    #expect(tesseraError { _ = try Self.build("a", size: 5) }?.exitCode == .usage)
    #expect(tesseraError { _ = try Self.build(" \n", size: 50) }?.exitCode == .badData)
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "text.txt").path
      try Data(Array("good\nb".utf8) + [0xFF]).write(to: URL(filePath: path))
      let error = tesseraError { _ = try VocabularyBuilder.build(files: [path], size: 50) }
      #expect(error?.diagnostics.first?.code.rawValue == "text-not-utf8")
      #expect(error?.diagnostics.first?.location?.line == 2)
    }
  }

  @Test func writesAndReadsBack() throws {
    try withTemporaryDirectory { directory in
      let vocabulary = try Self.build(generatedText(documents: 2), size: 200).vocabulary
      let path = directory.appending(path: "vocab.txt").path
      try vocabulary.write(to: path)
      #expect(try Vocabulary(path: path).tokens == vocabulary.tokens)
      #expect(tesseraError { try vocabulary.write(to: path) }?.exitCode == .wouldOverwrite)
    }
  }
}
