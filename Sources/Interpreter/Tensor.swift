import Foundations
import Operations

/// A tensor's type and its elements: what the interpreter's operations take and make.
///
/// Every number is held as a `Double`, which represents each element type exactly, and has been
/// rounded to the element type. A truth value is 0 or 1.
package struct Tensor: Sendable {
  /// The shape and element type.
  package let type: TensorType
  /// The elements in row-major order; each is exact in the element type.
  package let values: [Double]

  /// A tensor of these elements, rounded by `ElementType.round`.
  /// - Precondition: there is one value for each element.
  package init(_ type: TensorType, _ values: [Double]) {
    precondition(values.count == type.count, "\(values.count) values do not fill \(type)")
    self.type = type
    self.values = type.element.roundAll(values)
  }

  /// A tensor of these elements, rounded by `ElementType.round`.
  /// - Precondition: there is one value for each element.
  package init(_ type: TensorType, floats values: [Float]) {
    self.init(type, values.map(Double.init))
  }

  /// A tensor of these elements, rounded by `ElementType.round`.
  /// - Precondition: there is one value for each element.
  package init(_ type: TensorType, integers values: [Int32]) {
    self.init(type, values.map(Double.init))
  }

  /// A tensor whose elements are all `value`, rounded by `ElementType.round`.
  package init(_ type: TensorType, splat value: Double) {
    self.type = type
    values = Array(repeating: type.element.round(value), count: type.count)
  }

  /// The tensor that a literal spells.
  package init(_ literal: TensorLiteral) {
    type = literal.type
    values =
      literal.isSplat
      ? Array(repeating: literal[0], count: literal.type.count) : literal.values
  }

  /// Elements that are exact in the type already, because they were only moved.
  init(moved values: [Double], _ type: TensorType) {
    self.type = type
    self.values = values
  }
}

extension Tensor {
  /// The tensors of a type that stand one after the other in this one.
  func parts(_ type: TensorType, count: Int) -> [Tensor] {
    (0..<count).map { part in
      Tensor(moved: Array(values[part * type.count..<(part + 1) * type.count]), type)
    }
  }
}

extension Tensor: Equatable {
  /// Whether the types and all bits agree: NaN equals the same NaN, 0 does not equal −0.
  package static func == (left: Tensor, right: Tensor) -> Bool {
    left.type == right.type
      && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }
}

extension ElementType {
  /// `round` of each value. The common types have their own loops because the interpreter spends
  /// much of its time here.
  fileprivate func roundAll(_ values: consuming [Double]) -> [Double] {
    switch self {
    case .f64: break
    case .f32: for index in values.indices { values[index] = Double(Float(values[index])) }
    case .f16: for index in values.indices { values[index] = Self.roundToHalf(values[index]) }
    case .i32, .i1: for index in values.indices { values[index] = round(values[index]) }
    }
    return values
  }

  /// `f16.round`, for normal numbers without the library's conversion, which takes ten times as long:
  /// of the 52 fraction bits 42 go, ties to even; a carry into the exponent is right.
  private static func roundToHalf(_ value: Double) -> Double {
    guard value.magnitude >= 0x1p-14 && value.magnitude < 65504 else {
      return ElementType.f16.round(value)
    }
    let bits = value.bitPattern
    let dropped: UInt64 = (1 << 42) - 1
    let roundUp = (dropped >> 1) + (bits >> 42 & 1)
    return Double(bitPattern: (bits + roundUp) & ~dropped)
  }
}
