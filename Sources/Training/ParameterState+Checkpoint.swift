import Bundle
import Checkpoints
import Foundations
import Operations
import Recipe
import Runtime

extension ParameterState {
  private var parameters: [WantedParameter] {
    ports.filter { $0.role == .parameter }.compactMap { port in
      self[port].map { WantedParameter(name: port.name, shape: $0.type.shape) }
    }
  }

  /// Takes the parameters, or parts of them, that a checkpoint has; the others keep their values.
  ///
  /// - Parameters:
  ///   - path: a checkpoint's file of any format, or a folder that holds one.
  ///   - resizesVocabulary: whether a checkpoint with another number of words is taken: its last rows are
  ///     cut, or the rows that it lacks keep their values, with a bias that no prediction falls on.
  ///   - model: the bundle's model, with which a Hugging Face `config.json` beside the checkpoint is
  ///     compared; nil to compare shapes alone.
  /// - Returns: which matched, and which did not.
  /// - Throws: `TesseraError`: incompatible where a tensor has another shape, or `config.json` describes
  ///   another function.
  package func load(
    checkpoint path: String, resizesVocabulary: Bool = false, model: BertConfiguration? = nil
  ) throws -> CheckpointReport {
    let checkpoint = try HuggingFaceCheckpoint(path: path)
    let warnings = try model.map { try checkpoint.compareConfiguration(with: $0) } ?? []
    let layout = checkpoint.layout(of: parameters)
    var (values, report) = try checkpoint.load(
      layout.parts.map { WantedParameter(name: $0.name, shape: $0.shape) },
      leavingOut: layout.neutral, resizesVocabulary: resizesVocabulary)
    for part in layout.parts {
      guard let loaded = values[part.name] else { continue }
      // Of a tensor with fewer rows than the parameter has, these are the first.
      try set(
        loaded, at: part.elements.prefix(loaded.count),
        of: Port(name: part.parameter, role: .parameter))
    }
    report.warnings = warnings
    return report
  }

  private func set(_ values: [Float], at range: Range<Int>, of port: Port) throws {
    guard let count = self[port]?.type.count, range.count < count, var all = self.values(of: port)
    else { return try set(values, of: port) }
    all.replaceSubrange(range, with: values)
    try set(all, of: port)
  }

  /// Writes the parameters under Hugging Face's names, in their own element type, and neutral values
  /// for the tensors that the model has no parameter for.
  /// - Returns: what was written.
  /// - Throws: `would-overwrite`, or `input-output` where the file cannot be written.
  package func save(to path: String, overwrite: Bool) throws -> HuggingFaceLayout {
    let layout = HuggingFaceLayout(parameters)
    var contents: [String: (tensor: HostTensor, elements: Range<Int>)] = [:]
    var descriptions: [SafetensorsWriter.Tensor] = []
    func add(_ name: String, _ shape: [Int], _ tensor: HostTensor, _ elements: Range<Int>) {
      contents[name] = (tensor, elements)
      descriptions.append(
        .init(name: name, shape: shape, element: tensor.type.element == .f16 ? .f16 : .f32))
    }
    for part in layout.parts {
      guard let tensor = self[Port(name: part.parameter, role: .parameter)] else { continue }
      add(part.name, part.shape, tensor, part.elements)
    }
    let element = contents.values.first?.tensor.type.element ?? .f32
    for neutral in layout.neutral {
      let tensor = HostTensor(TensorType(neutral.shape, element), neutral.floats)
      add(neutral.name, neutral.shape, tensor, 0..<tensor.type.count)
    }
    let writer = SafetensorsWriter(path: path, overwrite: overwrite)
    try writer.write(descriptions) { entry throws(TesseraError) in
      guard let (tensor, elements) = contents[entry.name] else {
        throw TesseraError(
          .internalError, code: .noParameter, "there is no parameter '\(entry.name)'")
      }
      let width = entry.element.byteCount
      let bytes = tensor.bytes[elements.lowerBound * width..<elements.upperBound * width]
      return try CheckpointTensor(
        shape: entry.shape, element: entry.element, bytes: Array(bytes))
    }
    return layout
  }
}
