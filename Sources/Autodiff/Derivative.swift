import Foundations
import Operations

/// The derivative of a function of the module with respect to some of its arguments: the names of the
/// two functions that compute it, and how a caller joins them.
///
/// A caller calls `forward` on the original's operands and later `backward` on `residuals`, each found
/// among the operands and the results of that first call, followed by the gradients of the results
/// `resultsWithGradient`. It gets the gradients of `activeArguments`, in that order, each of its
/// argument's type.
package struct Derivative: Hashable, Sendable {
  /// Where a caller finds a value that the backward function needs.
  package enum Residual: Hashable, Sendable {
    /// The operand of that number, which the caller has itself.
    case argument(Int)
    /// The result of that number of the forward function.
    case result(Int)
  }

  /// The function that returns the original's results, then the residuals that are neither arguments
  /// nor among the results. Where there are none this is the original function.
  package var forward: String
  /// The function from the residuals and the results' gradients to the arguments' gradients.
  package var backward: String
  /// The backward function's first arguments.
  package var residuals: [Residual]
  /// The types of the residuals.
  package var residualTypes: [TensorType]
  /// The results of the original, ascending, whose gradients the backward function takes after the
  /// residuals.
  package var resultsWithGradient: [Int]
  /// The arguments of the original, ascending, whose gradients the backward function returns.
  package var activeArguments: [Int]
}

/// Why a rule gives no gradient: a sentence without its full stop.
struct NotDifferentiable: Error {
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }

  /// The error for a person: which operation of which function.
  func error(_ operation: Operation, in function: String) -> TesseraError {
    TesseraError(
      .internalError, code: .notDifferentiable,
      "'\(operation.mnemonic)' in @\(function) has no derivative: \(reason)",
      notes: ["Its result depends on an active argument, and the loss depends on its result."])
  }
}
