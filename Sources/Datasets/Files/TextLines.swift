import Foundations

/// Reads a UTF-8 text file line by line, in bounded memory. Lines end in LF or CR LF.
struct TextLines {
  /// The longest line that is read.
  static let maximumLineByteCount = 16 << 20

  private var window: FileWindow
  /// Bytes of the file that were read as lines.
  private(set) var offset: UInt64 = 0
  /// The number of the line that was read last, from 1.
  private(set) var lineNumber = 0
  private static let stepByteCount = 64 << 10

  init(path: String) throws {
    window = FileWindow(file: try InputFile(path: path))
  }

  /// The next line without its end, or nil at the end of the file. Throws `badData` for bytes that
  /// are no UTF-8 and for a line that is too long.
  mutating func next() throws -> String? {
    guard offset < window.file.byteCount else { return nil }
    lineNumber += 1
    let location = SourceLocation(file: window.file.path, line: lineNumber, column: 1)
    var wanted = Self.stepByteCount
    while true {
      let line: (text: String, byteCount: Int)? = try window.withBytes(at: offset, count: wanted) {
        let newline = $0.firstIndex(of: UInt8(ascii: "\n"))
        guard newline != nil || $0.count < wanted else { return nil }
        var content = $0[..<(newline ?? $0.count)]
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        guard let text = String(validating: content, as: UTF8.self) else {
          throw TesseraError(
            .badData, code: .textNotUTF8, "the line is not UTF-8", at: location,
            remedies: ["convert the file: iconv -t UTF-8"])
        }
        return (text, newline.map { $0 + 1 } ?? $0.count)
      }
      if let line {
        offset += UInt64(line.byteCount)
        return line.text
      }
      guard wanted < Self.maximumLineByteCount else {
        throw TesseraError(
          .badData, code: .lineTooLong,
          "the line is longer than \(Self.maximumLineByteCount) bytes", at: location,
          notes: ["The text has one sentence a line."])
      }
      wanted *= 4
    }
  }
}
