import Foundations
import GraphIR
import Operations

/// What outlining saves and costs, in bytes of code on a tile.
///
/// k instances of a body with code C become one body and k calls:
///
///     gain = (k − 1)·C − k·(call + Σ copy(v))        v: arguments and results
///     copy(v) = 16 + bytes(v) / 1472 / 8
///
/// A call copies its arguments to the storage of the function and its results back. A tile has
/// 1/1472 of a tensor, and as the storage lies where the first call's arguments lie, copies stay on
/// the tile, at a vector of 8 bytes a cycle: bytes/1472/8 cycles. A cycle is taken to be worth a byte
/// of code, as a word of code is four bytes and a cycle or more to run. The numbers are orders of
/// magnitude: a function pays by a factor, or is not worth having.
enum OutliningCost {
  /// Tiles of an IPU (Mk2).
  private static let tiles = 1472.0
  /// Bytes that a tile copies in a cycle.
  private static let copyRate = 8.0
  /// Four instructions: two addresses, a loop and its store.
  private static let copyCode = 16.0
  /// The sync, the jump there and back and the supervisor's frame: 16 instructions.
  static let callCode = 64.0

  /// The cost of handing a value of this type to a function, or back. What lies in streaming memory
  /// stays there.
  static func copy(_ type: TensorType) -> Double {
    copyCode + Double(type.tileByteCount) / tiles / copyRate
  }

  /// The estimate of an operation's code on a tile, which does not grow with its tensors.
  static func code(of node: OperationNode, in function: Function) -> Double {
    switch node.operation {
    // Exchange of both operands, partial products, their reduction: some ten compute sets.
    case .contraction: 4096
    // A reduction in two stages with an exchange between them, and what is done to each element.
    case .normalization, .softmax, .reduction, .indexing, .accumulation(.rows): 1024
    // One compute set, and the exchange of operands that lie elsewhere.
    case .elementwise, .random, .accumulation(.slice): 256
    // A name for the same bytes.
    case .movement(.reshape): 0
    // An exchange, and no compute set.
    case .movement, .stash, .remote: 128
    case .source, .collective: 64
    // One compute set and one exchange for all; each operation is a few instructions in its loop.
    case .control(.fuse):
      192 + 64 * Double(node.body.map { function[$0].operations.count - 1 } ?? 0)
    case .control:
      callCode + copyCode * Double(node.operands.count + node.results.count)
    }
  }
}
