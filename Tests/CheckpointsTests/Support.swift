import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

extension TemporaryFolder {
  /// Writes a safetensors file byte by byte, whatever its header says.
  func safetensors(
    _ name: String = "x.safetensors", header: String, dataByteCount: Int = 0,
    headerLength: UInt64? = nil
  ) throws -> String {
    let text = Array(header.utf8)
    let length = headerLength ?? UInt64(text.count)
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
      + [UInt8](repeating: 7, count: dataByteCount)
    return try write(bytes, name)
  }
}

func bytes(at path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The code and exit code of the error that `body` throws, or nil where it throws none.
func failure(_ body: () throws -> Void) -> (code: String, exit: ExitCode)? {
  do {
    try body()
    return nil
  } catch let error as TesseraError {
    return (error.diagnostics.first?.code.rawValue ?? "", error.exitCode)
  } catch {
    return ("\(error)", .internalError)
  }
}
