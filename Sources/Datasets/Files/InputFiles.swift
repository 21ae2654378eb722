import FoundationEssentials
import Foundations
import Glibc

/// The files of a folder and the folders in it.
enum InputFiles {
  /// The regular file at `path`, or those below the folder, sorted by the bytes of their paths. Hidden
  /// ones are left out, and so are links to folders. Throws `inputMissing` where there is none.
  static func below(_ path: String) throws -> [(path: String, byteCount: UInt64)] {
    var found: [(path: String, byteCount: UInt64)] = []
    try add(path, isInput: true, to: &found)
    guard !found.isEmpty else {
      throw TesseraError(
        .inputMissing, code: .missingDataset, "\(path) has no file in it",
        remedies: ["name the folder that WikiExtractor wrote to"])
    }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Whether `path` is a folder, or a link to one.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size of all files together. They are opened one after the other, since there may be more than a
  /// process may have open. Throws `inputMissing` where one is not there.
  static func byteCount(of paths: [String]) throws -> UInt64 {
    try paths.reduce(0) { try $0 + InputFile(path: $1).byteCount }
  }

  private static func add(
    _ path: String, isInput: Bool, to found: inout [(path: String, byteCount: UInt64)]
  ) throws {
    var status = stat()
    // A link to a folder may lead back to where it is.
    guard (isInput ? stat(path, &status) : lstat(path, &status)) == 0 else {
      throw TesseraError(
        .inputMissing, code: .cannotOpenFile, "cannot open \(path): \(systemReason(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: found.append((path, UInt64(clamping: status.st_size)))
    case S_IFDIR:
      let separator = path.hasSuffix("/") ? "" : "/"
      for name in try FileManager.default.contentsOfDirectory(atPath: path)
      where !name.hasPrefix(".") {
        try add(path + separator + name, isInput: false, to: &found)
      }
    case S_IFLNK:
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        found.append((path, UInt64(clamping: status.st_size)))
      }
    default: break
    }
  }
}
