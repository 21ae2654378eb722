import Foundations

/// A tensor of a checkpoint: its elements side by side in row-major order, little-endian.
package struct CheckpointTensor: Hashable, Sendable {
  /// The extents, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The type of every element.
  package let element: SafetensorsElement
  /// The elements, as many bytes as shape and element say.
  package let bytes: [UInt8]

  /// - Throws: `internal-error` where `bytes` is not as long as shape and element say.
  package init(
    shape: [Int], element: SafetensorsElement, bytes: [UInt8]
  ) throws(TesseraError) {
    guard let wanted = element.byteCount(shape: shape), wanted == bytes.count else {
      throw TesseraError(
        .internalError, code: .internalError,
        "a tensor of shape \(shape) and type \(element.rawValue) was given \(bytes.count) bytes")
    }
    self.shape = shape
    self.element = element
    self.bytes = bytes
  }

  /// A tensor of as many bytes as shape and element say, which the caller knows.
  init(uncheckedShape shape: [Int], element: SafetensorsElement, bytes: [UInt8]) {
    self.shape = shape
    self.element = element
    self.bytes = bytes
  }

  /// A tensor of 32-bit floats.
  package init(shape: [Int], floats: [Float]) throws(TesseraError) {
    try self.init(
      shape: shape, element: .f32,
      bytes: littleEndianBytes(of: floats))
  }

  /// The elements as 32-bit floats: F16 and BF16 exactly, F64 rounded to nearest even.
  ///
  /// - Throws: `checkpoint-element-type` (exit 3) where the elements are no such floats.
  package func floats() throws(TesseraError) -> [Float] {
    switch element {
    case .f32:
      littleEndianFloats()
    case .f16:
      elements(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bf16:
      // A bfloat16 is the upper half of a binary32.
      elements(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .f64:
      elements(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2, .i16, .u16, .i32, .u32, .i64, .u64:
      throw wrongType(wanted: "F32, F16, BF16 or F64")
    }
  }

  /// The elements as integers, from I32 and I64.
  ///
  /// - Throws: `checkpoint-element-type` (exit 3) where the elements are of another type.
  package func integers() throws(TesseraError) -> [Int] {
    switch element {
    case .i32:
      elements(UInt32.self) { Int(Int32(bitPattern: $0)) }
    case .i64:
      elements(UInt64.self) { Int(Int64(bitPattern: $0)) }
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2, .i16, .u16, .f16, .bf16, .u32, .f32, .u64, .f64:
      throw wrongType(wanted: "I32 or I64")
    }
  }

  private func wrongType(wanted: String) -> TesseraError {
    TesseraError(
      .incompatible, code: .checkpointElementType,
      "a tensor of the checkpoint holds \(element.rawValue) where \(wanted) is needed")
  }

  private func littleEndianFloats() -> [Float] {
    let count = bytes.count / 4
    return [Float](unsafeUninitializedCapacity: count) { target, initializedCount in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
      initializedCount = count
    }
  }

  private func elements<Word: FixedWidthInteger, Value>(
    _: Word.Type, _ convert: (Word) -> Value
  ) -> [Value] {
    let width = MemoryLayout<Word>.size
    let count = bytes.count / width
    return bytes.withUnsafeBytes { source in
      [Value](unsafeUninitializedCapacity: count) { target, initializedCount in
        for index in 0..<count {
          target.initializeElement(
            at: index, to: convert(source.littleEndian(at: index * width)))
        }
        initializedCount = count
      }
    }
  }
}

// The hosts (x86-64 and 64-bit Arm under Linux) are little-endian, as the file is: most of a
// checkpoint is F32, which is then copied and not converted.
private func littleEndianBytes(of floats: [Float]) -> [UInt8] {
  floats.withUnsafeBytes { Array($0) }
}
