import Interpreter
import Runtime

extension HostTensor {
  /// The interpreter's tensor as the engine takes it.
  package convenience init(_ tensor: Tensor) {
    self.init(tensor.type)
    if tensor.type.element == .i32 {
      set(tensor.values.map { Int32($0) })
    } else {
      set(tensor.values.map { Float($0) })
    }
  }
}

extension Tensor {
  /// The engine's tensor as the interpreter takes it.
  package init(_ tensor: HostTensor) {
    self.init(
      tensor.type,
      tensor.type.element == .i32
        ? tensor.integers.map(Double.init) : tensor.floats.map(Double.init))
  }
}
