import Foundations

/// Writes safetensors files: equal tensors give equal bytes, and the file appears only when complete.
package struct SafetensorsWriter: Sendable {
  /// A tensor to write, under the name that it gets in the file.
  package typealias Tensor = CheckpointEntry

  /// Where the file appears.
  package var path: String
  /// Whether a file that is there may be replaced.
  package var overwrite: Bool
  /// The strings under `__metadata__`, which is left out where there are none.
  package var metadata: [String: String]

  /// The default metadata is what Hugging Face's loader asks for.
  package init(
    path: String, overwrite: Bool = false, metadata: [String: String] = ["format": "pt"]
  ) {
    self.path = path
    self.overwrite = overwrite
    self.metadata = metadata
  }

  /// Writes `tensors`, asking for the contents of one after the other, so that they need not be in
  /// memory together. They stand in the file by falling element size, then by name, so that every
  /// tensor is aligned to its elements.
  ///
  /// - Throws: `would-overwrite` (exit 73), `input-output` (74), `internal-error` (70) where two
  ///   tensors share a name or contents do not fit their description.
  package func write(
    _ tensors: [Tensor], contents: (Tensor) throws(TesseraError) -> CheckpointTensor
  ) throws(TesseraError) {
    let sorted = tensors.sorted {
      $0.element.byteCount != $1.element.byteCount
        ? $0.element.byteCount > $1.element.byteCount : precedes($0.name, $1.name)
    }
    guard Set(sorted.map(\.name)).count == sorted.count else {
      throw TesseraError(
        .internalError, code: .internalError, "two tensors for \(path) share a name")
    }
    let header = try header(sorted)
    let file = try AtomicFile(path: path, overwrite: overwrite)
    try file.write(header)
    for tensor in sorted {
      let content = try contents(tensor)
      guard content.shape == tensor.shape, content.element == tensor.element else {
        throw TesseraError(
          .internalError, code: .internalError,
          "\(printable(tensor.name)) for \(path) differs from its description")
      }
      try file.write(content.bytes)
    }
    try file.commit()
  }

  /// Writes tensors that are in memory, by name.
  package func write(_ tensors: [String: CheckpointTensor]) throws(TesseraError) {
    let list = tensors.map { Tensor(name: $0, shape: $1.shape, element: $1.element) }
    try write(list) { (tensor) throws(TesseraError) in
      guard let content = tensors[tensor.name] else {
        throw TesseraError(
          .internalError, code: .internalError, "\(printable(tensor.name)) has no contents")
      }
      return content
    }
  }

  /// The length and the header, padded with spaces so that the data begins at a multiple of eight.
  private func header(_ tensors: [Tensor]) throws(TesseraError) -> [UInt8] {
    var fields: [JSON.Plain.Field] = []
    if !metadata.isEmpty {
      let items = metadata.sorted { precedes($0.key, $1.key) }
        .map { JSON.Plain.Field($0.key, .string($0.value)) }
      fields.append(.init("__metadata__", .object(items)))
    }
    var offset = 0
    for tensor in tensors {
      guard let byteCount = tensor.element.byteCount(shape: tensor.shape),
        case (let end, false) = offset.addingReportingOverflow(byteCount)
      else {
        throw TesseraError(
          .internalError, code: .internalError,
          "\(printable(tensor.name)) of shape \(tensor.shape) is too large")
      }
      fields.append(
        .init(
          tensor.name,
          [
            "dtype": .string(tensor.element.rawValue),
            "shape": .array(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var text = Array(JSON.Plain.object(fields).text().utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    var header: [UInt8] = []
    header.append(littleEndian: UInt64(text.count))
    return header + text
  }
}
