import GraphIR

/// Which value of a function under construction stands for each value of one that is copied.
struct ValueMap {
  private var values: [ValueID?]

  init(for function: Function) {
    values = Array(repeating: nil, count: function.values.count)
  }

  /// The value that stands for an old one, which must be defined before it is read.
  subscript(old: ValueID) -> ValueID {
    get {
      guard let value = values[Int(old.number)] else {
        preconditionFailure("\(old) is copied before its definition: the module is not valid")
      }
      return value
    }
    set { values[Int(old.number)] = newValue }
  }

  /// The values that stand for old ones.
  subscript(old: [ValueID]) -> [ValueID] { old.map { self[$0] } }

  /// Makes each new value stand for the old one of its place.
  mutating func set(_ old: [ValueID], to new: [ValueID]) {
    for (value, replacement) in zip(old, new) { self[value] = replacement }
  }
}
