/// Which value of a function under construction stands for each value of one that is copied.
package struct ValueMap: Sendable {
  private var values: [ValueID?]

  /// A map for the values that the function now has; nothing stands for them yet.
  package init(for function: Function) {
    values = Array(repeating: nil, count: function.values.count)
  }

  /// The value that stands for an old one, which must be defined before it is read.
  package subscript(old: ValueID) -> ValueID {
    get {
      guard let value = values[old.index] else {
        preconditionFailure("\(old) is copied before its definition: the module is not valid")
      }
      return value
    }
    set { values[old.index] = newValue }
  }

  /// The values that stand for old ones.
  package subscript(old: [ValueID]) -> [ValueID] { old.map { self[$0] } }

  /// The value that stands for an old one, nil where there is none yet.
  package func find(_ old: ValueID) -> ValueID? { values[old.index] }

  /// Makes each new value stand for the old one of its place.
  package mutating func set(_ old: [ValueID], to new: [ValueID]) {
    for (value, replacement) in zip(old, new) { self[value] = replacement }
  }
}
