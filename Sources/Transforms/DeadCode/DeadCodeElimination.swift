import GraphIR
import Operations

/// Removes operations whose results nothing reads and that do nothing else, and functions that no
/// entry reaches.
package enum DeadCodeElimination {
  /// The pass.
  package static let pass = Pass(
    "dce", "removes what nothing reads: operations, and functions that no entry reaches"
  ) { module, _ in
    let effects = module.functionsWithEffect
    for function in module.functions {
      var rewriter = Rewriter(function)
      if rewriter.removeUnread(effects: effects) { module.insert(rewriter.function) }
    }
    // A module without entries is a piece of text to look at: all of it stays.
    module.removeUnreachable()
  }
}

extension Rewriter {
  /// Erases the operations of all blocks whose results nothing reads and that have no effect.
  /// - Parameter effects: the functions that have one.
  /// - Returns: whether there were any.
  package mutating func removeUnread(effects: Set<String>) -> Bool {
    // Readers stand behind what they read, also those within a region.
    eraseUnread(among: function.allOperations) { $0.hasEffect($1, effects) }
  }
}

extension Function {
  /// Whether an operation, or one of its region, moves a stream on or ends a block.
  fileprivate func hasEffect(_ id: OperationID, _ effects: Set<String>) -> Bool {
    let node = self[id]
    if case .control(.call(let callee)) = node.operation { return effects.contains(callee) }
    guard let body = node.body else { return node.operation.hasEffect }
    return self[body].operations.contains {
      !self[$0].operation.isTerminator && hasEffect($0, effects)
    }
  }
}
