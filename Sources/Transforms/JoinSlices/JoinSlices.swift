import GraphIR
import Operations

/// Makes a sum of parts, each padded with zeros to the size of the whole, the parts side by side.
///
/// The derivative of a slice is a pad, so that a tensor that is read in slices gets its gradient as a
/// sum of padded parts, each as large as the whole. Where they lie along one axis without gap or
/// overlap the sum is
///
///     pad(a, 0) + pad(b, 1) + pad(c, 2) = concatenate(a, b, c)
///
/// with the same bits, but that −0 stays where the sum has 0. What is read no longer is left to `dce`.
package enum JoinSlices {
  /// The pass.
  package static let pass = Pass(
    "join-slices", "puts parts side by side instead of adding them padded with zeros"
  ) { module, _ in
    for function in module.functions {
      var joining = Joining(function)
      if joining.run() { module.insert(joining.rewriter.function) }
    }
  }

  private struct Joining {
    private(set) var rewriter: Rewriter

    init(_ function: Function) {
      rewriter = Rewriter(function)
    }

    /// - Returns: whether anything changed.
    mutating func run() -> Bool {
      // Values that are sums of padded parts which nothing else reads.
      var sums: Set<ValueID> = []
      let operations = rewriter.function.allOperations
      for id in operations {
        let node = rewriter.function[id]
        switch node.operation {
        case .movement(.pad): sums.formUnion(node.results)
        case .elementwise(.binary(.add))
        where node.operands.allSatisfy({ sums.contains($0) && isReadOnce($0) }):
          sums.formUnion(node.results)
        default: continue
        }
      }
      var isChanged = false
      for id in operations {
        guard case .elementwise(.binary(.add)) = rewriter.function[id].operation,
          let sum = rewriter.function[id].results.first, sums.contains(sum),
          isOutermost(sum, sums), let parts = partsSideBySide(of: sum)
        else { continue }
        rewriter.insertionPoint = .before(id)
        let whole = rewriter.concatenate(parts.values, axis: parts.axis)
        rewriter.replaceAllUses(of: sum, with: whole)
        isChanged = true
      }
      return isChanged
    }

    private func isReadOnce(_ value: ValueID) -> Bool { rewriter.function[value].uses.count == 1 }

    /// Whether the sum is read, and not as a part of a larger one.
    private func isOutermost(_ sum: ValueID, _ sums: Set<ValueID>) -> Bool {
      let uses = rewriter.function[sum].uses
      guard let first = uses.first else { return false }
      guard uses.count == 1 else { return true }
      return !rewriter.function[first.operation].results.contains(where: sums.contains)
    }

    private struct Part {
      var value: ValueID
      var starts: [Int]
    }

    /// The padded parts of a sum.
    private func parts(of sum: ValueID) -> [Part] {
      guard case .result(let id, _) = rewriter.function[sum].definition else { return [] }
      let node = rewriter.function[id]
      if case .movement(.pad(let starts, _)) = node.operation {
        return [Part(value: node.operands[0], starts: starts)]
      }
      return node.operands.flatMap(parts(of:))
    }

    /// The parts in their order along the one axis in which they fill the whole; nil where they do not.
    private func partsSideBySide(of sum: ValueID) -> (values: [ValueID], axis: Int)? {
      let whole = rewriter.type(of: sum).shape
      let parts = parts(of: sum)
      let axes = whole.indices.filter { axis in parts.contains { $0.starts[axis] != 0 } }
      guard axes.count == 1, let axis = axes.first else { return nil }
      let sorted = parts.sorted { $0.starts[axis] < $1.starts[axis] }
      var end = 0
      for part in sorted {
        var shape = rewriter.type(of: part.value).shape
        guard part.starts[axis] == end else { return nil }
        end += shape[axis]
        shape[axis] = whole[axis]
        guard shape == whole else { return nil }
      }
      return end == whole[axis] ? (sorted.map(\.value), axis) : nil
    }
  }
}
