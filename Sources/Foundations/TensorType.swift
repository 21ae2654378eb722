/// A shape and an element type. Rank 0 is a scalar.
package struct TensorType: Hashable, Sendable {
  /// The extents, those of the slowest axis first; empty for a scalar.
  package var shape: [Int]
  /// The type of each element.
  package var element: ElementType

  package init(_ shape: [Int], _ element: ElementType) {
    self.shape = shape
    self.element = element
  }

  /// The number of axes.
  package var rank: Int { shape.count }

  /// The number of elements: the product of the extents.
  package var count: Int { shape.reduce(1, *) }

  /// Bytes that the tensor takes when its elements stand side by side.
  package var byteCount: Int { count * element.byteCount }
}

extension TensorType: CustomStringConvertible {
  /// MLIR's spelling, `tensor<2x3xf32>`.
  package var description: String {
    "tensor<" + shape.map { "\($0)x" }.joined() + element.rawValue + ">"
  }
}
