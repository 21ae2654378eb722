import Foundations

// A path names a value below an object: keys joined by dots, list entries by their numbers in
// brackets, as in `bert_config.hidden_size` and `pipeline_stages[1][0]`.

extension JSON.Value {
  /// The value that a path of keys, without list entries, leads to.
  package func value(atPath path: String) -> JSON.Value? {
    path.split(separator: ".", omittingEmptySubsequences: false)
      .reduce(self as JSON.Value?) { $0?[String($1)] }
  }

  /// The place of the value at `path`, or of the last value on the way that exists.
  package func nearestLocation(toPath path: String) -> SourceLocation {
    var value = self
    for part in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
      if part.last == "]" {
        guard let index = Int(part.dropLast()), let elements = value.elements,
          elements.indices.contains(index)
        else { break }
        value = elements[index]
      } else {
        guard let member = value[String(part)] else { break }
        value = member
      }
    }
    return value.location
  }
}

extension JSON.Plain {
  /// An object from values at paths of keys; a nil value is left out. Paths with a common start
  /// must follow each other.
  static func object(atPaths values: [(path: String, value: JSON.Plain?)]) -> JSON.Plain {
    var fields: [Field] = []
    var rest = values.compactMap { path, value in value.map { (path: path[...], value: $0) } }[...]
    while let first = rest.first {
      let key = first.path.prefix { $0 != "." }
      if key.count == first.path.count {
        fields.append(Field(String(key), first.value))
        rest.removeFirst()
        continue
      }
      let group = rest.prefix { $0.path.hasPrefix(key + ".") }
      rest.removeFirst(group.count)
      let inner = group.map {
        (path: String($0.path.dropFirst(key.count + 1)), value: $0.value as JSON.Plain?)
      }
      fields.append(Field(String(key), object(atPaths: inner)))
    }
    return .object(fields)
  }
}

extension JSON.Value {
  /// Whether the value was written as a whole number, however large.
  var isWhole: Bool {
    switch kind {
    case .integer: true
    case .real(_, let text): !text.contains { ".eE".contains($0) }
    default: false
    }
  }
}
