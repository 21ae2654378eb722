import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// An operation or a chain that computes each element from those at its place: where its first whole
  /// operand lies, so that as little as can be moves.
  mutating func lower(_ operation: ProgramOperation, vertex: Vertex) {
    let results = operation.results.map(type)
    let layout = workLayout(of: operation)
    let ipu = ipu
    let operands = operation.operands.map { value in
      operand(value, in: layout.broadcastOperand(of: type(value).shape), ipu: ipu)
    }
    let replaceable = zip(operation.operands, operands).filter { value, _ in
      vertex.computesInPlace && type(value).shape == results[0].shape
    }
    var outputs: [Int] = []
    for (index, value) in operation.results.enumerated() {
      let candidates = replaceable.filter { type($0.0) == results[index] }.map(\.1)
      outputs.append(
        output(value, natural: layout, replacing: candidates.filter { !outputs.contains($0) }))
    }
    emit(.compute(vertex, operands: operands, results: outputs))
    for (value, tensor) in zip(operation.results, outputs) { define(value, tensor) }
  }

  /// Where the tiles compute: where the result is to lie, if an operand is there, or if none is a whole tensor
  /// of the result's shape; else where the first of these is.
  private func workLayout(of operation: ProgramOperation) -> Layout {
    let result = operation.results[0]
    let shape = type(result).shape
    if context.rules.isReplicated(type(result)) {
      return .replicated(shape, tiles: context.ipu.tiles)
    }
    var candidates: [Layout] = []
    for value in operation.operands where type(value).shape == shape {
      if let layout = wholeTensor(of: value)?.layout { candidates.append(layout) }
    }
    let wanted = self.layout(for: result)
    if candidates.contains(wanted) || candidates.isEmpty { return wanted }
    return candidates[0]
  }
}

extension Vertex {
  /// Whether a result may take the place of an operand of its type.
  fileprivate var computesInPlace: Bool {
    switch self {
    case .operation(.elementwise(.unary)), .operation(.elementwise(.binary)), .chain: true
    default: false
    }
  }
}
