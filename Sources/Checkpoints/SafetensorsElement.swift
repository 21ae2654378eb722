/// The element types of a safetensors file that take whole bytes, under the names that the format
/// gives them (https://huggingface.co/docs/safetensors, "Format").
package enum SafetensorsElement: String, Hashable, Sendable, CaseIterable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e4m3 = "F8_E4M3"
  case f8e5m2 = "F8_E5M2"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case i64 = "I64"
  case u64 = "U64"
  case f64 = "F64"

  /// Bytes that one element takes in the file.
  package var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64: 8
    }
  }

  /// Whether `CheckpointTensor.floats` can convert the type.
  package var convertsToFloat: Bool {
    switch self {
    case .f16, .bf16, .f32, .f64: true
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2, .i16, .u16, .i32, .u32, .i64, .u64: false
    }
  }

  /// Bytes that a tensor of `shape` takes, or nil where an extent is negative or the size does not
  /// fit an `Int`: both can come from a hostile file.
  package func byteCount(shape: [Int]) -> Int? {
    // The extents may multiply past Int.max and still come to zero through a later extent of zero;
    // such a shape is refused too, as the format's own library does.
    var total = byteCount
    for extent in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      total = product
    }
    return total
  }
}
