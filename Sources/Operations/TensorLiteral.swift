import Foundations

/// The elements of a constant tensor: one value for all of them, or one each.
package struct TensorLiteral: Hashable, Sendable {
  /// The constant's shape and element type.
  package let type: TensorType
  /// One value where all elements are equal, else `type.count` of them in row-major order; each is
  /// exact in the element type.
  package let values: [Double]

  /// A literal from one value for all elements, or one each; values are rounded to the element type.
  /// - Throws: where the number of values is neither 1 nor the element count, or the type's memory is
  ///   not that of the tiles.
  package init(_ type: TensorType, _ values: [Double]) throws(OperationError) {
    guard values.count == 1 || values.count == type.count, let first = values.first else {
      throw OperationError("\(values.count) elements do not fill \(type)")
    }
    guard type.memory == .tile else {
      throw OperationError("a constant is never in streaming memory, as \(type) says")
    }
    self.type = type
    let rounded = values.map(type.element.round)
    let firstRounded = type.element.round(first)
    let isSplat = rounded.allSatisfy { $0.bitPattern == firstRounded.bitPattern }
    self.values = isSplat ? [firstRounded] : rounded
  }

  /// A literal whose elements are all `value`.
  package init(splat value: Double, _ type: TensorType) {
    self.type = type
    values = [type.element.round(value)]
  }

  /// Whether type and bits are equal: 0 is not −0, and a NaN is itself.
  package static func == (left: Self, right: Self) -> Bool {
    left.type == right.type
      && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    for value in values { hasher.combine(value.bitPattern) }
  }

  /// Whether one value stands for all elements; so too for the only element of a scalar.
  package var isSplat: Bool { values.count == 1 }

  /// Element number `index` in row-major order.
  package subscript(index: Int) -> Double { isSplat ? values[0] : values[index] }
}

extension ElementType {
  /// The value of this type nearest to `value`, ties to even; integers truncate toward zero and
  /// saturate, NaN becomes 0; a truth value is 1 where `value` is not 0.
  package func round(_ value: Double) -> Double {
    switch self {
    case .f64: value
    case .f32: Double(Float(value))
    case .f16: Double(Float16(value))
    case .i32:
      value.isNaN
        ? 0 : min(max(value, Double(Int32.min)), Double(Int32.max)).rounded(.towardZero)
    case .i1: value == 0 ? 0 : 1
    }
  }
}
