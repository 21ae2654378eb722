import IPUTarget

/// The memory of one IPU's tiles over a run of the program.
///
/// A tile's data begins behind its own code. What it needs is the highest address that a tensor of its ends
/// at, with its code and what is reserved; of this the gaps are what no tensor lives in at the tile's peak.
package struct IPUMemory: Hashable, Sendable {
  /// What a byte of a tile is for.
  package enum Class: Hashable, Sendable {
    case tensor(TileTensor.Category)
    case vertexCode, exchangeCode, controlCode
    case reserved
    /// Between tensors that live at the peak, or above them where others end at other times.
    case gaps

    /// All classes, in the order of reports.
    package static let all: [Class] =
      TileTensor.Category.allCases.map(Class.tensor)
      + [.vertexCode, .exchangeCode, .controlCode, .reserved, .gaps]

    /// The name in reports.
    package var name: String {
      switch self {
      case .tensor(let category): category.rawValue
      case .vertexCode: "vertex_code"
      case .exchangeCode: "exchange_code"
      case .controlCode: "control_code"
      case .reserved: "reserved"
      case .gaps: "gaps"
      }
    }
  }

  /// Bytes of one class.
  package struct Share: Hashable, Sendable {
    /// What they are for.
    package var `class`: Class
    /// How many.
    package var bytes: Int
  }

  /// A tensor that lives at the peak.
  package struct LiveTensor: Hashable, Sendable {
    /// The function that has it.
    package var function: Int
    /// Its number there.
    package var tensor: Int
    /// Bytes on the tile.
    package var bytes: Int
    /// What it is for.
    package var category: TileTensor.Category
    /// The operation that first touches it; nil where none does.
    package var operation: Int?
  }

  /// A step of a function.
  package struct Moment: Hashable, Sendable {
    /// The function's number.
    package var function: Int
    /// The operation of the program that the step is part of.
    package var operation: Int

    package init(function: Int, operation: Int) {
      self.function = function
      self.operation = operation
    }
  }

  /// The number in the replica.
  package var ipu: Int
  /// For each tile the bytes that it needs, gaps included.
  package var neededBytes: [Int]
  /// For each tile the bytes that live at its own peak, code and reserved ones included.
  package var peakBytes: [Int]
  /// For each tile the bytes that live all the time: the entry's arguments and results, code,
  /// reserved ones.
  package var alwaysLiveBytes: [Int]
  /// For each tile the bytes of code.
  package var codeBytes: [Int]
  /// The tile that needs the most; the first of them.
  package var worstTile: Int
  /// The worst tile's needed bytes by what they are for, in the order of `Class.all`; without empty ones.
  package var shares: [Share]
  /// When the worst tile has its peak: the entry's step, that of the function it calls, and so on.
  package var peak: [Moment]
  /// What lives then on the worst tile, the largest first.
  package var tensors: [LiveTensor]
  /// The bytes that a tile receives in one exchange, at most.
  package var receivedBytes: Int
  /// The tile that receives them.
  package var receivingTile: Int
  /// The exchange; nil where the IPU has none.
  package var receiving: Moment?

  /// Bytes that the worst tile needs.
  package var worstTileBytes: Int { neededBytes[worstTile] }

  /// What does not fit.
  package enum Failure: Hashable, Sendable {
    /// More than a tile has.
    case memory(tile: Int, bytes: Int)
    /// More than a tile has in one exchange.
    case received(tile: Int, bytes: Int)
    /// More code than a tile can run.
    case code(tile: Int, bytes: Int)
  }

  /// What does not fit a chip; empty where all does.
  package func failures(on chip: IPU) -> [Failure] {
    var failures: [Failure] = []
    if worstTileBytes > chip.tileBytes {
      failures.append(.memory(tile: worstTile, bytes: worstTileBytes))
    }
    if receivedBytes > chip.tileBytes {
      failures.append(.received(tile: receivingTile, bytes: receivedBytes))
    }
    if let (tile, bytes) = codeBytes.enumerated().max(by: { $0.element < $1.element }),
      bytes > chip.executableBytes
    {
      failures.append(.code(tile: tile, bytes: bytes))
    }
    return failures
  }
}
