import Operations

/// A number of a tensor that is NaN or infinite.
package struct NonFiniteNumber: Hashable, Sendable {
  /// The tensor.
  package var port: Port
  /// The place of its first such number, in row-major order.
  package var index: Int
  /// That number.
  package var value: Float
}

extension ParameterState {
  /// The first number that is NaN or infinite, in the order of `ports`; nil where all are finite.
  package func firstNonFinite() -> NonFiniteNumber? {
    for port in ports {
      guard let tensor = self[port], let index = NumberScan(tensor)?.first else { continue }
      return NonFiniteNumber(port: port, index: index, value: tensor.float(at: index))
    }
    return nil
  }

  /// The same state in memory of its own: as many bytes again as `byteCount`.
  package func copy() -> ParameterState {
    let copy = ParameterState(uninitializedAs: self)
    copy.restore(from: self)
    return copy
  }

  /// Takes over all numbers of a copy of this state.
  /// - Precondition: `other` is a copy of this state, or this a copy of it.
  package func restore(from other: ParameterState) {
    precondition(ports == other.ports, "states of two programs have different tensors")
    for port in ports {
      guard let tensor = self[port], let source = other[port] else { continue }
      tensor.bytes.copyMemory(from: UnsafeRawBufferPointer(source.bytes))
    }
  }

  /// Bytes of all tensors.
  package var byteCount: Int { ports.reduce(0) { $0 + (self[$1]?.bytes.count ?? 0) } }
}

extension HostTensor {
  /// One element of a tensor of f16 or f32.
  fileprivate func float(at index: Int) -> Float {
    let size = type.element.byteCount
    return type.element == .f16
      ? Float(bytes.load(fromByteOffset: index * size, as: Float16.self))
      : bytes.load(fromByteOffset: index * size, as: Float.self)
  }
}
