/// The names of the files that one output is divided into.
struct NumberedFiles {
  private let stem: String
  private let suffix: String

  /// `path` is what the output would be called as one file; it may leave out the suffix.
  init(_ path: String, suffix: String) {
    stem = path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path
    self.suffix = suffix
  }

  /// `NAME-00000-of-00003.tfrecord` and so on.
  func paths(count: Int) -> [String] {
    (0..<count).map { "\(stem)-\(Self.padded($0))-of-\(Self.padded(count))\(suffix)" }
  }

  /// `NAME-00007.txt`, where it is not known how many there will be.
  func path(_ number: Int) -> String { "\(stem)-\(Self.padded(number))\(suffix)" }

  private static func padded(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
  }
}
