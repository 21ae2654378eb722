import Foundations

/// A sum or maximum over some axes, which the result no longer has. Sums are formed in at least f32
/// and rounded once.
package struct Reduction: OperationFamily {
  /// What the elements along the axes become; raw values end the name in the text.
  package enum Function: String, Hashable, Sendable, CaseIterable {
    case sum
    case maximum
  }

  /// Whether elements are summed or the largest is taken.
  package var function: Function
  /// Ascending, without repeats.
  package var axes: [Int]

  package init(_ function: Function, axes: [Int]) {
    self.function = function
    self.axes = axes
  }

  /// `tessera.reduce_sum` or `tessera.reduce_maximum`.
  package var mnemonic: String { "tessera.reduce_\(function.rawValue)" }

  /// The `axes`, counted from 0.
  package var attributes: [Attribute] { [Attribute("axes", .integers(axes.map(Int64.init)))] }

  /// The reduction that `mnemonic` names, or nil where it is neither of the two.
  /// - Throws: `OperationError` where `axes` is missing or no array of integers.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.reduce_sum": function = .sum
    case "tessera.reduce_maximum": function = .maximum
    default: return nil
    }
    axes = try attributes.integers("axes")
  }

  /// The operand's type without the axes.
  /// - Throws: `OperationError` where the operand is not of floating point, or the axes are not
  ///   ascending ones of it.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 1)
    let operand = operands[0]
    try TypeRules.requireFloat(operand, "the operand")
    let isAscending = zip(axes, axes.dropFirst()).allSatisfy { $0 < $1 }
    try TypeRules.require(
      isAscending && axes.allSatisfy(operand.shape.indices.contains),
      "\(axes) are not ascending axes of \(operand)")
    let kept = operand.shape.indices.filter { !axes.contains($0) }
    return [TensorType(kept.map { operand.shape[$0] }, operand.element)]
  }
}
