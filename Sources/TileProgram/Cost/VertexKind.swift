import Foundations
import Operations

/// Code of vertices that a tile has once, however many compute sets run it.
///
/// What tells kinds apart is what would be compiled apart: the operation, element types, and for a product
/// what is transposed; extents are arguments. Nothing public says how large vertices are one by one, so that
/// sizes are assumptions, made to agree with two sums: 2.4 kB a tile for the dozen kinds of a small model
/// (the report of one program in the vendor's tests), and 18 kB for all generated code of inference over
/// 27 layers, products specialised by shape (osmarks/ipu-stack).
struct VertexKind: Hashable {
  /// The operation with what it is specialised by.
  private let name: String
  /// Element types of operands and results.
  private let types: [ElementType]
  /// Bytes of its code.
  let bytes: Int

  /// Bytes of a vertex with one loop: supervisor's entry, workers' shares, the loop with its remainder.
  static let loopBytes = 200
  /// Bytes of each further operation of a chain.
  static let operationBytes = 40
  /// Bytes of a vertex with several loops over rows: softmax, normalisation, reduction.
  static let rowsBytes = 480
  /// Bytes of a product: its entry, 32 loads of a panel's weights, workers' loops for 1, 2 and more rows, and
  /// what brings operands into order.
  static let productBytes = 1200

  init(_ vertex: Vertex, _ operands: [ElementType], _ results: [ElementType]) {
    types = operands + results
    switch vertex {
    case .operation(let operation): (name, bytes) = Self.describe(operation)
    case .partial(let operation): (name, bytes) = Self.describe(operation)
    case .chain(let chain):
      name = chain.map { Operation.elementwise($0).mnemonic }.joined(separator: " ")
      bytes = Self.loopBytes + Self.operationBytes * max(0, chain.count - 1)
    case .addPartials: (name, bytes) = ("add_partials", Self.loopBytes)
    case .partialProduct(let contraction): (name, bytes) = Self.describe(.contraction(contraction))
    }
  }

  private static func describe(_ operation: Operation) -> (name: String, bytes: Int) {
    switch operation {
    case .contraction(let contraction):
      let transposes = "\(contraction.transposesLeft) \(contraction.transposesRight)"
      return ("\(operation.mnemonic) \(contraction.partials) \(transposes)", productBytes)
    case .softmax, .normalization: return (operation.mnemonic, rowsBytes)
    case .reduction(let reduction):
      return ("\(operation.mnemonic) \(reduction.axes)", rowsBytes)
    case .elementwise, .movement, .indexing, .accumulation, .random, .stash, .source:
      return (operation.mnemonic, loopBytes)
    // Never a vertex.
    case .remote, .collective, .control: return (operation.mnemonic, 0)
    }
  }
}
