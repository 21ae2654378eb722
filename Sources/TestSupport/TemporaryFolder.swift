import Foundation

/// A folder that is removed with its owner. A class, because tests hand it on.
package final class TemporaryFolder: Sendable {
  /// The folder's path, without a slash at the end.
  package let path: String

  /// Makes an empty folder.
  package init() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "tessera-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in the folder, whether it is there or not.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// What the folder holds, sorted.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// The bytes of a file.
  package func contents(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// Writes a file, and gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], _ name: String) throws -> String {
    // Some tests write thousands of files: neither `Data.write` nor the cutting of an old file, which
    // wait for the disk.
    unlink(file(name))
    guard let stream = fopen(file(name), "wb") else { throw CocoaError(.fileWriteUnknown) }
    let count = fwrite(bytes, 1, bytes.count, stream)
    guard fclose(stream) == 0, count == bytes.count else { throw CocoaError(.fileWriteUnknown) }
    return file(name)
  }
}
