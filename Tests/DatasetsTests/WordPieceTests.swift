import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.has("golden/wordpiece.json"), "needs ../shared"))
struct WordPieceGoldenTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      var text: String
      var ids: [Int32]
      var tokens: [String]
      var offsets: [[Int]]
      var cased_ids: [Int32]
    }
    struct Pair: Decodable {
      var context: String
      var question: String
      var max_length: Int
      var ids: [Int32]
      var type_ids: [Int32]
      var attention_mask: [Int32]
      var offsets: [[Int]]
      var sequence_ids: [Int?]
    }
    var cases: [Case]
    var pairs: [Pair]
  }

  static func golden() throws -> Golden {
    try SharedData.json("golden/wordpiece.json", as: Golden.self)
  }

  @Test func cases() throws {
    let vocabulary = try Vocabulary(path: SharedData.path("golden/vocab.txt"))
    #expect(vocabulary.count == 30_522)
    let uncased = WordPieceTokenizer(vocabulary: vocabulary)
    let cased = WordPieceTokenizer(vocabulary: vocabulary, lowercases: false)
    let cases = try Self.golden().cases
    #expect(cases.count == 109)
    for golden in cases {
      let encoding = uncased.encode(golden.text)
      #expect(encoding.ids == golden.ids, "\(golden.text)")
      #expect(encoding.ids.map { vocabulary.tokens[Int($0)] } == golden.tokens)
      #expect(
        encoding.offsets.map { [$0.lowerBound, $0.upperBound] } == golden.offsets,
        "\(golden.text)")
      #expect(cased.encode(golden.text).ids == golden.cased_ids, "\(golden.text)")
    }
  }

  @Test func pairs() throws {
    let tokenizer = WordPieceTokenizer(
      vocabulary: try Vocabulary(path: SharedData.path("golden/vocab.txt")))
    let pairs = try Self.golden().pairs
    #expect(pairs.count == 6)
    for golden in pairs {
      let encoding = try tokenizer.encode(
        golden.context, golden.question, length: golden.max_length)
      #expect(encoding.ids == golden.ids)
      #expect(encoding.typeIDs == golden.type_ids)
      #expect(encoding.attentionMask == golden.attention_mask)
      #expect(encoding.offsets.map { [$0.lowerBound, $0.upperBound] } == golden.offsets)
      #expect(encoding.textNumbers == golden.sequence_ids)
    }
  }
}

@Suite struct WordPieceTests {
  static func tokenizer(_ words: [String]) throws -> WordPieceTokenizer {
    WordPieceTokenizer(
      vocabulary: try Vocabulary(tokens: Vocabulary.specialTokens + words))
  }

  @Test func longestMatchFirst() throws {
    let tokenizer = try Self.tokenizer(["un", "una", "##ff", "##ffable", "##able", "!", "a"])
    func tokens(_ text: String) -> [String] {
      tokenizer.tokenize(text).map { tokenizer.vocabulary.tokens[Int($0.id)] }
    }
    #expect(tokens("Unaffable!") == ["una", "##ffable", "!"])
    #expect(tokens("unable") == ["[UNK]"], "una leaves ble, and there is no way back")
    #expect(tokens("unxable a") == ["[UNK]", "a"])
    #expect(tokens("una[MASK]ff a") == ["una", "[MASK]", "[UNK]", "a"])
  }

  /// U+2E17 is punctuation since Unicode 4.1 and stands alone; U+2E4F came with Unicode 12, and
  /// the tokenizers that models are trained with do not know it.
  @Test func charactersBeyondUnicode8AreLetters() throws {
    let tokenizer = try Self.tokenizer(["a", "\u{2E17}", "##\u{2E4F}", "##a"])
    #expect(tokenizer.tokenize("a\u{2E17}a").map(\.id) == [5, 6, 5])
    #expect(tokenizer.tokenize("a\u{2E4F}a").map(\.id) == [5, 7, 8])
  }

  @Test func vocabularyErrors() throws {
    let duplicate = tesseraError {
      _ = try Vocabulary(tokens: Vocabulary.specialTokens + ["a", "b", "a"], source: "v.txt")
    }
    #expect(duplicate?.diagnostics.first?.code.rawValue == "duplicate-token")
    #expect(duplicate?.diagnostics.first?.message.contains("line 8") == true)
    let missing = tesseraError { _ = try Vocabulary(tokens: ["[PAD]", "[UNK]", "a"]) }
    #expect(missing?.diagnostics.first?.code.rawValue == "missing-special-token")
    let none = tesseraError { _ = try Vocabulary(path: "/nonexistent/vocab.txt") }
    #expect(none?.exitCode == .inputMissing)
  }

  /// Composed and decomposed spellings are different tokens, although Swift's strings are equal.
  @Test func tokensAreBytes() throws {
    let vocabulary = try Vocabulary(tokens: Vocabulary.specialTokens + ["\u{E9}", "e\u{301}"])
    #expect(vocabulary.id(of: "\u{E9}") == 5)
    #expect(vocabulary.id(of: "e\u{301}") == 6)
  }

  @Test func pairTooLongForTheSequence() throws {
    let tokenizer = try Self.tokenizer(["a"])
    #expect(tesseraError { _ = try tokenizer.encode("a", "a", length: 2) }?.exitCode == .usage)
    #expect(try tokenizer.encode("a", "a", length: 3).ids == [2, 3, 3])
  }

  /// Every scalar against Foundation's normalisation, which is not from our table.
  @Test func decompositionsEqualFoundation() {
    var compared = 0
    for value in 0..<UInt32(0x110000) {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age else { continue }
      // The table is of Unicode 15.1; Swift's library may know more.
      guard age.major <= 15 else { continue }
      var parts: [Unicode.Scalar] = []
      CanonicalDecompositions.appendDecomposition(of: scalar, to: &parts)
      let expected = String(Character(scalar)).decomposedStringWithCanonicalMapping
      #expect(parts == Array(expected.unicodeScalars), "\(value)")
      compared += parts.count > 1 || parts.first != scalar ? 1 : 0
    }
    #expect(compared > 13_000)
  }
}
