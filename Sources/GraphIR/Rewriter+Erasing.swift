extension Rewriter {
  /// Erases an operation, and its region with it; nothing may read its results.
  package mutating func erase(_ id: OperationID) {
    precondition(isUnread(id), "an operation in use is not erased")
    let parent = function[id].parent
    unlink(id)
    if let parent { function.blocks[parent.index].operations.removeAll { $0 == id } }
  }

  /// Erases operations without regions, whose results nothing reads but others of them: each block is
  /// walked once, however many there are.
  package mutating func erase(_ ids: [OperationID]) {
    let parents = ids.compactMap { function[$0].parent }
    for id in ids {
      precondition(function[id].body == nil, "an operation with a region is erased by itself")
      unlink(id)
    }
    precondition(ids.allSatisfy(isUnread), "an operation in use is not erased")
    removeUnlinked(from: parents)
  }

  /// Erases operations whose results nothing reads, and their regions with them, from the last to the
  /// first, so that what only they read follows them: each block is walked once.
  /// - Parameters:
  ///   - candidates: the operations to look at, in the order of the text.
  ///   - isKept: whether an operation stays though nothing reads it.
  /// - Returns: whether there were any.
  @discardableResult
  package mutating func eraseUnread(
    among candidates: [OperationID], unless isKept: (Function, OperationID) -> Bool
  ) -> Bool {
    var parents: [BlockID] = []
    for id in candidates.reversed() {
      guard let parent = function[id].parent, isUnread(id), !isKept(function, id) else { continue }
      unlink(id)
      parents.append(parent)
    }
    removeUnlinked(from: parents)
    return !parents.isEmpty
  }

  private func isUnread(_ id: OperationID) -> Bool {
    function.operations[id.index].results.allSatisfy { function.values[$0.index].uses.isEmpty }
  }

  /// Takes an operation and its region out of the chains of uses; it still stands in its block's list.
  private mutating func unlink(_ id: OperationID) {
    if let body = function.operations[id.index].body {
      for inner in function.blocks[body.index].operations.reversed() { unlink(inner) }
    }
    removeUses(by: id)
    function.operations[id.index].operands = []
    function.operations[id.index].parent = nil
  }

  /// Drops the operations that were taken out of the chains of uses from the lists of blocks.
  private mutating func removeUnlinked(from blocks: [BlockID]) {
    var isWalked = Array(repeating: false, count: function.blocks.count)
    for block in blocks where !isWalked[block.index] {
      isWalked[block.index] = true
      let kept = function.blocks[block.index].operations.filter {
        function.operations[$0.index].parent != nil
      }
      function.blocks[block.index].operations = kept
    }
  }

  /// Takes the operation's operands out of the chains of uses.
  mutating func removeUses(by id: OperationID) {
    for operand in function.operations[id.index].operands {
      function.values[operand.index].uses.removeAll { $0.operation == id }
    }
  }
}
