import Bundle
import Checkpoints
import Foundations
import Operations
import Runtime

extension ParameterState {
  private var parameterNames: [String] {
    ports.filter { $0.role == .parameter }.map(\.name)
  }

  /// Takes the parameters that a checkpoint has; the others keep their values.
  /// - Returns: which matched, and which did not.
  /// - Throws: `TesseraError`: incompatible where a tensor has another shape.
  func load(checkpoint path: String) throws -> CheckpointReport {
    let wanted = parameterNames.compactMap { name in
      self[Port(name: name, role: .parameter)].map {
        WantedParameter(name: name, shape: $0.type.shape)
      }
    }
    let (values, report) = try HuggingFaceCheckpoint(path: path).load(wanted)
    for name in parameterNames {
      if let loaded = values[name] {
        try set(loaded, of: Port(name: name, role: .parameter))
      }
    }
    return report
  }

  /// Writes the parameters under Hugging Face's names, in their own element type.
  func save(to path: String, overwrite: Bool) throws {
    let tensors = parameterNames.compactMap { name -> SafetensorsWriter.Tensor? in
      guard let tensor = self[Port(name: name, role: .parameter)] else { return nil }
      return SafetensorsWriter.Tensor(
        name: name, shape: tensor.type.shape, element: tensor.type.element == .f16 ? .f16 : .f32)
    }
    let writer = SafetensorsWriter(path: path, overwrite: overwrite)
    try writer.write(tensors) { entry throws(TesseraError) in
      guard let tensor = self[Port(name: entry.name, role: .parameter)] else {
        throw TesseraError(
          .internalError, code: .noParameter, "there is no parameter '\(entry.name)'")
      }
      return try CheckpointTensor(
        shape: entry.shape, element: entry.element, bytes: Array(tensor.bytes))
    }
  }
}
