import Foundations
import Operations

extension TensorLiteral {
  /// The values, one for all or one each, as the element type is in memory, little-endian.
  var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.element.byteCount)
    for value in values {
      switch type.element {
      case .f64: bytes.append(littleEndian: value.bitPattern)
      case .f32: bytes.append(littleEndian: Float(value).bitPattern)
      case .f16: bytes.append(littleEndian: Float16(value).bitPattern)
      case .i32: bytes.append(littleEndian: Int32(value))
      case .i1: bytes.append(value == 0 ? 0 : 1)
      }
    }
    return bytes
  }

  /// Reads what `littleEndianBytes` wrote.
  /// - Throws: where the type is no type of a program, or the bytes are not its elements.
  init(_ type: TensorType, littleEndianBytes bytes: UnsafeRawBufferPointer) throws(OperationError) {
    guard type.isWithinLimits else {
      throw OperationError("a literal has an extent below 1, or is too large")
    }
    let width = type.element.byteCount
    let count = bytes.count / width
    guard bytes.count % width == 0, count == 1 || count == type.count else {
      throw OperationError("\(bytes.count) bytes are not the elements of \(type)")
    }
    let values = (0..<count).map { index -> Double in
      let offset = index * width
      return switch type.element {
      case .f64: Double(bitPattern: bytes.littleEndian(at: offset))
      case .f32: Double(Float(bitPattern: bytes.littleEndian(at: offset)))
      case .f16: Double(Float16(bitPattern: bytes.littleEndian(at: offset)))
      case .i32: Double(bytes.littleEndian(at: offset) as Int32)
      case .i1: bytes[offset] == 0 ? 0 : 1
      }
    }
    try self.init(type, values)
  }
}
