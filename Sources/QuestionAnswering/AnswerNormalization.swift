/// An answer as the official metric compares it: lower case, without ASCII punctuation and articles, and split
/// into words at white space.
package struct NormalizedAnswer: Hashable, Sendable {
  /// The words; two are the same where their scalars are.
  let words: [[Unicode.Scalar]]

  /// Normalises an answer.
  package init(_ text: String) {
    let plain = PythonText.lowercased(Array(text.unicodeScalars)).filter { !$0.isPunctuation }
    words = PythonText.split(Self.withoutArticles(plain)).map { Array($0) }
  }

  /// The words with one space between two.
  package var text: String {
    var scalars = String.UnicodeScalarView()
    for (number, word) in words.enumerated() {
      if number > 0 { scalars.append(" ") }
      scalars.append(contentsOf: word)
    }
    return String(scalars)
  }

  private static let articles: [[Unicode.Scalar]] = [["a"], ["a", "n"], ["t", "h", "e"]]

  /// The regular expression `\b(a|an|the)\b`, replaced by a space: a run of word characters that is an article.
  private static func withoutArticles(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var output: [Unicode.Scalar] = []
    output.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let run = text[index...].prefix(while: PythonText.isWordCharacter)
      guard !run.isEmpty else {
        output.append(text[index])
        index += 1
        continue
      }
      output += articles.contains { run.elementsEqual($0) } ? [" "] : Array(run)
      index += run.count
    }
    return output
  }
}

extension Unicode.Scalar {
  /// Python's `string.punctuation`.
  fileprivate var isPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: true
    default: false
    }
  }
}
