import Foundations
import TileProgram

/// The elements of a tensor that a bundle carries, such as an initial weight.
package struct NamedTensorData: Hashable, Sendable {
  /// The tensor's name, unique within a bundle.
  package var name: String
  /// The shape and element type.
  package var type: TensorType
  /// Row-major, little-endian: `type.byteCount` bytes.
  package var bytes: [UInt8]
  /// How the bundle stores the elements.
  package var storage: Storage

  /// How the bundle stores the elements.
  package enum Storage: Hashable, Sendable {
    /// As they are, at a multiple of 64 bytes.
    case raw
    case zstd
    /// Best for floating-point weights.
    case bytePlaneZstd
  }

  package init(
    name: String, type: TensorType, bytes: [UInt8], storage: Storage = .bytePlaneZstd
  ) {
    self.name = name
    self.type = type
    self.bytes = bytes
    self.storage = storage
  }

  var codec: SectionCodec {
    switch storage {
    case .raw: .raw
    case .zstd: .zstd
    case .bytePlaneZstd: .bytePlaneZstd(width: type.element.byteCount)
    }
  }
}

/// An executable: everything that a runtime needs to train, whole in memory.
package struct Bundle: Sendable {
  /// Who made the bundle, such as "tesserac 0.1.0"; at most 64 bytes.
  package let producer: String
  /// The functions that the runtime runs, and the parameters that they train.
  package let program: Program
  /// The part of the recipe that the program depends on, as `Recipe` writes it.
  package let recipeProgram: [UInt8]
  /// The run-time part of the recipe: paths, names, logging, unexpanded.
  package let recipeRun: [UInt8]
  /// What every tile holds and does when the program runs, where the compiler has planned it.
  package let tileProgram: TileProgram?
  /// The compiler's IR, for people.
  package let irText: String?
  /// The tensors carried with the program, such as initial weights.
  package let tensors: [NamedTensorData]
  /// SHA-256 over program and program recipe, in hexadecimal: equal where two bundles compute the
  /// same. What differs between runs and machines (run-time keys, IR text, producer, compression,
  /// what tiles do) and the initial weights do not count.
  package let programDigest: String
  let encodedProgram: [UInt8]
  let encodedTiles: [UInt8]?
  let encodedTensorTable: [UInt8]?

  /// Checks the parts and puts them together.
  /// - Throws: `TesseraError` where the program or its tiles' part is not valid, a tensor does not have the bytes of its
  ///   type, two have one name, or a part is larger than a bundle may hold.
  package init(
    producer: String, program: Program, recipeProgram: [UInt8], recipeRun: [UInt8],
    tileProgram: TileProgram? = nil, irText: String? = nil, tensors: [NamedTensorData] = []
  ) throws(TesseraError) {
    try self.init(
      producer: producer, program: program, encodedProgram: try program.encoded(),
      recipeProgram: recipeProgram, recipeRun: recipeRun, tileProgram: tileProgram,
      encodedTiles: try Self.encoded(tileProgram, program), irText: irText, tensors: tensors)
  }

  private static func encoded(
    _ tileProgram: TileProgram?, _ program: Program
  ) throws(TesseraError) -> [UInt8]? {
    try tileProgram?.encoded(for: program)
  }

  /// - Parameters:
  ///   - encodedProgram: the bytes that `program` was read from, or is written as.
  ///   - encodedTiles: those of `tileProgram`.
  init(
    producer: String, program: Program, encodedProgram: [UInt8], recipeProgram: [UInt8],
    recipeRun: [UInt8], tileProgram: TileProgram?, encodedTiles: [UInt8]?, irText: String?,
    tensors: [NamedTensorData]
  ) throws(TesseraError) {
    self.producer = producer
    self.program = program
    self.encodedProgram = encodedProgram
    self.recipeProgram = recipeProgram
    self.recipeRun = recipeRun
    self.tileProgram = tileProgram
    self.encodedTiles = encodedTiles
    self.irText = irText
    self.tensors = tensors
    encodedTensorTable = tensors.isEmpty ? nil : try TensorTable.encode(tensors)
    programDigest = Self.programDigest(
      encodedProgram: encodedProgram, recipeProgram: recipeProgram)
    try checkSizes()
  }

  /// The digest over both parts, each after its length, so that no byte can change sides.
  static func programDigest(encodedProgram: [UInt8], recipeProgram: [UInt8]) -> String {
    var hash = SHA256()
    for part in [encodedProgram, recipeProgram] {
      var length: [UInt8] = []
      length.append(littleEndian: UInt64(part.count))
      hash.update(length)
      hash.update(part)
    }
    return SHA256.text(hash.finish())
  }

  /// Reads a whole bundle, its tensors included; `BundleFile` reads part by part.
  /// - Throws: `TesseraError`: inputMissing, inputOutput, or incompatible where the file is damaged.
  package static func read(path: String) throws(TesseraError) -> Bundle {
    try BundleFile(path: path).bundle()
  }

  private func checkSizes() throws(TesseraError) {
    guard isPrintableName(producer), producer.utf8.count <= BundleHeader.largestProducerSize else {
      throw tooLarge("the producer's name", producer.utf8.count, BundleHeader.largestProducerSize)
    }
    let parts: [(SectionKind, Int)] = [
      (.program, encodedProgram.count), (.recipeProgram, recipeProgram.count),
      (.recipeRun, recipeRun.count), (.tiles, encodedTiles?.count ?? 0),
      (.irText, irText?.utf8.count ?? 0),
      (.tensorTable, encodedTensorTable?.count ?? 0),
      (.tensor, tensors.reduce(0) { $0 + $1.bytes.count }),
    ]
    for (kind, size) in parts where size > kind.largestRawSize {
      throw tooLarge("section '\(kind.name)'", size, kind.largestRawSize)
    }
    let largestCount = BundleHeader.largestSectionCount - SectionKind.allCases.count
    guard tensors.count <= largestCount else {
      throw tooLarge("the list of tensors", tensors.count, largestCount)
    }
  }
}

private func tooLarge(_ part: String, _ size: Int, _ limit: Int) -> TesseraError {
  TesseraError(
    .doesNotFit, code: .bundleTooLarge,
    "\(part) has size \(size), a bundle holds at most \(limit) there")
}
