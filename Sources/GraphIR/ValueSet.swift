/// A set of values of one function: a flag a value, so that nothing is hashed.
package struct ValueSet: Sendable {
  private var isMember: [Bool]

  /// The empty set for the values that the function now has.
  package init(for function: Function) {
    isMember = Array(repeating: false, count: function.values.count)
  }

  /// The set of some values of the function.
  package init(_ values: [ValueID], of function: Function) {
    self.init(for: function)
    insert(values)
  }

  /// Whether the value is in the set.
  package func contains(_ value: ValueID) -> Bool { isMember[value.index] }

  /// Puts a value into the set.
  /// - Returns: whether it is new.
  @discardableResult
  package mutating func insert(_ value: ValueID) -> Bool {
    let isNew = !isMember[value.index]
    isMember[value.index] = true
    return isNew
  }

  /// Puts values into the set.
  package mutating func insert(_ values: [ValueID]) {
    for value in values { isMember[value.index] = true }
  }

  /// Takes values out of the set.
  package mutating func remove(_ values: [ValueID]) {
    for value in values { isMember[value.index] = false }
  }
}
