extension Module {
  /// The names of functions that are those of another module, and call functions of the same types: what
  /// of them was valid there is valid here. Other functions may be equal, too.
  func functionsUnchanged(since other: Module) -> Set<String> {
    var same: Set<String> = []
    var hasSameTypes: Set<String> = []
    for function in functions {
      guard let old = other[function.name] else { continue }
      if function.isSame(as: old) { same.insert(function.name) }
      if same.contains(function.name)
        || function.agrees(function.arguments, with: old.arguments, of: old)
          && function.agrees(function.results, with: old.results, of: old)
      {
        hasSameTypes.insert(function.name)
      }
    }
    return Set(
      functions.filter { same.contains($0.name) && $0.callees.allSatisfy(hasSameTypes.contains) }
        .map(\.name))
  }
}

extension Function {
  /// Whether the function and another are copies of one, neither of which was changed: their tables are
  /// the same memory, as a change makes tables of its own.
  fileprivate func isSame(as other: Function) -> Bool {
    name == other.name && placement == other.placement && isShared(values, other.values)
      && isShared(operations, other.operations) && isShared(blocks, other.blocks)
      && isShared(argumentPorts, other.argumentPorts) && isShared(resultPorts, other.resultPorts)
  }

  private func isShared<Element>(_ left: [Element], _ right: [Element]) -> Bool {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        left.count == right.count && (left.isEmpty || left.baseAddress == right.baseAddress)
      }
    }
  }
}

extension Function {
  /// Whether values have the types of others, which may be another function's.
  func agrees(
    _ values: [ValueID], with others: [ValueID], of function: Function
  ) -> Bool {
    guard values.count == others.count else { return false }
    for (value, other) in zip(values, others)
    where self.values[value.index].type != function.values[other.index].type { return false }
    return true
  }

  /// Whether arguments and results are to the host what another function's are.
  func hasPorts(of other: Function) -> Bool {
    argumentPorts == other.argumentPorts && resultPorts == other.resultPorts
  }
}
