import Foundations

/// What a section of a bundle holds. The raw values are the file's.
package enum SectionKind: UInt32, Hashable, Sendable, CaseIterable {
  /// `Program`, as `schemas/bundle.proto` says. Always there.
  case program = 1
  /// The part of the recipe that the program depends on. Always there.
  case recipeProgram = 2
  /// The run-time part of the recipe: paths, names, logging. Always there.
  case recipeRun = 3
  /// The compiler's IR as text, for people.
  case irText = 4
  /// `TensorTable`: what the sections of kind `tensor` hold. There where they are.
  case tensorTable = 5
  /// The elements of one tensor, row-major, little-endian.
  case tensor = 6
  /// `TileProgram`, what every tile holds and does, as `schemas/bundle.proto` says.
  case tiles = 7

  /// The kind as `inspect` prints it.
  package var name: String {
    switch self {
    case .program: "program"
    case .recipeProgram: "recipe.program"
    case .recipeRun: "recipe.run"
    case .irText: "ir-text"
    case .tensorTable: "tensor-table"
    case .tensor: "tensor"
    case .tiles: "tiles"
    }
  }

  /// The raw bytes that a section of this kind may have: what a reader allocates at most.
  package var largestRawSize: Int {
    switch self {
    case .program, .tiles: 64 << 20
    case .recipeProgram, .recipeRun, .tensorTable: 16 << 20
    case .irText: 256 << 20
    case .tensor: Self.largestTensorSizes
    }
  }

  /// The raw bytes of all tensors of a bundle: above BERT-large's weights and moments in f32, 4 GiB.
  package static let largestTensorSizes = 8 << 30
}

/// How a section's bytes are stored.
package enum SectionCodec: Hashable, Sendable {
  case raw
  /// Independent zstd frames, each of at most 16 MiB raw.
  case zstd
  /// As `zstd`, where each frame's bytes stand in planes: the first byte of every element, then the
  /// second, and so on. Floating-point weights compress better so, because exponents are alike.
  case bytePlaneZstd(width: Int)

  /// The codec as `inspect` prints it.
  package var name: String {
    switch self {
    case .raw: "raw"
    case .zstd: "zstd"
    case .bytePlaneZstd(let width): "byte planes of \(width), zstd"
    }
  }
}

/// Where a section lies and how it is stored: a row of the section table.
package struct BundleSection: Hashable, Sendable {
  /// What the section holds.
  package var kind: SectionKind
  /// How its bytes are compressed.
  package var codec: SectionCodec
  /// Bytes from the start of the file; a multiple of 64.
  package var offset: Int
  /// Bytes in the file.
  package var storedSize: Int
  /// Bytes after decompression.
  package var rawSize: Int
  /// SHA-256 of the stored bytes.
  package var digest: [UInt8]

  /// The digest in hexadecimal.
  package var digestText: String { SHA256.text(digest) }
}
