import Foundations

/// The text of a file, or of standard input for `-`; not larger than `limit` bytes.
/// - Throws: `TesseraError`: inputMissing or inputOutput where it cannot be read, badData where it is
///   too large or not UTF-8.
package func readText(path: String, limit: Int = 1 << 30) throws(TesseraError) -> String {
  let name = path == "-" ? "standard input" : path
  let bytes = try readBytes(path: path, limit: limit)
  guard bytes.count <= limit else {
    throw TesseraError(.inputOutput, code: .cannotRead, "\(name) has more than \(limit) bytes")
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw TesseraError(.badData, code: .textNotUTF8, "\(name) is not UTF-8")
  }
  return text
}
