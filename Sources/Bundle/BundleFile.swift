import Foundations
import Glibc
import TileProgram

/// An open bundle, of which each part is read when it is asked for; a class because it owns the open
/// file.
///
/// The file may hold anything. Memory stays within the sizes of the section table, which are bounded
/// by `SectionKind.largestRawSize` before any is taken. Files are read, not mapped: a file that another
/// process cuts off gives an error, where a map would end the process.
package final class BundleFile: Sendable {
  /// The path that the file was opened by.
  package let path: String
  /// Who made the bundle, as its header says.
  package let producer: String
  /// What the file holds, in its order.
  package let sections: [BundleSection]
  private let descriptor: Int32

  /// Opens a bundle and checks its header and section table.
  /// - Throws: `TesseraError`: inputMissing or inputOutput where there is no file that can be read,
  ///   incompatible where it is no bundle, of another format, or damaged.
  package init(path: String) throws(TesseraError) {
    self.path = path
    // Without blocking, because a pipe of that name would wait for a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw TesseraError(
        errno == ENOENT ? .inputMissing : .inputOutput, code: .cannotOpen,
        "cannot open bundle '\(path)': \(systemReason(errno))")
    }
    do throws(TesseraError) {
      let fileSize = try Self.size(of: descriptor, path)
      let fixed = try Self.bytes(
        of: descriptor, at: 0, count: min(fileSize, BundleHeader.byteCount), path)
      guard fixed.count == BundleHeader.byteCount else {
        throw TesseraError(
          .incompatible, code: .notABundle,
          "'\(path)' is not a bundle: it has \(fileSize) bytes, a bundle's header alone "
            + "\(BundleHeader.byteCount)")
      }
      let count = try BundleHeader.sectionCount(header: fixed, fileSize: fileSize, path: path)
      let header = try BundleHeader(
        try Self.bytes(
          of: descriptor, at: 0, count: BundleHeader.byteCount(sectionCount: count), path),
        fileSize: fileSize, path: path)
      producer = header.producer
      sections = header.sections
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    close(descriptor)
  }

  /// The program, validated.
  package func program() throws(TesseraError) -> Program {
    try Program(encoded: try contents(.program) ?? [])
  }

  /// What every tile holds and does, validated, or nil where the bundle does not have it.
  /// - Parameter program: the bundle's.
  package func tileProgram(for program: Program) throws(TesseraError) -> TileProgram? {
    guard let bytes = try contents(.tiles) else { return nil }
    return try TileProgram(encoded: bytes, for: program)
  }

  /// The part of the recipe that the program depends on.
  package func recipeProgram() throws(TesseraError) -> [UInt8] {
    try contents(.recipeProgram) ?? []
  }

  /// The run-time part of the recipe.
  package func recipeRun() throws(TesseraError) -> [UInt8] {
    try contents(.recipeRun) ?? []
  }

  /// The compiler's IR, or nil where the bundle does not have it.
  package func irText() throws(TesseraError) -> String? {
    guard let bytes = try contents(.irText) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw damagedBundle("the IR text of '\(path)' is not UTF-8")
    }
    return text
  }

  /// SHA-256 over program and program recipe, in hexadecimal; see `Bundle.programDigest`.
  package func programDigest() throws(TesseraError) -> String {
    Bundle.programDigest(
      encodedProgram: try contents(.program) ?? [], recipeProgram: try recipeProgram())
  }

  /// The names and types of the tensors, in the order of their sections.
  package func tensorTypes() throws(TesseraError) -> [(name: String, type: TensorType)] {
    guard let bytes = try contents(.tensorTable) else { return [] }
    let entries = try TensorTable.decode(bytes)
    let sizes = sections.filter { $0.kind == .tensor }.map(\.rawSize)
    guard entries.map(\.type.byteCount) == sizes else {
      throw damagedBundle("the tensors of '\(path)' do not have the sizes of their types")
    }
    return entries
  }

  /// Reads the tensors one after the other, so that the caller need not hold them all. Their digests
  /// are checked.
  package func forEachTensor(
    _ body: (NamedTensorData) throws(TesseraError) -> Void
  ) throws(TesseraError) {
    let entries = try tensorTypes()
    for (entry, section) in zip(entries, sections.filter { $0.kind == .tensor }) {
      let storage: NamedTensorData.Storage =
        switch section.codec {
        case .raw: .raw
        case .zstd: .zstd
        case .bytePlaneZstd: .bytePlaneZstd
        }
      try body(
        NamedTensorData(
          name: entry.name, type: entry.type,
          bytes: try contents(section, "tensor '\(entry.name)' of '\(path)'"), storage: storage))
    }
  }

  /// Checks every section: its digest, that it decompresses, and that what it holds is valid.
  package func verify() throws(TesseraError) {
    _ = try tileProgram(for: try program())
    _ = try recipeProgram()
    _ = try recipeRun()
    _ = try irText()
    try forEachTensor { _ in }
  }

  /// The whole bundle in memory.
  package func bundle() throws(TesseraError) -> Bundle {
    let encodedProgram = try contents(.program) ?? []
    let program = try Program(encoded: encodedProgram)
    var tensors: [NamedTensorData] = []
    try forEachTensor { tensors.append($0) }
    return try Bundle(
      producer: producer, program: program, encodedProgram: encodedProgram,
      recipeProgram: try recipeProgram(), recipeRun: try recipeRun(),
      tileProgram: try tileProgram(for: program), encodedTiles: try contents(.tiles),
      irText: try irText(), tensors: tensors)
  }

  private func contents(_ kind: SectionKind) throws(TesseraError) -> [UInt8]? {
    guard let section = sections.first(where: { $0.kind == kind }) else { return nil }
    return try contents(section, "section '\(kind.name)' of '\(path)'")
  }

  private func contents(_ section: BundleSection, _ name: String) throws(TesseraError) -> [UInt8] {
    let stored = try Self.bytes(
      of: descriptor, at: section.offset, count: section.storedSize, path)
    guard SHA256.digest(of: stored) == section.digest else {
      throw damagedBundle("\(name) differs from its digest")
    }
    return try section.codec.decode(stored, rawSize: section.rawSize, name: name)
  }

  private static func size(of descriptor: Int32, _ path: String) throws(TesseraError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw cannotRead(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TesseraError(
        .inputOutput, code: .cannotOpen, "'\(path)' is not a regular file, so it is no bundle")
    }
    return status.st_size
  }

  private static func bytes(
    of descriptor: Int32, at offset: Int, count: Int, _ path: String
  ) throws(TesseraError) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      (done, failure) = readAll(
        from: descriptor, at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    if let failure { throw cannotRead(path, failure) }
    guard bytes.count == count else {
      throw damagedBundle("'\(path)' became shorter while it was read")
    }
    return bytes
  }

  private static func cannotRead(_ path: String, _ number: Int32) -> TesseraError {
    TesseraError(
      .inputOutput, code: .cannotRead,
      "cannot read bundle '\(path)': \(systemReason(number))")
  }
}
