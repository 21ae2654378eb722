import Foundations
import Operations

extension Operation {
  /// The results for these operands, or nil for an operation whose meaning lies in what surrounds
  /// it (control, collectives, the host's streams, the replica's number).
  ///
  /// Results are computed in `Double` and rounded once, at the result's element type; a matrix
  /// product is rounded to its partials type before. Every result is the nearest number of its type
  /// to the exact one, but for the error of the `Double` arithmetic.
  /// - Throws: `invalid-operands` where the type rule refuses the operands, `index-out-of-range`
  ///   where an index names no row or column.
  package func evaluate(_ operands: [Tensor]) throws(TesseraError) -> [Tensor]? {
    guard let types = try checkedResultTypes(of: operands) else { return nil }
    switch self {
    case .elementwise(let family): return [family.evaluate(operands, types[0])]
    case .movement(let family): return [family.evaluate(operands, types[0])]
    case .reduction(let family): return [family.evaluate(operands[0], types[0])]
    case .contraction(let family):
      return [try family.evaluate(operands[0], operands[1], types[0])]
    case .indexing(let family):
      return [try family.evaluate(operands[0], operands[1], types[0])]
    case .accumulation(let family): return [try family.evaluate(operands, types[0])]
    case .normalization(let family): return family.evaluate(operands, types)
    case .softmax(let family): return [family.evaluate(operands, types[0])]
    case .random(let family): return [family.evaluate(operands, types[0])]
    case .stash(let family): return [family.evaluate(operands, types[0])]
    case .source(let family): return family.evaluate().map { [$0] }
    case .remote(let family): return [family.evaluate(operands, types[0])]
    case .collective, .control: return nil
    }
  }

  private func checkedResultTypes(
    of operands: [Tensor]
  ) throws(TesseraError) -> [TensorType]? {
    do throws(OperationError) {
      return try resultTypes(of: operands.map(\.type))
    } catch {
      throw invalidOperands(error)
    }
  }

  /// The error for operands that the verifier should have refused.
  func invalidOperands(_ reason: OperationError) -> TesseraError {
    TesseraError(.internalError, code: .invalidOperands, "'\(mnemonic)' \(reason)")
  }
}
