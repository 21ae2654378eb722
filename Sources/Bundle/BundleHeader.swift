import Foundations

/// The first bytes of a bundle and its section table. All numbers are little-endian:
///
///     0   8  magic
///     8   4  format version
///     12  4  number of sections
///     16  8  bytes of the whole file
///     24  4  bytes of the producer's name
///     28  4  zero
///     32  64 the producer, such as "tesserac 0.1.0": UTF-8, zeros behind it
///     96  32 SHA-256 of header and section table, with these bytes zero
///
/// The table follows, 64 bytes a section, then the sections in its order, each at the next multiple
/// of 64 with zeros in the gap:
///
///     0   4  kind                8   8  offset       32  32 SHA-256 of the stored bytes
///     4   2  codec               16  8  stored size
///     6   2  width of an element 24  8  raw size
///            in the byte planes
struct BundleHeader {
  /// As in PNG: a byte that is no ASCII, and line ends that a transfer as text would change.
  static let magic: [UInt8] = [0x89, 0x49, 0x50, 0x55, 0x42, 0x0D, 0x0A, 0x1A]
  static let formatVersion: UInt32 = 1
  static let byteCount = 128
  static let sectionByteCount = 64
  static let alignment = 64
  static let largestProducerSize = 64
  static let largestSectionCount = 1 << 16
  private static let digestRange = 96..<128

  var producer: String
  var fileSize: Int
  var sections: [BundleSection]

  init(producer: String, fileSize: Int, sections: [BundleSection]) {
    self.producer = producer
    self.fileSize = fileSize
    self.sections = sections
  }

  /// Bytes of header and table.
  static func byteCount(sectionCount: Int) -> Int { byteCount + sectionByteCount * sectionCount }

  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) & ~(alignment - 1) }

  /// Header and section table as the file has them.
  func encoded() -> [UInt8] {
    var bytes = Self.magic
    bytes.append(littleEndian: Self.formatVersion)
    bytes.append(littleEndian: UInt32(sections.count))
    bytes.append(littleEndian: UInt64(fileSize))
    bytes.append(littleEndian: UInt32(producer.utf8.count))
    bytes.append(littleEndian: UInt32(0))
    bytes += producer.utf8
    bytes += [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
    for section in sections {
      let (codec, width) = section.codec.numbers
      bytes.append(littleEndian: section.kind.rawValue)
      bytes.append(littleEndian: codec)
      bytes.append(littleEndian: width)
      bytes.append(littleEndian: UInt64(section.offset))
      bytes.append(littleEndian: UInt64(section.storedSize))
      bytes.append(littleEndian: UInt64(section.rawSize))
      bytes += section.digest
    }
    bytes.replaceSubrange(Self.digestRange, with: SHA256.digest(of: bytes))
    return bytes
  }

  /// The number of sections, from the first `byteCount` bytes, after what must be known before
  /// anything else can be read has been checked: that it is a bundle, of this format, and whole.
  static func sectionCount(
    header: [UInt8], fileSize: Int, path: String
  ) throws(TesseraError) -> Int {
    guard header.starts(with: magic) else {
      throw TesseraError(
        .incompatible, code: .notABundle,
        "'\(path)' is not a bundle: it does not begin with a bundle's magic bytes",
        remedies: ["name a file that 'tesserac compile' has written"])
    }
    let version: UInt32 = header.littleEndian(at: 8)
    guard version == formatVersion else {
      throw TesseraError(
        .incompatible, code: .bundleFormat,
        "'\(path)' has bundle format \(version), this version of Tessera reads format "
          + "\(formatVersion)",
        remedies: [
          version > formatVersion
            ? "use the version of Tessera that wrote the bundle, or a newer one"
            : "compile the bundle again with this version of tesserac"
        ])
    }
    let statedSize: UInt64 = header.littleEndian(at: 16)
    guard statedSize == UInt64(fileSize) else {
      throw damagedBundle(
        "'\(path)' has \(fileSize) bytes, its header says \(statedSize): it is "
          + (UInt64(fileSize) < statedSize ? "cut off" : "longer than it was written"))
    }
    let count = Int(header.littleEndian(at: 12) as UInt32)
    guard count <= largestSectionCount, byteCount(sectionCount: count) <= fileSize else {
      throw damagedBundle("'\(path)' has no room for the \(count) sections that its header states")
    }
    return count
  }

  /// Reads header and table, `bytes`, after `sectionCount` has accepted the header.
  init(_ bytes: [UInt8], fileSize: Int, path: String) throws(TesseraError) {
    var unsigned = bytes
    unsigned.replaceSubrange(
      Self.digestRange, with: [UInt8](repeating: 0, count: SHA256.byteCount))
    guard SHA256.digest(of: unsigned).elementsEqual(bytes[Self.digestRange]) else {
      throw damagedBundle("the header or section table of '\(path)' differs from its digest")
    }
    let producerSize = Int(bytes.littleEndian(at: 24) as UInt32)
    guard producerSize <= Self.largestProducerSize,
      let producer = String(validating: bytes[32..<32 + producerSize], as: UTF8.self),
      isPrintableName(producer)
    else { throw damagedBundle("'\(path)' does not name its producer in printable text") }
    self.producer = producer
    self.fileSize = fileSize
    sections = []
    let count = (bytes.count - Self.byteCount) / Self.sectionByteCount
    var end = bytes.count
    var tensorSizes = 0
    for number in 0..<count {
      let section = try BundleSection(
        entry: bytes[(Self.byteCount + number * Self.sectionByteCount)...], number: number,
        after: end, fileSize: fileSize)
      end = section.offset + section.storedSize
      if section.kind == .tensor { tensorSizes += section.rawSize }
      guard tensorSizes <= SectionKind.largestTensorSizes else {
        throw damagedBundle("the tensors of '\(path)' take more than a bundle may hold")
      }
      sections.append(section)
    }
    guard end == fileSize else {
      throw damagedBundle("the sections of '\(path)' end at byte \(end) of \(fileSize)")
    }
    try Self.checkKinds(sections, path)
  }

  private static func checkKinds(
    _ sections: [BundleSection], _ path: String
  ) throws(TesseraError) {
    func count(_ kind: SectionKind) -> Int { sections.count { $0.kind == kind } }
    for kind in SectionKind.allCases {
      let isRight =
        switch kind {
        case .program, .recipeProgram, .recipeRun: count(kind) == 1
        case .irText, .tiles: count(kind) <= 1
        case .tensorTable: count(kind) == (count(.tensor) > 0 ? 1 : 0)
        case .tensor: true
        }
      guard isRight else {
        throw damagedBundle("'\(path)' has \(count(kind)) sections of kind '\(kind.name)'")
      }
    }
  }
}

extension BundleSection {
  /// Reads one row of the section table; `end` is where the bytes before the section end.
  fileprivate init(
    entry slice: ArraySlice<UInt8>, number: Int, after end: Int, fileSize: Int
  ) throws(TesseraError) {
    let entry = Array(slice.prefix(BundleHeader.sectionByteCount))
    guard let kind = SectionKind(rawValue: entry.littleEndian(at: 0)) else {
      throw damagedBundle("section \(number) is of an unknown kind")
    }
    let name = "section \(number) (\(kind.name))"
    guard
      let codec = SectionCodec(
        number: entry.littleEndian(at: 4), width: entry.littleEndian(at: 6))
    else { throw damagedBundle("\(name) has an unknown codec") }
    guard let offset = Int(exactly: entry.littleEndian(at: 8) as UInt64),
      let storedSize = Int(exactly: entry.littleEndian(at: 16) as UInt64),
      let rawSize = Int(exactly: entry.littleEndian(at: 24) as UInt64),
      offset == BundleHeader.aligned(end), offset <= fileSize, storedSize <= fileSize - offset
    else { throw damagedBundle("\(name) does not lie in the file behind the one before it") }
    guard rawSize <= kind.largestRawSize,
      storedSize <= codec.largestStoredSize(forRawSize: rawSize)
    else {
      throw damagedBundle(
        "\(name) claims \(rawSize) bytes, stored in \(storedSize); \(kind.largestRawSize) is the "
          + "most that is read")
    }
    self.init(
      kind: kind, codec: codec, offset: offset, storedSize: storedSize, rawSize: rawSize,
      digest: Array(entry[32..<64]))
  }
}

extension SectionCodec {
  fileprivate var numbers: (codec: UInt16, width: UInt16) {
    switch self {
    case .raw: (0, 0)
    case .zstd: (1, 0)
    case .bytePlaneZstd(let width): (2, UInt16(width))
    }
  }

  fileprivate init?(number: UInt16, width: UInt16) {
    switch (number, width) {
    case (0, 0): self = .raw
    case (1, 0): self = .zstd
    case (2, 1), (2, 2), (2, 4), (2, 8): self = .bytePlaneZstd(width: Int(width))
    default: return nil
    }
  }
}
