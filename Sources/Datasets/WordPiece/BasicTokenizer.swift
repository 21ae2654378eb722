/// The first half of BERT's tokenizer: cleans text and splits it into words and punctuation.
///
/// The steps and their order are those of Hugging Face's `BertNormalizer` and `BertPreTokenizer`,
/// and so is the Unicode version that categories are taken from.
struct BasicTokenizer: Sendable {
  /// Whether letters become lower case and lose their accents.
  let lowercases: Bool

  /// A scalar of the cleaned text, and the number of the scalar of the text it came from.
  struct CleanScalar {
    var scalar: Unicode.Scalar
    var origin: Int
  }

  /// The words of `text`, each the scalars to look up in the vocabulary; `firstOrigin` is the
  /// number of the text's first scalar.
  func words(
    of text: ArraySlice<Unicode.Scalar>, firstOrigin: Int,
    _ body: (ArraySlice<CleanScalar>) -> Void
  ) {
    let clean = clean(text, firstOrigin: firstOrigin)
    var start = 0
    for (index, element) in clean.enumerated() {
      let isSpace = element.scalar.isSpace
      guard isSpace || element.scalar.isPunctuation else { continue }
      if start < index { body(clean[start..<index]) }
      if !isSpace { body(clean[index...index]) }
      start = index + 1
    }
    if start < clean.count { body(clean[start...]) }
  }

  private func clean(_ text: ArraySlice<Unicode.Scalar>, firstOrigin: Int) -> [CleanScalar] {
    var clean: [CleanScalar] = []
    clean.reserveCapacity(text.count + 8)
    for (index, scalar) in text.enumerated() where !scalar.isDropped {
      let origin = firstOrigin + index
      if scalar.isIdeograph {
        // Each ideograph is a word of its own.
        clean.append(CleanScalar(scalar: " ", origin: origin))
        clean.append(CleanScalar(scalar: scalar, origin: origin))
        clean.append(CleanScalar(scalar: " ", origin: origin))
      } else {
        clean.append(CleanScalar(scalar: scalar, origin: origin))
      }
    }
    return lowercases ? Self.lowercased(Self.withoutAccents(clean)) : clean
  }

  /// Decomposes (NFD) and drops non-spacing marks.
  private static func withoutAccents(_ text: [CleanScalar]) -> [CleanScalar] {
    var output: [CleanScalar] = []
    output.reserveCapacity(text.count)
    var parts: [Unicode.Scalar] = []
    for element in text {
      guard element.scalar.value >= 0xC0 else {
        output.append(element)
        continue
      }
      parts.removeAll(keepingCapacity: true)
      CanonicalDecompositions.appendDecomposition(of: element.scalar, to: &parts)
      for part in parts where part.category != .nonspacingMark {
        output.append(CleanScalar(scalar: part, origin: element.origin))
      }
    }
    return inCanonicalOrder(output)
  }

  /// Sorts each run of combining scalars by its class (Unicode, section 3.11). Of what is left
  /// when the non-spacing marks are gone hardly anything combines, so runs are short.
  private static func inCanonicalOrder(_ text: [CleanScalar]) -> [CleanScalar] {
    var text = text
    for index in text.indices.dropFirst() where text[index].scalar.value >= 0x300 {
      let combiningClass = text[index].scalar.properties.canonicalCombiningClass
      guard combiningClass != .notReordered else { continue }
      var position = index
      while position > 0,
        text[position - 1].scalar.properties.canonicalCombiningClass > combiningClass
      {
        text.swapAt(position, position - 1)
        position -= 1
      }
    }
    return text
  }

  /// Maps scalar by scalar, without looking at the context (a final sigma stays a sigma).
  private static func lowercased(_ text: [CleanScalar]) -> [CleanScalar] {
    var output: [CleanScalar] = []
    output.reserveCapacity(text.count)
    for element in text {
      if element.scalar.isASCII {
        let isUpper = element.scalar >= "A" && element.scalar <= "Z"
        let value = UInt8(truncatingIfNeeded: element.scalar.value) + (isUpper ? 0x20 : 0)
        output.append(CleanScalar(scalar: Unicode.Scalar(value), origin: element.origin))
      } else {
        for scalar in element.scalar.properties.lowercaseMapping.unicodeScalars {
          output.append(CleanScalar(scalar: scalar, origin: element.origin))
        }
      }
    }
    return output
  }
}

extension Unicode.Scalar {
  /// The category that Hugging Face's tokenizers see. Their tables are of Unicode 8: a character
  /// that came later is to them not assigned, which makes it a letter of a word. Models are
  /// trained on what they see, so Swift's newer tables must not tell more.
  fileprivate var category: Unicode.GeneralCategory {
    guard let age = properties.age, age.major <= 8 else { return .unassigned }
    return properties.generalCategory
  }

  /// What BERT's cleaning drops: NUL, the replacement character, control, format and private-use
  /// characters, save the three that count as spaces.
  fileprivate var isDropped: Bool {
    if value < 0x7F { return value < 0x20 && self != "\t" && self != "\n" && self != "\r" }
    if value == 0xFFFD { return true }
    switch category {
    case .control, .format, .privateUse: return true
    default: return false
    }
  }

  fileprivate var isSpace: Bool {
    isASCII ? self == " " || (value >= 9 && value <= 13) : properties.isWhitespace
  }

  /// Punctuation as BERT has it: Unicode's, and every ASCII character that is neither letter,
  /// digit nor space, although Unicode calls some of those symbols.
  fileprivate var isPunctuation: Bool {
    if isASCII {
      return switch value {
      case 33...47, 58...64, 91...96, 123...126: true
      default: false
      }
    }
    switch category {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// The CJK ranges of BERT's tokenizer. The block 2B820-2B91F is missing there, and so here.
  fileprivate var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
