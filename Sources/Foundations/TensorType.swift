/// A shape, an element type, and the memory that the tensor lies in. Rank 0 is a scalar.
package struct TensorType: Hashable, Sendable {
  /// Where a tensor lies.
  package enum Memory: String, Hashable, Sendable, CaseIterable {
    /// The memory of the tiles, which operations compute in.
    case tile
    /// Streaming memory, the DRAM beside the IPUs: what lies there is loaded before it is used.
    case streaming
  }

  /// The extents, those of the slowest axis first; empty for a scalar.
  package var shape: [Int]
  /// The type of each element.
  package var element: ElementType
  /// Where the tensor lies.
  package var memory: Memory

  package init(_ shape: [Int], _ element: ElementType, in memory: Memory = .tile) {
    self.shape = shape
    self.element = element
    self.memory = memory
  }

  /// By the extents as one number, and the element type: a module's types are hashed very often.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(shape.reduce(shape.count) { $0 &* 1_000_003 &+ $1 })
    hasher.combine(element)
  }

  /// The number of axes.
  package var rank: Int { shape.count }

  /// The number of elements: the product of the extents.
  package var count: Int { shape.reduce(1, *) }

  /// Bytes that the tensor takes when its elements stand side by side.
  package var byteCount: Int { count * element.byteCount }

  /// Bytes that the tensor takes of the tiles' memory: none where it lies elsewhere.
  package var tileByteCount: Int { memory == .tile ? byteCount : 0 }

  /// The same shape and element type in this memory.
  package func placed(in memory: Memory) -> TensorType { TensorType(shape, element, in: memory) }
}

extension TensorType: CustomStringConvertible {
  /// MLIR's spelling, `tensor<2x3xf32>`; of streaming memory `tensor<2x3xf32, "streaming">`.
  package var description: String {
    let place = memory == .tile ? "" : ", \"\(memory.rawValue)\""
    return "tensor<" + shape.map { "\($0)x" }.joined() + element.rawValue + place + ">"
  }
}
