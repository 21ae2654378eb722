import Foundations

extension PyTorchTensor {
  /// What the file says of the tensor, once it is sure that it lies within its storage.
  /// - Throws: `checkpoint-damaged` (exit 65).
  func entry(named name: String, path: String) throws(TesseraError) -> CheckpointEntry {
    func wrong(_ message: String) -> TesseraError {
      damaged(path, "\(printable(name)) of shape \(shape) and strides \(strides) \(message)")
    }
    guard storage.element.byteCount(shape: [storage.count]) != nil,
      storage.element.byteCount(shape: shape) != nil
    else { throw wrong("is too large, or has a negative extent") }
    let count = shape.reduce(1, *)
    // A view that repeats elements could ask for any amount of memory.
    guard count <= storage.count else {
      throw wrong("has more elements than its storage, which has \(storage.count)")
    }
    guard strides.count == shape.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw wrong("lies at offset \(offset): not a place")
    }
    if count > 0 {
      guard let last = lastElement, last < storage.count else {
        throw wrong(
          "from offset \(offset) on reaches beyond its storage of \(storage.count) elements")
      }
    }
    return CheckpointEntry(name: name, shape: shape, element: storage.element)
  }

  /// The place of the last element in the storage, or nil where it fits no `Int`.
  private var lastElement: Int? {
    var last = offset
    for (extent, stride) in zip(shape, strides) {
      let (way, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(way)
      if tooFar || overflow { return nil }
      last = sum
    }
    return last
  }

  /// The elements of the storage that hold the tensor; of a tensor that `entry` has checked.
  var elements: Range<Int> {
    let isEmpty = shape.contains(0)
    return isEmpty ? 0..<0 : offset..<(lastElement ?? offset) + 1
  }

  /// The tensor, from the bytes of `elements`.
  func contents(_ bytes: [UInt8]) throws(TesseraError) -> CheckpointTensor {
    try CheckpointTensor(
      shape: shape, element: storage.element, bytes: isContiguous ? bytes : gathered(bytes))
  }

  /// Whether the elements lie side by side in row-major order.
  private var isContiguous: Bool {
    var wanted = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if stride != wanted { return false }
      wanted *= extent
    }
    return true
  }

  private func gathered(_ bytes: [UInt8]) -> [UInt8] {
    let width = storage.element.byteCount
    let count = shape.reduce(1, *)
    var result: [UInt8] = []
    result.reserveCapacity(count * width)
    var index = [Int](repeating: 0, count: shape.count)
    var place = 0
    for _ in 0..<count {
      result += bytes[place * width..<(place + 1) * width]
      // One step in row-major order: the last extent first.
      for axis in shape.indices.reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < shape[axis] { break }
        place -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
    return result
  }
}

extension PickleMachine {
  /// What a state dictionary is kept under, in checkpoints that hold more than one.
  private static let nested = ["state_dict", "model_state_dict", "model", "module"]

  /// The named tensors of a value: of a dictionary, or of the state dictionary in it.
  /// - Throws: `checkpoint-damaged` (exit 65) where there are none.
  func stateDictionary(
    _ root: PickleValue, path: String
  ) throws(TesseraError) -> [String: PyTorchTensor] {
    var value = root
    // A dictionary may hold itself: go in a few times at most.
    for _ in 0..<4 {
      guard case .dictionary(let number) = value else { break }
      var named: [String: PyTorchTensor] = [:]
      var inner: [String: PickleValue] = [:]
      for (key, item) in dictionaries[number] {
        guard case .string(let name) = key else { continue }
        if case .tensor(let tensor) = item { named[name] = tensors[tensor] }
        if case .dictionary = item { inner[name] = item }
      }
      if !named.isEmpty { return named }
      guard let next = Self.nested.lazy.compactMap({ inner[$0] }).first else { break }
      value = next
    }
    throw damaged(path, "the pickle holds no dictionary of tensors")
  }
}
