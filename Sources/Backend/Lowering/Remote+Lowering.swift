import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Between a buffer of streaming memory and the tiles.
  mutating func lower(_ operation: ProgramOperation, _ family: Remote) {
    guard case .buffer(let buffer)? = bindings[operation.operands[0]] else {
      preconditionFailure("a valid program loads from buffers")
    }
    switch family {
    case .load:
      let result = operation.results[0]
      let output = output(result, natural: self.layout(for: result))
      emit(.load(buffer: buffer, to: output))
      define(result, output)
    case .store:
      let value = operation.operands[1]
      let layout = wholeTensor(of: value)?.layout ?? self.layout(for: value)
      emit(.store(operand(value, in: layout, ipu: ipu), buffer: buffer))
      bindings[operation.results[0]] = .buffer(buffer)
    }
  }
}
