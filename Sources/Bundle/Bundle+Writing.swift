import Foundations
import Glibc

extension Bundle {
  /// Writes the bundle, at once or not at all: a reader sees the old file or the new one, whole.
  /// The same bundle gives the same bytes.
  ///
  /// - Parameter overwrite: whether a file that is not a bundle may be replaced; one that is may always.
  /// - Throws: `TesseraError`: wouldOverwrite, or inputOutput where the file cannot be written.
  package func write(to path: String, overwrite: Bool = false) throws(TesseraError) {
    let file = try AtomicFile(
      path: path, overwrite: overwrite,
      replaceable: .init("a bundle", recognizes: Self.isBundle))
    let parts = parts()
    var end = BundleHeader.byteCount(sectionCount: parts.count)
    var sections: [BundleSection] = []
    for part in parts {
      var codec = part.codec
      var stored = try codec.encode(part.raw)
      // Tensors are stored as asked; other parts as they are where compression does not help.
      if part.kind != .tensor && stored.count >= part.raw.count {
        codec = .raw
        stored = part.raw
      }
      let offset = BundleHeader.aligned(end)
      try file.write(stored, at: offset)
      end = offset + stored.count
      sections.append(
        BundleSection(
          kind: part.kind, codec: codec, offset: offset, storedSize: stored.count,
          rawSize: part.raw.count, digest: SHA256.digest(of: stored)))
    }
    let header = BundleHeader(producer: producer, fileSize: end, sections: sections)
    try file.write(header.encoded(), at: 0)
    // The last section may be empty, behind a gap that nothing was written after.
    try file.commit(byteCount: end)
  }

  private struct Part {
    var kind: SectionKind
    var raw: [UInt8]
    var codec: SectionCodec = .zstd
  }

  private func parts() -> [Part] {
    var parts = [
      Part(kind: .program, raw: encodedProgram),
      Part(kind: .recipeProgram, raw: recipeProgram),
      Part(kind: .recipeRun, raw: recipeRun),
    ]
    if let irText { parts.append(Part(kind: .irText, raw: Array(irText.utf8))) }
    if let encodedTiles { parts.append(Part(kind: .tiles, raw: encodedTiles)) }
    if let encodedTensorTable { parts.append(Part(kind: .tensorTable, raw: encodedTensorTable)) }
    parts += tensors.map { Part(kind: .tensor, raw: $0.bytes, codec: $0.codec) }
    return parts
  }

  private static func isBundle(_ descriptor: Int32) -> Bool {
    var start = [UInt8](repeating: 0, count: BundleHeader.magic.count)
    return pread(descriptor, &start, start.count, 0) == start.count && start == BundleHeader.magic
  }
}
