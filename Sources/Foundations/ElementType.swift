/// The type of one element of a tensor, spelled as in MLIR.
package enum ElementType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 binary16.
  case f16
  /// IEEE 754 binary32.
  case f32
  /// IEEE 754 binary64: only the interpreter computes in it, as an oracle.
  case f64
  /// A signless 32-bit integer.
  case i32
  /// A truth value, one byte in memory.
  case i1

  /// Bytes that one element takes in memory.
  package var byteCount: Int {
    switch self {
    case .f16: 2
    case .f32, .i32: 4
    case .f64: 8
    case .i1: 1
    }
  }

  /// Whether the type is one of the floating-point types.
  package var isFloat: Bool {
    switch self {
    case .f16, .f32, .f64: true
    case .i32, .i1: false
    }
  }

  /// By its place in the list: the hash that comes with a raw value reads the text, and a module's types
  /// are hashed very often.
  package func hash(into hasher: inout Hasher) {
    let place: UInt8 =
      switch self {
      case .f16: 0
      case .f32: 1
      case .f64: 2
      case .i32: 3
      case .i1: 4
      }
    hasher.combine(place)
  }
}
