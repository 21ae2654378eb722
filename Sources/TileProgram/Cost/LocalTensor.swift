import Foundations
import IPUTarget

/// What the fullest tile has of a tensor: the operand or result of a vertex.
struct LocalTensor {
  /// The tensor's number in its function.
  var number: Int
  /// The whole tensor's shape.
  var whole: [Int]
  /// The largest box's shape.
  var box: [Int]
  var element: ElementType

  init(_ number: Int, _ tensor: TileTensor) {
    self.number = number
    whole = tensor.layout.shape
    box = tensor.layout.largestBox
    element = tensor.element
  }

  /// Elements of the box.
  var count: Int { box.reduce(1, *) }
  /// Bytes of the box.
  var bytes: Int { count * element.byteCount }
  /// Elements of a row: of the last axis.
  var width: Int { box.last ?? 1 }
  /// Rows: all axes but the last.
  var rows: Int { box.dropLast().reduce(1, *) }

  /// Of `lookups` along an axis those that the tile is expected to have, where they are even.
  func hits(of lookups: Int, axis: Int) -> Int {
    (lookups * box[axis]).dividedUp(by: whole[axis])
  }
}
