import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Constants are written where they are needed; streams and numbers come to where they are to lie.
  mutating func lower(_ operation: ProgramOperation, _ family: Source) {
    let result = operation.results[0]
    switch family {
    case .constant(let literal): bindings[result] = .constant(literal)
    case .undefined: bindings[result] = .undefined
    case .infeed(let stream, _):
      let output = output(result, natural: self.layout(for: result))
      emit(.infeed(stream: stream, to: output))
      define(result, output)
    case .replicaIndex:
      let output = output(result, natural: self.layout(for: result))
      emit(.replicaIndex(output))
      define(result, output)
    }
  }
}
