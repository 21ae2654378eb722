// Inlinable, because these stand in the inner loops of other modules.

extension UnsafeRawBufferPointer {
  /// The little-endian integer that begins at `offset`, which with its bytes must lie in the buffer.
  @inlinable package func littleEndian<Integer: FixedWidthInteger>(at offset: Int) -> Integer {
    Integer(littleEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }
}

extension [UInt8] {
  /// The little-endian integer that begins at `offset`, which with its bytes must lie in the array.
  @inlinable package func littleEndian<Integer: FixedWidthInteger>(at offset: Int) -> Integer {
    withUnsafeBytes { $0.littleEndian(at: offset) }
  }

  /// Appends the bytes of an integer, the lowest first.
  @inlinable package mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
