import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Lowers an operation by its family.
  mutating func lower(_ operation: ProgramOperation) {
    switch operation.operation {
    case .elementwise(let family): lower(operation, vertex: .operation(.elementwise(family)))
    case .movement(let family): lower(operation, family)
    case .reduction(let family): lower(operation, family)
    case .contraction(let family): lower(operation, family)
    case .indexing(let family): lower(operation, family)
    case .accumulation(let family): lower(operation, family)
    case .normalization(let family): lower(operation, family)
    case .softmax(let family): lower(operation, family)
    case .random(let family): lower(operation, family)
    case .stash(let family): lower(operation, family)
    case .source(let family): lower(operation, family)
    case .remote(let family): lower(operation, family)
    case .collective(let family): lower(operation, family)
    case .control(let family): lower(operation, family)
    }
  }

  func type(_ value: Program.ValueIndex) -> TensorType { program.type(of: value) }
}
