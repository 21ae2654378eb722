import Foundations
import Glibc

extension RecordIndex {
  /// The index of `file`: the one that is kept, or a new one, which is then kept if that is possible.
  ///
  /// It is kept beside the data, as `NAME.tfrecord.index`; where that folder cannot be written, in the
  /// user's cache; where that cannot be written either, in a temporary file for as long as it is open.
  static func opened(
    of file: InputFile, progress: (_ byteCount: UInt64) throws -> Void
  ) throws -> RecordIndex {
    try kept(of: file) ?? made(of: file, progress: progress)
  }

  /// A new index of `file`, kept if that is possible, in place of one that is kept already.
  static func made(
    of file: InputFile, progress: (_ byteCount: UInt64) throws -> Void = { _ in }
  ) throws -> RecordIndex {
    let made = try make(of: file, progress: progress)
    for path in paths(of: file) {
      do {
        try save(made.contents, to: path)
        if let saved = try RecordIndex(in: InputFile(path: path), of: file) { return saved }
      } catch is TesseraError {
        // A read-only or full disk: the next place.
      }
    }
    return made.index
  }

  /// The index that is kept of `file` as it is now, or nil.
  static func kept(of file: InputFile) throws -> RecordIndex? {
    for path in paths(of: file) {
      guard let storage = try? InputFile(path: path) else { continue }
      if let index = try RecordIndex(in: storage, of: file) { return index }
    }
    return nil
  }

  /// Whether an index is kept of `file` in an earlier state.
  static func hasStale(of file: InputFile) -> Bool {
    paths(of: file).contains { access($0, F_OK) == 0 }
  }

  /// Where the index may be kept, the best place first.
  private static func paths(of file: InputFile) -> [String] {
    ["\(file.path).index"] + (cachePath(of: file).map { [$0] } ?? [])
  }

  /// A name in the user's cache that only this data file has.
  private static func cachePath(of file: InputFile) -> String? {
    guard let folder = cacheFolder, let resolved = realpath(file.path, nil) else { return nil }
    defer { free(resolved) }
    let path = String(cString: resolved)
    let name = path.split(separator: "/").last.map(String.init) ?? "data"
    return "\(folder)/\(name)-\(hexadecimal(hash(path), digits: 16)).index"
  }

  /// The folder for caches by the XDG Base Directory Specification, 0.8.
  private static var cacheFolder: String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return variable("XDG_CACHE_HOME").map { "\($0)/tessera" }
      ?? variable("HOME").map { "\($0)/.cache/tessera" }
  }

  /// FNV-1a of 64 bits (Fowler, Noll, Vo), which is the same in every process.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// Copies a finished index to `path`. Only an index may be replaced there.
  private static func save(_ contents: InputFile, to path: String) throws {
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolders(String(path[..<slash]))
    }
    let file = try AtomicFile(
      path: path, overwrite: false,
      replaceable: AtomicFile.Replaceable("an index of Tessera") { descriptor in
        var bytes = [UInt8](repeating: 0, count: RecordIndexHeader.magic.count)
        let read = bytes.withUnsafeMutableBytes { readAll(from: descriptor, at: 0, into: $0) }
        return read.count == bytes.count && bytes == RecordIndexHeader.magic
      })
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: UInt64 = 0
    while offset < contents.byteCount {
      let filled = try buffer.withUnsafeMutableBytes { try contents.read(into: $0, at: offset) }
      guard filled > 0 else { break }
      try file.write(Array(buffer[..<filled]))
      offset += UInt64(filled)
    }
    try file.commit()
  }
}
