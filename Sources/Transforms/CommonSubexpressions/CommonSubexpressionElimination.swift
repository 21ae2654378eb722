import GraphIR
import Operations

/// Makes readers of equal values read one of them.
///
/// Two operations are equal where operation, attributes and operands are, in a block or an enclosing
/// one. Random operations are as equal as any: their streams are operands, so that two dropouts never
/// have the same. An infeed is never equal to another. Calls are, where the function has no effect.
package enum CommonSubexpressionElimination {
  /// The pass.
  package static let pass = Pass("cse", "computes equal values once") { module, _ in
    let effects = module.functionsWithEffect
    for function in module.functions {
      var elimination = Elimination(function, effects: effects)
      elimination.visit(function.body, known: [:])
      guard !elimination.duplicates.isEmpty else { continue }
      elimination.rewriter.erase(elimination.duplicates)
      module.insert(elimination.rewriter.function)
    }
  }

  private struct Key: Hashable {
    let operation: Operation
    let operands: [ValueID]

    /// By the first operands: calls have many, and those of equal ones mostly begin otherwise.
    func hash(into hasher: inout Hasher) {
      hasher.combine(operation)
      for operand in operands.prefix(2) { hasher.combine(operand) }
    }
  }

  private struct Elimination {
    var rewriter: Rewriter
    let effects: Set<String>
    /// The operations whose results nothing reads any longer.
    var duplicates: [OperationID] = []

    init(_ function: Function, effects: Set<String>) {
      rewriter = Rewriter(function)
      self.effects = effects
    }

    mutating func visit(_ block: BlockID, known outer: [Key: OperationID]) {
      var known = outer
      for id in rewriter.function[block].operations {
        let node = rewriter.function[id]
        if let body = node.body {
          visit(body, known: known)
          continue
        }
        guard !hasEffect(node.operation), !node.results.isEmpty else { continue }
        let key = Key(operation: node.operation, operands: node.operands)
        guard let first = known[key] else {
          known[key] = id
          continue
        }
        for (result, kept) in zip(node.results, rewriter.function[first].results) {
          rewriter.replaceAllUses(of: result, with: kept)
        }
        duplicates.append(id)
      }
    }

    private func hasEffect(_ operation: Operation) -> Bool {
      if case .control(.call(let callee)) = operation { return effects.contains(callee) }
      return operation.hasEffect
    }
  }
}

extension Module {
  /// The functions that move a stream on, themselves or through a call.
  package var functionsWithEffect: Set<String> {
    var found: Set<String> = []
    var grows = true
    while grows {
      grows = false
      for function in functions where !found.contains(function.name) {
        let hasEffect = function.allOperations.contains { id in
          let operation = function[id].operation
          if case .control(.call(let callee)) = operation { return found.contains(callee) }
          return operation.hasEffect && !operation.isTerminator
        }
        if hasEffect {
          found.insert(function.name)
          grows = true
        }
      }
    }
    return found
  }
}
