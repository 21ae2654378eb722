/// Text as Python sees it: the official metric is a Python program, and what it counts depends on how Python
/// lowers case, tells words and splits. Characters are those of Unicode 14, which Python 3.11 knows.
enum PythonText {
  /// `str.lower()`: full lower-case mappings, with a capital sigma at the end of a word becoming ς.
  static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    output.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      if scalar.isASCII {
        output.append(
          scalar >= "A" && scalar <= "Z" ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      } else if scalar == "\u{3A3}" {
        output.append(isFinalSigma(at: index, of: text) ? "\u{3C2}" : "\u{3C3}")
      } else if scalar.isKnown {
        output += scalar.properties.lowercaseMapping.unicodeScalars
      } else {
        output.append(scalar)
      }
    }
    return output
  }

  /// Unicode's condition Final_Sigma: a cased letter before it and none behind it, both over any number of
  /// characters that case ignores.
  private static func isFinalSigma(at index: Int, of text: [Unicode.Scalar]) -> Bool {
    let before = text[..<index].last { !$0.ignoresCase }
    let after = text[(index + 1)...].first { !$0.ignoresCase }
    return before?.isCased ?? false && !(after?.isCased ?? false)
  }

  /// `str.split()`: the pieces between white space; no piece is empty.
  static func split(_ text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    text.split { isSpace($0) }
  }

  /// `str.isspace()` of one character.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// What `\w` matches in a regular expression over `str`: letters, numbers of every kind, and `_`.
  static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return switch scalar {
      case "0"..."9", "A"..."Z", "a"..."z", "_": true
      default: false
      }
    }
    guard scalar.isKnown else { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }
}

extension Unicode.Scalar {
  /// Whether Unicode 14 has the character.
  fileprivate var isKnown: Bool { properties.age.map { $0.major <= 14 } ?? false }

  fileprivate var isCased: Bool { isKnown && properties.isCased }

  fileprivate var ignoresCase: Bool { isKnown && properties.isCaseIgnorable }
}
