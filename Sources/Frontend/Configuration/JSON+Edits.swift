import Foundations

extension JSON.Value {
  /// Puts a value at a path of keys, adding the objects on the way; false where something else than
  /// an object is in the way.
  mutating func set(_ value: JSON.Value, atPath path: ArraySlice<String>) -> Bool {
    guard let key = path.first else {
      self = value
      return true
    }
    guard case .object(var members) = kind else { return false }
    let index = members.firstIndex { $0.key == key } ?? members.count
    if index == members.count {
      members.append(
        JSON.Member(
          key: key, keyLocation: value.location, value: JSON.Value(.object([]), at: value.location)
        ))
    }
    members[index].keyLocation = value.location
    // What is no object gives way only to the value itself.
    guard members[index].value.set(value, atPath: path.dropFirst()) else { return false }
    kind = .object(members)
    return true
  }

  /// Changes the member at a path of keys; false where there is none.
  private mutating func changeMembers(
    atPath path: ArraySlice<String>, _ change: (inout [JSON.Member], Int) -> Bool
  ) -> Bool {
    guard let key = path.first, case .object(var members) = kind else { return false }
    // A stray key may have dots in it itself.
    let whole = path.joined(separator: ".")
    let stray = members.firstIndex { $0.key == whole }
    guard let index = stray ?? members.firstIndex(where: { $0.key == key }) else { return false }
    let isDone =
      stray != nil
      ? change(&members, index)
      : members[index].value.changeMembers(atPath: path.dropFirst(), change)
    kind = .object(members)
    return isDone
  }

  /// Carries out a change of the configuration; false where it cannot be. Values that are new have
  /// the place of the file's beginning.
  mutating func apply(_ edit: ConfigurationEdit) -> Bool {
    switch edit {
    case .set(let path, let value):
      return set(JSON.Value(plain: value, at: location), atPath: path.keys)
    case .rename(let path, let name):
      return changeMembers(atPath: path.keys) { members, index in
        guard !members.contains(where: { $0.key == name }) else { return false }
        members[index].key = name
        return true
      }
    case .remove(let path):
      return changeMembers(atPath: path.keys) { members, index in
        members.remove(at: index)
        return true
      }
    }
  }

  /// A value without a text, all of it at one place.
  init(plain: JSON.Plain, at location: SourceLocation) {
    let kind: JSON.Kind =
      switch plain {
      case .object(let fields):
        .object(
          fields.map {
            JSON.Member(
              key: $0.key, keyLocation: location, value: JSON.Value(plain: $0.value, at: location))
          })
      case .array(let elements): .array(elements.map { JSON.Value(plain: $0, at: location) })
      case .string(let string): .string(string)
      case .integer(let integer): .integer(integer, text: String(integer))
      case .real(let real): .real(real, text: plain.text())
      case .single(let single): .real(Double(single), text: plain.text())
      case .boolean(let boolean): .boolean(boolean)
      case .null: .null
      }
    self.init(kind, at: location)
  }
}

extension String {
  /// The keys of a path.
  var keys: ArraySlice<String> {
    split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...]
  }
}
