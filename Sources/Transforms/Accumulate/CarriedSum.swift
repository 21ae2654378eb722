import GraphIR
import Operations

/// A sum that a repeat carries: its value of the next iteration is this one's with a gradient added, and
/// nothing else reads either.
struct CarriedSum {
  /// The number of the carried value.
  var operand: Int
  /// The sum as the iteration finds it.
  var carried: ValueID
  /// What adds the gradient.
  var addition: OperationID
  var gradient: ValueID
}

extension Function {
  /// The sums of a repeat's block of what calls make that lead to stages. Those of single numbers, as of
  /// losses, are not among them: one copy less of a number does not matter.
  func carriedSums(in block: BlockID, _ staged: Set<String>) -> [CarriedSum] {
    guard let last = self[block].operations.last else { return [] }
    return self[last].operands.enumerated().compactMap { index, next in
      let carried = self[block].arguments[index + 1]
      guard type(of: carried).rank > 0, self[carried].uses.count == 1,
        self[next].uses.count == 1, let addition = operation(defining: next),
        self[addition].parent == block, self[addition].operation == .elementwise(.binary(.add))
      else { return nil }
      let operands = self[addition].operands
      guard let gradient = operands.first(where: { $0 != carried }), operands.contains(carried),
        type(of: gradient) == type(of: carried)
      else { return nil }
      let sum = GradientSum(of: gradient, in: block, of: self, places: places(in: block))
      let leads = sum.terms.contains {
        if case .call(let callee, _) = $0.source { staged.contains(callee) } else { false }
      }
      guard leads else { return nil }
      return CarriedSum(operand: index, carried: carried, addition: addition, gradient: gradient)
    }
  }

  /// The place of each operation of a block.
  func places(in block: BlockID) -> [OperationID: Int] {
    var places: [OperationID: Int] = [:]
    for (place, id) in self[block].operations.enumerated() { places[id] = place }
    return places
  }
}
