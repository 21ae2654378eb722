import Bundle
import Foundations
import Operations

/// The constants that are written once, when the program is loaded. Large constants of one value are
/// not among them: their operation fills its result each time, which an operation may then overwrite.
struct ConstantPool {
  /// Bytes of a constant of one value above which it is filled each time.
  static let largestSplat = 4096

  /// Each constant once.
  private(set) var literals: [TensorLiteral] = []
  /// Where each begins in the arena.
  private(set) var offsets: [Int] = []
  private(set) var byteCount = 0
  /// For each operation its constant, or nil.
  private(set) var numbers: [Int?]

  init(_ program: Program) {
    numbers = program.operations.map { _ in nil }
    var known: [TensorLiteral: Int] = [:]
    for (index, operation) in program.operations.enumerated() {
      guard case .source(.constant(let literal)) = operation.operation,
        !literal.isSplat || literal.type.byteCount <= Self.largestSplat
      else { continue }
      if let number = known[literal] {
        numbers[index] = number
        continue
      }
      known[literal] = literals.count
      numbers[index] = literals.count
      literals.append(literal)
      offsets.append(byteCount)
      byteCount += aligned(literal.type.byteCount)
    }
  }

  /// Writes the constants to their places.
  func write(to arena: UnsafeMutableRawPointer) {
    for (literal, offset) in zip(literals, offsets) {
      literal.write(to: arena + offset)
    }
  }
}

extension TensorLiteral {
  fileprivate func write(to start: UnsafeMutableRawPointer) {
    for index in 0..<type.count {
      type.element.store(self[index], to: start + index * type.element.byteCount)
    }
  }
}

extension ElementType {
  /// Writes one element; the value is exact in the type.
  func store(_ value: Double, to place: UnsafeMutableRawPointer) {
    switch self {
    case .f16: place.storeBytes(of: Float16(value), as: Float16.self)
    case .f32: place.storeBytes(of: Float(value), as: Float.self)
    case .f64: place.storeBytes(of: value, as: Double.self)
    case .i32: place.storeBytes(of: Int32(value), as: Int32.self)
    case .i1: place.storeBytes(of: value == 0 ? 0 : 1, as: UInt8.self)
    }
  }
}

/// The multiple of 64 bytes, a cache line, from `byteCount` on.
func aligned(_ byteCount: Int) -> Int {
  (byteCount + 63) & ~63
}
