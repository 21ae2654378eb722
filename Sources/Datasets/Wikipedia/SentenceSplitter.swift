/// Cuts English prose into sentences by rules: where a full stop ends a sentence and where it belongs to
/// an abbreviation, an initial or a number.
enum SentenceSplitter {
  /// The sentences of a paragraph, their words one space apart.
  static func sentences(in paragraph: String) -> [String] {
    let words = paragraph.unicodeScalars
      .split { $0.properties.isWhitespace }.map { Word(Array($0)) }
    var sentences: [String] = []
    var start = 0
    for index in words.indices {
      let isLast = index == words.count - 1
      guard isLast || ends(words, at: index, first: start) else { continue }
      sentences.append(words[start...index].map(\.text).joined(separator: " "))
      start = index + 1
    }
    return sentences.flatMap(splitIdeographic)
  }

  /// Whether a sentence that began with word `first` ends behind word `index`, which another follows.
  private static func ends(_ words: [Word], at index: Int, first: Int) -> Bool {
    let (word, next) = (words[index], words[index + 1])
    guard let mark = word.mark, next.mayBegin else { return false }
    // A full stop, and no question mark, may belong to the word. In quotes or brackets it ends them.
    guard mark == ".", !word.isClosed else { return true }
    let core = word.core
    // `J. R. R. Tolkien`, but `vitamin C. The`, `Elizabeth I. She`.
    if core.count == 1, core[0].isLetter {
      return core[0].isUpper ? next.isStarter && index > first : !next.isNumber
    }
    let name = word.name
    let isCapital = core.first?.isUpper ?? false
    // `Dr. No`, `St. Paul`, `e.g. Paris`: never the last word of a sentence.
    if Abbreviations.never.contains(name) { return false }
    if isCapital, Abbreviations.titles.contains(name) { return false }
    // `No. 5`, `vol. II`, `Jan. 6`: before a number.
    if Abbreviations.beforeNumbers.contains(name) {
      return !next.isNumber && (next.isStarter || !isCapital)
    }
    // `Inc.`, `etc.`, `U.S.`, `a.m.`: they may end a sentence, and then another one begins visibly.
    if Abbreviations.anywhere.contains(name) || word.hasInnerStops
      || (isCapital && Abbreviations.names.contains(name))
    {
      return next.isStarter
    }
    // `1. FC Köln`: a number that a sentence begins with counts something.
    if index == first, core.allSatisfy(\.isDigit) { return false }
    return true
  }

  /// Chinese and Japanese sentences follow one another without a space.
  private static func splitIdeographic(_ sentence: String) -> [String] {
    var parts: [String] = []
    var part = String.UnicodeScalarView()
    var isEnded = false
    for scalar in sentence.unicodeScalars {
      if isEnded, !Word.isClosing(scalar), !Word.isIdeographicMark(scalar) {
        parts.append(String(part))
        part = String.UnicodeScalarView()
        isEnded = false
        if scalar == " " { continue }
      }
      part.append(scalar)
      isEnded = isEnded || Word.isIdeographicMark(scalar)
    }
    if !part.isEmpty { parts.append(String(part)) }
    return parts
  }
}

/// A word with the punctuation that is written to it.
private struct Word {
  private let scalars: [Unicode.Scalar]
  /// The mark that may end a sentence: `.`, `!`, `?` or `…`; nil where there is none.
  let mark: Unicode.Scalar?
  /// Whether quotes or brackets close behind the mark.
  let isClosed: Bool
  /// What is before the mark, without opening quotes and brackets.
  let core: ArraySlice<Unicode.Scalar>

  init(_ scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    var end = scalars.count
    while end > 0, Self.isClosing(scalars[end - 1]) { end -= 1 }
    isClosed = end < scalars.count
    let last = end > 0 ? scalars[end - 1] : " "
    let isEllipsis = end >= 2 && last == "." && scalars[end - 2] == "."
    switch last {
    case ".": mark = isEllipsis ? "…" : "."
    case "!", "?", "…": mark = last
    default: mark = nil
    }
    let start = scalars[..<end].firstIndex { !Self.isOpening($0) } ?? end
    core = scalars[start..<max(start, end - (mark == nil ? 0 : 1))]
  }

  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// The core in lower case, for looking it up.
  var name: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: core)
    return String(view).lowercased()
  }

  /// Whether a sentence may begin with the word: with a capital, a number, or a script without capitals.
  var mayBegin: Bool {
    guard let first = bare.first else { return false }
    return first.isUpper || first.isDigit || (first.isLetter && !first.isLower)
  }

  /// Whether the word is one of those that sentences usually begin with, written with a capital.
  var isStarter: Bool {
    guard let first = bare.first, first.isUpper else { return false }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: bare.prefix { $0.isLetter })
    return Abbreviations.starters.contains(String(view).lowercased())
  }

  /// Whether the word is a number, in digits or in Roman numerals; `I` alone is the pronoun.
  var isNumber: Bool {
    if bare.first?.isDigit ?? false { return true }
    let letters = bare.prefix { $0.isLetter }
    return letters.count > 1 && letters.allSatisfy { "IVXLCDM".unicodeScalars.contains($0) }
  }

  /// Whether full stops stand between single letters, as in `U.S.` and `a.m.`.
  var hasInnerStops: Bool {
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(\.isLetter) }
  }

  /// The word without opening quotes and brackets.
  private var bare: ArraySlice<Unicode.Scalar> { scalars.drop(while: Self.isOpening) }

  static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "'", ")", "]", "}", "\u{201D}", "\u{2019}", "\u{BB}", "\u{203A}", "\u{300D}",
      "\u{300F}",
      "\u{FF09}":
      true
    default: false
    }
  }

  static func isOpening(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "'", "(", "[", "{", "\u{201C}", "\u{2018}", "\u{AB}", "\u{2039}", "\u{BF}", "\u{A1}":
      true
    default: false
    }
  }

  static func isIdeographicMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{3002}", "\u{FF01}", "\u{FF1F}": true
    default: false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool { properties.isAlphabetic }
  fileprivate var isUpper: Bool { properties.isUppercase }
  fileprivate var isLower: Bool { properties.isLowercase }
  fileprivate var isDigit: Bool { properties.generalCategory == .decimalNumber }
}
