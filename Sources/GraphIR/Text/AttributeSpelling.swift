import Foundations
import Operations

extension AttributeValue {
  /// MLIR's spelling of the value.
  var spelling: String {
    switch self {
    case .integer(let value): "\(value) : i64"
    case .integers(let values):
      values.isEmpty
        ? "array<i64>" : "array<i64: " + values.map(String.init).joined(separator: ", ") + ">"
    case .real(let value): FloatSpelling.spell(value, .f64) + " : f64"
    case .boolean(let value): value ? "true" : "false"
    case .string(let text): quoted(text)
    case .symbol(let name): "@\(name)"
    case .element(let element): element.rawValue
    case .literal(let literal): literal.spelling
    }
  }
}

extension TensorLiteral {
  fileprivate var spelling: String {
    guard !isSplat else { return "dense<\(spell(values[0]))> : \(type)" }
    var position = 0
    func nest(_ shape: ArraySlice<Int>) -> String {
      guard let extent = shape.first else {
        defer { position += 1 }
        return spell(values[position])
      }
      return "[" + (0..<extent).map { _ in nest(shape.dropFirst()) }.joined(separator: ", ") + "]"
    }
    return "dense<\(nest(type.shape[...]))> : \(type)"
  }

  private func spell(_ value: Double) -> String {
    switch type.element {
    case .f16, .f32, .f64: FloatSpelling.spell(value, type.element)
    case .i32: String(Int(value))
    case .i1: value == 0 ? "false" : "true"
    }
  }
}
