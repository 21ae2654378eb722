import GraphIR

/// A number for some values of a function: a table by `ValueID.number`, where a dictionary would hash.
struct ValueNumbers {
  private var numbers: [Int?]

  /// No value has a number yet.
  init(for function: Function) {
    numbers = Array(repeating: nil, count: function.values.count)
  }

  /// The place of each of the values; of one that occurs twice the first.
  init(placesOf values: [ValueID], in function: Function) {
    self.init(for: function)
    for (place, value) in values.enumerated().reversed() { self[value] = place }
  }

  subscript(value: ValueID) -> Int? {
    get { numbers[Int(value.number)] }
    set { numbers[Int(value.number)] = newValue }
  }
}
