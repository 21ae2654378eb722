import Foundations
import Operations

/// What made the numbers that are not finite in the results of a run.
package struct NonFiniteFinding: Hashable, Sendable {
  /// Where they begin.
  package enum Cause: Hashable, Sendable {
    /// An argument had them before the run: a parameter, a moment, a number of the run or a batch.
    case argument(Port)
    /// An operation made them from finite operands.
    case operation(MadeNumbers)
    /// The program's own constants have them.
    case constants
  }

  /// Where they begin: of all beginnings that reach a result, the earliest.
  package var cause: Cause
  /// NaNs among the numbers there.
  package var nans: Int
  /// Infinities among the numbers there.
  package var infinities: Int
  /// The place of the first of them, by axis; empty for a scalar.
  package var index: [Int]
  /// The type of the tensor that has them.
  package var type: TensorType
  /// The results that are not finite, in the order of the function's: losses, parameters, moments.
  package var reached: [Port]
}

/// The operation that made the first numbers that are not finite.
package struct MadeNumbers: Hashable, Sendable {
  /// The part of a weight update that an operation belongs to.
  package enum Phase: String, Hashable, Sendable {
    case forward = "the forward pass"
    /// Activations that are computed a second time, for the backward pass.
    case recomputation = "the forward pass, computed again for the backward pass"
    case backward = "the backward pass"
    case optimizer = "the optimizer"
  }

  /// The operation's name, such as `tessera.matmul`.
  package var mnemonic: String
  /// The names of all operations of the chain that it belongs to; empty where it stands alone.
  package var chain: [String]
  /// The functions that were running, outermost first, each with what its parameters say of where in
  /// the model it stands: `encoder_layer (layer 5)`.
  package var path: [String]
  /// The encoder layer, from 0; nil outside of the layers.
  package var layer: Int?
  /// The parameter of which the operation, or the one before it, had the value or the gradient; nil where
  /// none is near.
  package var parameter: String?
  /// The part of the weight update.
  package var phase: Phase
  /// The micro-batch of the weight update, from 0; nil in the optimizer.
  package var microBatch: Int?
  /// The replica, from 0; nil where there is one, or all have the same.
  package var replica: Int?
  /// The largest magnitude in each operand of floating point, in order.
  package var operandMagnitudes: [Float]
  /// The largest magnitude that the result would have without the limit of f16; nil where the result is not
  /// f16, or that is not finite either.
  package var magnitudeWithoutLimit: Float?
  /// Whether an operand was infinite by the program's own constants.
  package var readsInfiniteConstant: Bool
}
