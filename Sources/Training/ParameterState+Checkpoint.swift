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
  ///   another function; `training-state-damaged` where a run's checkpoint does not hold what was written.
  package func load(
    checkpoint path: String, resizesVocabulary: Bool = false, model: BertConfiguration? = nil
  ) throws -> CheckpointReport {
    let checkpoint = try HuggingFaceCheckpoint(path: path)
    let warnings = try model.map { try checkpoint.compareConfiguration(with: $0) } ?? []
    try TrainingStateFile.verify(checkpoint.file)
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
    let (layout, tensors) = modelTensors()
    try SafetensorsWriter(path: path, overwrite: overwrite).write(tensors)
    return layout
  }

  /// The parameters as Hugging Face's tensors, with neutral ones for what the model has no parameter for.
  func modelTensors() -> (layout: HuggingFaceLayout, tensors: [StoredTensor]) {
    let layout = HuggingFaceLayout(parameters)
    let parts = layout.parts.compactMap { part in
      self[Port(name: part.parameter, role: .parameter)].map {
        StoredTensor(name: part.name, shape: part.shape, of: $0, elements: part.elements)
      }
    }
    let element = parts.first?.description.element == .f16 ? ElementType.f16 : .f32
    let neutral = layout.neutral.map { tensor in
      StoredTensor(
        name: tensor.name,
        of: HostTensor(TensorType(tensor.shape, element), tensor.floats))
    }
    return (layout, parts + neutral)
  }
}

/// A tensor as a file has it: all or a part of one in the host's memory.
struct StoredTensor {
  let description: SafetensorsWriter.Tensor
  private let tensor: HostTensor
  private let byteRange: Range<Int>

  init(name: String, shape: [Int], of tensor: HostTensor, elements: Range<Int>) {
    let element: SafetensorsElement = tensor.type.element == .f16 ? .f16 : .f32
    description = SafetensorsWriter.Tensor(name: name, shape: shape, element: element)
    self.tensor = tensor
    byteRange = elements.lowerBound * element.byteCount..<elements.upperBound * element.byteCount
  }

  init(name: String, of tensor: HostTensor) {
    self.init(
      name: name, shape: tensor.type.shape, of: tensor, elements: 0..<tensor.type.count)
  }

  /// The elements, in the host's memory; valid while the value lives.
  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: tensor.bytes[byteRange])
  }
}

extension SafetensorsWriter {
  /// Writes tensors that are in the host's memory.
  func write(_ tensors: [StoredTensor]) throws(TesseraError) {
    let byName = Dictionary(tensors.map { ($0.description.name, $0) }) { first, _ in first }
    try write(tensors.map(\.description)) { (entry) throws(TesseraError) in
      guard let stored = byName[entry.name] else {
        throw TesseraError(
          .internalError, code: .noParameter, "there is no parameter '\(entry.name)'")
      }
      return try CheckpointTensor(
        shape: entry.shape, element: entry.element, bytes: Array(stored.bytes))
    }
  }
}
