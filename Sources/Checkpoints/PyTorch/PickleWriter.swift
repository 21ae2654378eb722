import Foundations

/// Writes the pickle of a state dictionary, with the instructions of protocol 2 that `torch.save` uses.
struct PickleWriter {
  private(set) var bytes: [UInt8] = [0x80, 2]

  /// A pickle of an OrderedDict of contiguous tensors; the elements of tensor number N are in the
  /// storage of key N.
  init(_ tensors: [CheckpointEntry]) {
    pushEmptyOrderedDictionary()
    mark()
    for (number, tensor) in tensors.enumerated() {
      push(tensor.name)
      push(tensor, key: number)
    }
    bytes += Array("u.".utf8)
  }

  /// `torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`.
  private mutating func push(_ tensor: CheckpointEntry, key: Int) {
    push(global: "torch._utils", "_rebuild_tensor_v2")
    mark()
    mark()
    push("storage")
    push(global: "torch", Self.storageName(tensor.element))
    push(String(key))
    push("cpu")
    push(tensor.shape.reduce(1, *))
    bytes += Array("tQ".utf8)
    push(0)
    push(tuple: tensor.shape)
    push(tuple: Self.strides(of: tensor.shape))
    bytes.append(0x89)  // False: no gradient
    pushEmptyOrderedDictionary()
    bytes += Array("tR".utf8)
  }

  private static func storageName(_ element: SafetensorsElement) -> String {
    element == .f16 ? "HalfStorage" : "FloatStorage"
  }

  /// Row-major strides, in elements.
  private static func strides(of shape: [Int]) -> [Int] {
    shape.indices.map { axis in shape[(axis + 1)...].reduce(1, *) }
  }

  private mutating func pushEmptyOrderedDictionary() {
    push(global: "collections", "OrderedDict")
    bytes += Array(")R".utf8)
  }

  private mutating func mark() { bytes.append(UInt8(ascii: "(")) }

  private mutating func push(global module: String, _ name: String) {
    bytes += Array("c\(module)\n\(name)\n".utf8)
  }

  private mutating func push(_ text: String) {
    bytes.append(UInt8(ascii: "X"))
    bytes.append(littleEndian: UInt32(text.utf8.count))
    bytes += Array(text.utf8)
  }

  private mutating func push(tuple integers: [Int]) {
    mark()
    for integer in integers { push(integer) }
    bytes.append(UInt8(ascii: "t"))
  }

  private mutating func push(_ integer: Int) {
    if let small = Int32(exactly: integer) {
      bytes.append(UInt8(ascii: "J"))
      bytes.append(littleEndian: small)
    } else {
      bytes += [0x8A, 8]
      bytes.append(littleEndian: Int64(integer))
    }
  }
}
