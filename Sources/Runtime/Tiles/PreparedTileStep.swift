import Foundations
import Operations
import TileProgram

/// A step of a function on tiles that is ready to run; a class because it counts how often it does.
final class PreparedTileStep {
  enum Action {
    case exchange(TileExchange, from: Int, to: Int)
    /// The operands' tensors, then the results'.
    case compute(TileVertices, Vertex, tensors: [Int], operandCount: Int)
    /// From the host's elements, or its only one.
    case fill(TileCopies, HostTensor, to: Int)
    case copyBetweenIPUs(TileCopies, from: Int, to: Int)
    /// Through the host's tensor.
    case infeed(TileCopies, stream: String, HostTensor, to: Int)
    case load(TileCopies, buffer: Int, to: Int)
    case store(TileCopies, from: Int, buffer: Int)
    case call(PreparedTileFunction, TileStep.CallSite)
    case `repeat`(count: Int, iteration: [(tensor: Int, copies: TileCopies)], [PreparedTileStep])
    case collective(TileCollective)
    case replicaIndex(TileCopies, Int)
  }

  let step: TileStep
  let site: TileSite
  let action: Action
  /// How often one replica has run it; all replicas run the same.
  var runs = 0

  init(_ step: TileStep, _ site: TileSite, _ action: Action) {
    self.step = step
    self.site = site
    self.action = action
  }

  /// Of a compute set for each tensor the type of the largest box that a tile has.
  var largestTypes: [TensorType] {
    guard case .compute(let vertices, _, let tensors, _) = action else { return [] }
    return tensors.indices.compactMap { index in
      vertices.types.map { $0[index] }.max { $0.count < $1.count }
    }
  }

  /// The copies that the step makes; nil where it does something else.
  var copies: TileCopies? {
    switch action {
    case .exchange(let exchange, _, _): exchange.copies
    case .fill(let copies, _, _), .copyBetweenIPUs(let copies, _, _),
      .infeed(let copies, _, _, _), .load(let copies, _, _), .store(let copies, _, _),
      .replicaIndex(let copies, _):
      copies
    case .compute, .call, .repeat, .collective: nil
    }
  }
}

extension TileStep {
  /// What a call says beside the function.
  struct CallSite {
    var ipu: Int
    var arguments: [Place]
    var results: [Place]
  }
}

/// A function on tiles that is ready to run; a class so that all its calls share it.
final class PreparedTileFunction {
  let number: Int
  let source: TileFunction
  /// For each tensor what each tile has of it.
  let boxes: [TileBoxes]
  /// For each tensor the one whose memory it has: itself, where it is no alias.
  let roots: [Int]
  let steps: [PreparedTileStep]

  init(
    number: Int, _ source: TileFunction, boxes: [TileBoxes], roots: [Int],
    steps: [PreparedTileStep]
  ) {
    self.number = number
    self.source = source
    self.boxes = boxes
    self.roots = roots
    self.steps = steps
  }

  /// A call's step in an error about the function as a whole.
  var site: TileSite { TileSite(function: source.name, path: [], mnemonic: "func.func") }
}

/// What an exchange moves, and where it puts aside what it would write over before it is read.
final class TileExchange {
  let copies: TileCopies
  private let source: TileBoxes
  /// What each tile has of the source, to a memory beside the tiles'.
  private(set) lazy var gather = TileCopies(all: source, elementBytes: copies.elementBytes)
  /// Bytes of that memory for a tile.
  private(set) lazy var gatherStride =
    ((source.counts.max() ?? 0) * copies.elementBytes + 63) / 64 * 64

  init(_ copies: TileCopies, source: TileBoxes) {
    self.copies = copies
    self.source = source
  }
}
