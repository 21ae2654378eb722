import CHDF5
import Foundations
import Synchronization

/// The HDF5 library, which one thread at a time may enter: Debian builds it without locks of its own.
enum HDF5 {
  private static let lock = Mutex(false)

  /// Runs `body` alone in the library.
  static func locked<Result: Sendable>(
    _ body: () throws(TesseraError) -> Result
  ) throws(TesseraError) -> Result {
    try lock.withLock { isPrepared throws(TesseraError) in
      if !isPrepared { h5_prepare() }
      isPrepared = true
      return try body()
    }
  }

  /// An identifier of the library's, which is given back at its end.
  struct Handle: ~Copyable {
    let id: hid_t
    private let close: (hid_t) -> herr_t

    /// - Throws: `failure` where the library gave no identifier.
    init(
      _ id: hid_t, close: @escaping (hid_t) -> herr_t, or failure: @autoclosure () -> TesseraError
    ) throws(TesseraError) {
      guard id >= 0 else { throw failure() }
      self.id = id
      self.close = close
    }

    deinit {
      _ = close(id)
    }
  }

  /// The library's name for a type of elements, or nil where a Keras file has none of it.
  static func withType<Result: Sendable>(
    of element: SafetensorsElement, _ body: (hid_t) throws(TesseraError) -> Result
  ) throws(TesseraError) -> Result? {
    switch element {
    case .f32: return try body(h5_type_f32le())
    case .f64: return try body(h5_type_f64le())
    case .i32: return try body(h5_type_i32le())
    case .i64: return try body(h5_type_i64le())
    case .f16:
      let type = h5_type_f16le()
      defer { if type >= 0 { H5Tclose(type) } }
      return type >= 0 ? try body(type) : nil
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2, .i16, .u16, .bf16, .u32, .u64: return nil
    }
  }
}
