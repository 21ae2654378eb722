import Foundations

/// A tensor in the host's memory: what an engine takes as argument and gives as result. A class
/// because it owns its memory, which an engine updates in place.
///
/// Elements stand in row-major order, in the machine's byte order, at a multiple of 64 bytes.
package final class HostTensor {
  /// The shape and element type.
  package let type: TensorType
  /// The elements; valid while the tensor lives.
  package let bytes: UnsafeMutableRawBufferPointer

  /// A tensor of zeros.
  package convenience init(_ type: TensorType) {
    self.init(uninitialized: type)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// A tensor that is written before it is read.
  init(uninitialized type: TensorType) {
    self.type = type
    bytes = .allocate(byteCount: type.byteCount, alignment: 64)
  }

  /// A tensor of these elements; see `set(_:)`.
  package convenience init(_ type: TensorType, _ values: [Float]) {
    self.init(type)
    set(values)
  }

  /// A tensor of type i32 with these elements; see `set(_:)`.
  package convenience init(_ shape: [Int], _ values: [Int32]) {
    self.init(TensorType(shape, .i32))
    set(values)
  }

  deinit {
    bytes.deallocate()
  }

  /// Puts these elements in place of the ones before: f16 rounds to nearest even, i32 takes the whole
  /// part (saturating, NaN gives 0), i1 whether the value is not 0.
  /// - Precondition: there is one value for each element.
  package func set(_ values: [Float]) {
    precondition(values.count == type.count, "\(values.count) values do not fill \(type)")
    switch type.element {
    case .f32: values.withUnsafeBytes(bytes.copyMemory(from:))
    case .f16: store(values) { Float16($0) }
    case .f64: store(values) { Double($0) }
    case .i1: store(values) { UInt8($0 == 0 ? 0 : 1) }
    case .i32:
      store(values) { value in
        value.isNaN ? 0 : Int32(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
      }
    }
  }

  /// Puts these elements in place of the ones before.
  /// - Precondition: the type is i32, and there is one value for each element.
  package func set(_ values: [Int32]) {
    precondition(
      type.element == .i32 && values.count == type.count,
      "\(values.count) integers do not fill \(type)")
    values.withUnsafeBytes(bytes.copyMemory(from:))
  }

  /// The elements as f32: f16 and truth values exactly, the others rounded to nearest even.
  package var floats: [Float] {
    switch type.element {
    case .f32: load(Float.self) { $0 }
    case .f16: load(Float16.self) { Float($0) }
    case .f64: load(Double.self) { Float($0) }
    case .i32: load(Int32.self) { Float($0) }
    case .i1: load(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements of a tensor of type i32.
  /// - Precondition: the type is i32.
  package var integers: [Int32] {
    precondition(type.element == .i32, "\(type) does not hold integers")
    return load(Int32.self) { $0 }
  }

  private func store<Element>(_ values: [Float], _ convert: (Float) -> Element) {
    let elements = bytes.bindMemory(to: Element.self)
    for (index, value) in values.enumerated() { elements[index] = convert(value) }
  }

  private func load<Element, Value>(
    _: Element.Type, _ convert: (Element) -> Value
  ) -> [Value] {
    bytes.bindMemory(to: Element.self).map(convert)
  }
}
