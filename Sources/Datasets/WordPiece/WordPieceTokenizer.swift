/// BERT's tokenizer: words and punctuation, split into the longest pieces that the vocabulary has.
package struct WordPieceTokenizer: Sendable {
  /// One token of a text, and the Unicode scalars of the text that it stands for, by number.
  package struct Token: Hashable, Sendable {
    /// The token's place in the vocabulary.
    package var id: Int32
    /// The scalars of the text, counted from 0, that the token stands for.
    package var offsets: Range<Int>
  }

  /// Longer words become `[UNK]`, counted in scalars after cleaning.
  package static let maximumWordLength = 100

  /// The tokens that words are split into.
  package let vocabulary: Vocabulary
  private let basic: BasicTokenizer
  /// Tokens that begin a word.
  private var starts = TokenTrie()
  /// Tokens that go on, without their `##`.
  private var continuations = TokenTrie()
  private let specials: [(scalars: [Unicode.Scalar], id: Int32)]

  /// A tokenizer over `vocabulary`. With `lowercases` letters become lower case and lose their
  /// accents, as the uncased models want it.
  package init(vocabulary: Vocabulary, lowercases: Bool = true) {
    self.vocabulary = vocabulary
    basic = BasicTokenizer(lowercases: lowercases)
    specials = Vocabulary.specialTokens.compactMap { token in
      vocabulary.id(of: token).map { (Array(token.unicodeScalars), $0) }
    }
    let prefix: [UInt8] = [UInt8(ascii: "#"), UInt8(ascii: "#")]
    for (number, token) in vocabulary.tokens.enumerated() where !token.isEmpty {
      starts.insert(token.utf8, id: Int32(number))
      if token.utf8.starts(with: prefix), token.utf8.count > prefix.count {
        continuations.insert(token.utf8.dropFirst(prefix.count), id: Int32(number))
      }
    }
  }

  /// The tokens of `text`, without `[CLS]` and `[SEP]`. Special tokens that are written in the
  /// text stand for themselves.
  package func tokenize(_ text: String) -> [Token] {
    let scalars = Array(text.unicodeScalars)
    var tokens: [Token] = []
    var start = 0
    var position = 0
    while position < scalars.count {
      guard scalars[position] == "[", let special = special(in: scalars[position...]) else {
        position += 1
        continue
      }
      appendTokens(of: scalars[start..<position], firstOrigin: start, to: &tokens)
      let end = position + special.scalars.count
      tokens.append(Token(id: special.id, offsets: position..<end))
      position = end
      start = end
    }
    appendTokens(of: scalars[start...], firstOrigin: start, to: &tokens)
    return tokens
  }

  private func special(
    in text: ArraySlice<Unicode.Scalar>
  ) -> (scalars: [Unicode.Scalar], id: Int32)? {
    specials.first { text.starts(with: $0.scalars) }
  }

  private func appendTokens(
    of text: ArraySlice<Unicode.Scalar>, firstOrigin: Int, to tokens: inout [Token]
  ) {
    basic.words(of: text, firstOrigin: firstOrigin) { word in
      appendPieces(of: word, to: &tokens)
    }
  }

  /// Greedy longest match from the left; a word with a part that no token spells is `[UNK]` whole.
  private func appendPieces(
    of word: ArraySlice<BasicTokenizer.CleanScalar>, to tokens: inout [Token]
  ) {
    guard let first = word.first, let last = word.last else { return }
    let unknown = Token(id: vocabulary.unknownID, offsets: first.origin..<last.origin + 1)
    guard word.count <= Self.maximumWordLength else {
      tokens.append(unknown)
      return
    }
    var bytes: [UInt8] = []
    // The origin of the scalar that each byte belongs to.
    var origins: [Int] = []
    for element in word {
      for byte in UTF8.encode(element.scalar) ?? UTF8.EncodedScalar() {
        bytes.append(byte)
        origins.append(element.origin)
      }
    }
    let countBefore = tokens.count
    var position = 0
    while position < bytes.count {
      let trie = position == 0 ? starts : continuations
      guard let piece = trie.longestPrefix(of: bytes[position...]) else {
        tokens.removeSubrange(countBefore...)
        tokens.append(unknown)
        return
      }
      tokens.append(
        Token(id: piece.id, offsets: origins[position]..<origins[piece.end - 1] + 1))
      position = piece.end
    }
  }
}
