import Foundations
import Operations

/// What parser and builder need where a region is known before the results of its operation are.
extension Rewriter {
  /// Makes the operation that owns `block` another one, with results.
  mutating func complete(
    _ block: BlockID, as operation: Operation, resultTypes: [TensorType]
  ) -> [ValueID] {
    guard let owner = function[block].owner else {
      preconditionFailure("the block of a region has an owner")
    }
    setOperation(owner, to: operation)
    return addResults(resultTypes, to: owner)
  }
}
