/// A value that a pickle builds. Lists, tuples and dictionaries stand in the machine's tables and are
/// referred to by number, so that no nesting, however deep, makes anything here recurse.
enum PickleValue: Hashable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// An integer beyond 64 bits, as its little-endian bytes: the number that old checkpoints begin with.
  case longInteger([UInt8])
  case real(Double)
  case string(String)
  case bytes([UInt8])
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case tensor(Int)
  case storage(Int)
  /// The name of a Python object that the machine knows.
  case global(PickleGlobal)
}

/// The Python objects that a checkpoint may name.
enum PickleGlobal: Hashable {
  /// `collections.OrderedDict`, which is built as a dictionary.
  case orderedDictionary
  /// `torch.Size`, a tuple.
  case size
  /// `torch._utils._rebuild_tensor_v2`, and `_rebuild_tensor` before it.
  case rebuildTensor
  /// `torch._utils._rebuild_parameter`.
  case rebuildParameter
  /// `torch.FloatStorage` and its like.
  case storage(SafetensorsElement)

  private static let storages: [String: SafetensorsElement] = [
    "FloatStorage": .f32, "DoubleStorage": .f64, "HalfStorage": .f16, "BFloat16Storage": .bf16,
    "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8,
    "ByteStorage": .u8, "BoolStorage": .bool,
  ]

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let element = Self.storages[name] else { return nil }
      self = .storage(element)
    default: return nil
    }
  }
}

/// Where the elements of tensors lie: a record of the file.
struct PyTorchStorage: Hashable, Sendable {
  /// The record's name.
  var key: String
  /// The type of every element.
  var element: SafetensorsElement
  /// How many elements there are.
  var count: Int
}

/// A view of a storage.
struct PyTorchTensor: Hashable, Sendable {
  var storage: PyTorchStorage
  /// Elements of the storage before the first.
  var offset: Int
  /// The extents, outermost first.
  var shape: [Int]
  /// For each extent, how many elements of the storage one step is.
  var strides: [Int]
}
