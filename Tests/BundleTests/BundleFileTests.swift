import Bundle
import Foundations
import TestSupport
import Testing

@Suite struct BundleFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func writtenBytes(tensors: [NamedTensorData] = []) throws -> [UInt8] {
    try sampleBundle(tensors: tensors).write(to: folder.file("a.ipub"))
    return try folder.contents("a.ipub")
  }

  /// The error of reading and verifying `bytes` as a bundle.
  private func failure(_ bytes: [UInt8]) throws -> TesseraError {
    let path = try folder.write(bytes, "damaged.ipub")
    return try #require(throws: TesseraError.self) { try BundleFile(path: path).verify() }
  }

  @Test func roundTrip() throws {
    let bundle = try sampleBundle(tensors: sampleTensors())
    try bundle.write(to: folder.file("a.ipub"))
    let read = try Bundle.read(path: folder.file("a.ipub"))
    #expect(read.producer == "tesserac 0.0.0")
    #expect(read.program == bundle.program)
    #expect(read.recipeProgram == bundle.recipeProgram)
    #expect(read.recipeRun == bundle.recipeRun)
    #expect(read.irText == bundle.irText)
    #expect(read.tensors == bundle.tensors)
    #expect(read.programDigest == bundle.programDigest)
    #expect(bundle.programDigest.count == 64)
    try read.write(to: folder.file("b.ipub"))
    #expect(try folder.contents("a.ipub") == folder.contents("b.ipub"))
    #expect(try folder.names == ["a.ipub", "b.ipub"])
  }

  @Test func emptyPartsRoundTrip() throws {
    let bundle = try Bundle(
      producer: "t", program: Program(), recipeProgram: [], recipeRun: [], irText: "")
    try bundle.write(to: folder.file("a.ipub"))
    let file = try BundleFile(path: folder.file("a.ipub"))
    try file.verify()
    #expect(try file.irText() == "")
    #expect(try file.recipeRun() == [])
    #expect(try file.tensorTypes().isEmpty)
    #expect(try file.program() == Program())
  }

  @Test func sectionsSayWhatIsStored() throws {
    _ = try writtenBytes(tensors: sampleTensors())
    let sections = try BundleFile(path: folder.file("a.ipub")).sections
    #expect(
      sections.map(\.kind.name) == [
        "program", "recipe.program", "recipe.run", "ir-text", "tensor-table", "tensor", "tensor",
        "tensor", "tensor",
      ])
    #expect(sections[0].codec == .zstd)
    // Five bytes do not become fewer.
    #expect(sections[1].codec == .raw && sections[1].storedSize == 5)
    #expect(
      sections[5...].map(\.codec) == [
        .bytePlaneZstd(width: 4), .zstd, .raw, .bytePlaneZstd(width: 1),
      ])
    #expect(sections[5].rawSize == 12_000)
    #expect(sections[5].storedSize < sections[6].storedSize)
    #expect(sections.allSatisfy { $0.offset % 64 == 0 && $0.digestText.count == 64 })
  }

  @Test func programDigestSeesOnlyTheProgram() throws {
    let base = try sampleBundle()
    var other = try sampleProgram()
    other.parameters[0].randomStream += 1
    func digest(
      producer: String = "tesserac 0.0.0", program: Program? = nil, recipe: String = "steps",
      run: String = "", tensors: [NamedTensorData] = []
    ) throws -> String {
      try Bundle(
        producer: producer, program: program ?? base.program, recipeProgram: Array(recipe.utf8),
        recipeRun: Array(run.utf8), tensors: tensors
      ).programDigest
    }
    #expect(try digest() == base.programDigest)
    #expect(try digest(producer: "p", run: "r", tensors: sampleTensors()) == base.programDigest)
    #expect(try digest(recipe: "step") != base.programDigest)
    #expect(try digest(program: other) != base.programDigest)
    _ = try writtenBytes()
    #expect(
      try BundleFile(path: folder.file("a.ipub")).programDigest() == base.programDigest)
  }

  @Test func knownDigest() {
    // FIPS 180-4's example "abc".
    #expect(
      SHA256.digest(of: Array("abc".utf8)).prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
  }

  @Test func framesAreIndependent() throws {
    // Two frames and a rest, with planes of 2 bytes.
    let count = SectionCodec.frameByteCount + 1000
    let bytes = (0..<2 * count).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let tensor = NamedTensorData(name: "t", type: TensorType([count], .f16), bytes: bytes)
    try sampleBundle(tensors: [tensor]).write(to: folder.file("a.ipub"))
    var read: [NamedTensorData] = []
    try BundleFile(path: folder.file("a.ipub")).forEachTensor { read.append($0) }
    #expect(read == [tensor])
  }

  private static let zstd = Command.path(of: "zstd")

  @Test(.enabled(if: zstd != nil, "needs zstd"))
  func zstdReadsTheSections() throws {
    let zstd = try #require(Self.zstd)
    let bytes = try writtenBytes(tensors: sampleTensors())
    let sections = try BundleFile(path: folder.file("a.ipub")).sections
    for section in sections where section.codec != .raw {
      let stored = Array(bytes[section.offset..<section.offset + section.storedSize])
      let path = try folder.write(stored, "section.zst")
      _ = try Command.text(of: zstd, ["-t", path])
      _ = try Command.text(of: zstd, ["-d", "-q", "-f", path, "-o", folder.file("section")])
      let raw = try folder.contents("section")
      #expect(raw.count == section.rawSize)
      if section.kind == .program { #expect(try raw == sampleProgram().encoded()) }
    }
  }

  // MARK: Mismatches of the header, a sentence each

  @Test func otherFilesAreNotBundles() throws {
    let text = try failure(Array("{\"a\": 1}".utf8) + [UInt8](repeating: 32, count: 200))
    #expect(text.diagnostics[0].code.rawValue == "not-a-bundle")
    #expect(text.description.contains("does not begin with a bundle's magic bytes"))
    let short = try failure([0x89, 0x49])
    #expect(short.description.contains("it has 2 bytes, a bundle's header alone 128"))
    let empty = try failure([])
    #expect(empty.description.contains("it has 0 bytes"))
  }

  @Test func missingFileAndOtherKinds() throws {
    let missing = try #require(throws: TesseraError.self) {
      try BundleFile(path: folder.file("none.ipub"))
    }
    #expect(missing.exitCode == .inputMissing)
    let directory = try #require(throws: TesseraError.self) { try BundleFile(path: folder.path) }
    #expect(directory.description.contains("is not a regular file"))
    #expect(throws: TesseraError.self) { try BundleFile(path: "/dev/zero") }
  }

  @Test func otherFormatVersions() throws {
    var bytes = try writtenBytes()
    bytes[8] = 9
    let newer = try failure(bytes)
    #expect(
      newer.exitCode == .incompatible && newer.diagnostics[0].code.rawValue == "bundle-format")
    #expect(
      newer.description.contains("has bundle format 9, this version of Tessera reads format 1"))
    #expect(newer.description.contains("or a newer one"))
    bytes[8] = 0
    #expect(try failure(bytes).description.contains("compile the bundle again"))
  }

  @Test func otherSizes() throws {
    let bytes = try writtenBytes()
    #expect(try failure(bytes.dropLast()).description.contains("it is cut off"))
    #expect(try failure(bytes + [0]).description.contains("longer than it was written"))
  }

  @Test func tooManySections() throws {
    var bytes = try writtenBytes()
    bytes[14] = 0x7F
    #expect(try failure(bytes).description.contains("has no room for the"))
  }

  @Test func damagedTable() throws {
    var bytes = try writtenBytes()
    bytes[130] ^= 1
    #expect(
      try failure(bytes).description.contains("header or section table of '\(folder.path)"))
  }

  /// Changes header and table and signs them anew, as a hostile writer would.
  private func signed(_ bytes: [UInt8], _ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = bytes
    let count = 128 + 64 * Int(bytes[12])
    change(&bytes)
    bytes.replaceSubrange(96..<128, with: [UInt8](repeating: 0, count: 32))
    bytes.replaceSubrange(96..<128, with: SHA256.digest(of: Array(bytes[..<count])))
    return bytes
  }

  @Test func hostileTables() throws {
    let bytes = try writtenBytes(tensors: sampleTensors())
    func message(_ change: (inout [UInt8]) -> Void) throws -> String {
      let error = try failure(signed(bytes, change))
      #expect(
        error.exitCode == .incompatible && error.diagnostics[0].code.rawValue == "damaged-bundle")
      return error.description
    }
    let firstTensor = 128 + 5 * 64
    #expect(try message { $0[24] = 65 }.contains("does not name its producer"))
    #expect(try message { $0[33] = 0x1B }.contains("does not name its producer"))
    #expect(try message { $0[128] = 99 }.contains("section 0 is of an unknown kind"))
    #expect(try message { $0[132] = 3 }.contains("section 0 (program) has an unknown codec"))
    #expect(try message { $0[firstTensor + 6] = 3 }.contains("has an unknown codec"))
    #expect(try message { $0[136] &+= 64 }.contains("section 0 (program) does not lie in the file"))
    #expect(try message { $0[143] = 0xFF }.contains("does not lie in the file"))
    #expect(try message { $0[151] = 0x7F }.contains("does not lie in the file"))
    #expect(try message { $0[192] = 1 }.contains("has 2 sections of kind 'program'"))
    #expect(try message { $0[320] = 3 }.contains("has 2 sections of kind 'recipe.run'"))
    #expect(try message { $0[384] = 4 }.contains("has 2 sections of kind 'ir-text'"))
    // Claims of 2^40 bytes, refused before memory is taken; and of 16 TiB by a tensor.
    #expect(try message { $0[157] = 1 }.contains("section 0 (program) claims"))
    #expect(try message { $0[firstTensor + 29] = 16 }.contains("section 5 (tensor) claims"))
    // Within the limit, but not what the frames hold.
    #expect(try message { $0[155] = 1 }.contains("the section table says"))
    // More than all tensors may have together, though each of the two alone is within it.
    #expect(
      try message { changed in
        for tensor in 0..<2 { changed[firstTensor + tensor * 64 + 28] = 1 }
        for tensor in 0..<2 { changed[firstTensor + tensor * 64 + 27] = 0xF0 }
      }.contains("take more than a bundle may hold"))
  }

  /// Replaces the stored bytes of the first section and signs everything.
  private func replacingProgram(_ stored: [UInt8], rawSize: Int) throws -> [UInt8] {
    var bytes = try writtenBytes()
    let sections = try BundleFile(path: folder.file("a.ipub")).sections
    let old = sections[0].offset..<sections[1].offset
    let gap = (64 - (old.lowerBound + stored.count) % 64) % 64
    let shift = stored.count + gap - old.count
    bytes.replaceSubrange(old, with: stored + [UInt8](repeating: 0, count: gap))
    return signed(bytes) { bytes in
      func put(_ value: Int, _ offset: Int) {
        withUnsafeBytes(of: UInt64(value).littleEndian) {
          bytes.replaceSubrange(offset..<offset + 8, with: $0)
        }
      }
      put(bytes.count, 16)
      put(stored.count, 128 + 16)
      put(rawSize, 128 + 24)
      bytes.replaceSubrange(128 + 32..<128 + 64, with: SHA256.digest(of: stored))
      for (index, section) in sections.enumerated().dropFirst() {
        put(section.offset + shift, 128 + 64 * index + 8)
      }
    }
  }

  @Test func hostileFrames() throws {
    func message(_ stored: [UInt8], rawSize: Int) throws -> String {
      try failure(replacingProgram(stored, rawSize: rawSize)).description
    }
    #expect(try message([1, 2, 3], rawSize: 100).contains("has a damaged frame at byte 0"))
    // A skippable frame of no content, which would be passed over without end or use.
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
    #expect(try message(skippable, rawSize: 100).contains("has a damaged frame at byte 0"))
    // A frame that says it has 2^40 bytes: single segment, size in 8 bytes, one empty last block.
    let huge: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    #expect(try message(huge, rawSize: 64 << 20).contains("has a damaged frame at byte 0"))
    // A frame of 100 bytes by its header, of none by its blocks.
    let hollow: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 100, 1, 0, 0]
    #expect(try message(hollow, rawSize: 100).contains("does not decompress"))
    // Right frames, wrong program.
    let path = try folder.write([UInt8](repeating: 7, count: 1000), "raw")
    if let zstd = Self.zstd {
      _ = try Command.text(of: zstd, ["-q", "-f", path, "-o", folder.file("raw.zst")])
      #expect(
        try message(folder.contents("raw.zst"), rawSize: 1000).contains("not a program"))
    }
  }

  @Test func cutAnywhere() throws {
    let bytes = try writtenBytes(tensors: sampleTensors())
    let sections = try BundleFile(path: folder.file("a.ipub")).sections
    var cuts = [0, 1, 7, 8, 127, 128, 129, 128 + 64 * sections.count]
    for section in sections {
      let end = section.offset + section.storedSize
      cuts += [section.offset - 1, section.offset, section.offset + 1, end - 1, end, end + 1]
    }
    for cut in cuts where cut < bytes.count {
      #expect(try failure(Array(bytes[..<cut])).exitCode == .incompatible)
    }
  }

  /// Every byte counts: 2,000 changes of one byte, each seen, or in a gap and without effect.
  @Test func damagedAnywhere() throws {
    let bytes = try writtenBytes(tensors: [sampleTensors()[3]])
    let program = try sampleProgram()
    let sections = try BundleFile(path: folder.file("a.ipub")).sections
    let covered = sections.map { $0.offset..<$0.offset + $0.storedSize } + [0..<sections[0].offset]
    var numbers = SplitMix64(seed: 7)
    var damaged = bytes
    for number in 0..<2000 {
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      // A bit in half of the cases, a byte in the others.
      damaged[place] ^=
        number % 2 == 0
        ? 1 << Int.random(in: 0..<8, using: &numbers) : UInt8.random(in: 1...255, using: &numbers)
      let path = try folder.write(damaged, "damaged.ipub")
      do {
        let bundle = try Bundle.read(path: path)
        #expect(bundle.program == program)
        #expect(!covered.contains { $0.contains(place) }, "byte \(place) is not covered")
      } catch {
        #expect(error.exitCode == .incompatible)
      }
      damaged[place] = bytes[place]
    }
  }

  // MARK: Writing

  @Test func onlyBundlesAreReplaced() throws {
    let bundle = try sampleBundle()
    let path = try folder.write(Array("precious".utf8), "notes.txt")
    let error = try #require(throws: TesseraError.self) { try bundle.write(to: path) }
    #expect(error.exitCode == .wouldOverwrite)
    #expect(try folder.contents("notes.txt") == Array("precious".utf8))
    try bundle.write(to: path, overwrite: true)
    try bundle.write(to: path)
    #expect(try Bundle.read(path: path).program == bundle.program)
    for other in [folder.path, "/dev/null"] {
      let error = try #require(throws: TesseraError.self) {
        try bundle.write(to: other, overwrite: true)
      }
      #expect(error.exitCode == .wouldOverwrite)
    }
    #expect(try folder.names == ["notes.txt"])
  }

  @Test func linkStaysALink() throws {
    let bundle = try sampleBundle()
    try bundle.write(to: folder.file("real.ipub"))
    try folder.link("link.ipub", to: "real.ipub")
    try bundle.write(to: folder.file("link.ipub"))
    #expect(folder.isLink("link.ipub"))
    #expect(try Bundle.read(path: folder.file("link.ipub")).program == bundle.program)
  }

  @Test func missingFolderIsAnError() throws {
    let error = try #require(throws: TesseraError.self) {
      try sampleBundle().write(to: folder.file("none/a.ipub"))
    }
    #expect(error.exitCode == .inputOutput)
    #expect(try folder.names.isEmpty)
  }

  @Test func wrongTensorsAreRefused() throws {
    let type = TensorType([2], .f32)
    let right = NamedTensorData(name: "t", type: type, bytes: [UInt8](repeating: 0, count: 8))
    let short = NamedTensorData(name: "t", type: type, bytes: [0])
    for tensors in [[short], [right, right]] {
      #expect(throws: TesseraError.self) { try sampleBundle(tensors: tensors) }
    }
    #expect(throws: TesseraError.self) {
      try Bundle(
        producer: String(repeating: "p", count: 65), program: Program(), recipeProgram: [],
        recipeRun: [])
    }
    #expect(throws: TesseraError.self) {
      try Bundle(
        producer: "p", program: Program(),
        recipeProgram: [UInt8](repeating: 0, count: (16 << 20) + 1), recipeRun: [])
    }
  }
}
