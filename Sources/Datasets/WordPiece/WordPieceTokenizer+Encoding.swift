import Foundations

/// A text, or a pair of texts, as a model reads it. All arrays are equally long.
package struct TokenEncoding: Hashable, Sendable {
  /// Token ids, with `[CLS]`, `[SEP]` and padding.
  package var ids: [Int32]
  /// 1 for the second text and its `[SEP]`, otherwise 0.
  package var typeIDs: [Int32]
  /// 1 for a token, 0 for padding.
  package var attentionMask: [Int32]
  /// The scalars of its text that a token stands for; 0..<0 for added tokens and padding.
  package var offsets: [Range<Int>]
  /// Which text a token is from, 0 or 1; nil for added tokens and padding.
  package var textNumbers: [Int?]
}

extension WordPieceTokenizer {
  /// `[CLS] text [SEP]`, neither truncated nor padded.
  package func encode(_ text: String) -> TokenEncoding {
    encoding(of: [tokenize(text)], paddedTo: 0)
  }

  /// `[CLS] first [SEP] second [SEP]`, padded to `length`. What is too long loses tokens at its
  /// end: first the longer text, down to the shorter one's length, then both.
  ///
  /// Throws `usage` where `length` has no room for the three added tokens.
  package func encode(_ first: String, _ second: String, length: Int) throws -> TokenEncoding {
    guard length >= 3 else {
      throw TesseraError(
        .usage, code: .sequenceTooShort,
        "a pair of texts takes at least 3 tokens; the sequence length is \(length)")
    }
    let first = tokenize(first)
    let second = tokenize(second)
    let counts = Self.truncatedCounts(first.count, second.count, room: length - 3)
    return encoding(
      of: [Array(first.prefix(counts.0)), Array(second.prefix(counts.1))], paddedTo: length)
  }

  /// The lengths that Hugging Face's "longest first" truncation leaves of two texts, `room` tokens in all.
  package static func truncatedCounts(_ first: Int, _ second: Int, room: Int) -> (Int, Int) {
    guard first + second > room else { return (first, second) }
    let half = room / 2
    if min(first, second) <= half {
      return first <= second ? (first, room - first) : (room - second, second)
    }
    return first <= second ? (half, room - half) : (room - half, half)
  }

  private func encoding(of texts: [[Token]], paddedTo length: Int) -> TokenEncoding {
    var encoding = TokenEncoding(
      ids: [], typeIDs: [], attentionMask: [], offsets: [], textNumbers: [])
    func append(_ id: Int32, _ offsets: Range<Int>, type: Int32, text: Int?, mask: Int32 = 1) {
      encoding.ids.append(id)
      encoding.typeIDs.append(type)
      encoding.attentionMask.append(mask)
      encoding.offsets.append(offsets)
      encoding.textNumbers.append(text)
    }
    append(vocabulary.classificationID, 0..<0, type: 0, text: nil)
    for (number, tokens) in texts.enumerated() {
      for token in tokens {
        append(token.id, token.offsets, type: Int32(number), text: number)
      }
      append(vocabulary.separatorID, 0..<0, type: Int32(number), text: nil)
    }
    while encoding.ids.count < length {
      append(vocabulary.paddingID, 0..<0, type: 0, text: nil, mask: 0)
    }
    return encoding
  }
}
