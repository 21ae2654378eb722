import Foundations
import GraphIR
import Operations

/// The parameters of an entry whose moments are to be in parts, and the calls that then work on parts.
struct ShardSelection {
  /// The arguments that are to be parts.
  private(set) var moments: Set<ValueID> = []
  /// The ports of those arguments.
  private(set) var ports: Set<Port> = []
  /// For each call that works on parts the groups of its function that are in parts.
  private(set) var active: [OperationID: Set<Int>] = [:]

  /// The operations that read moments.
  private var updates: Set<OperationID> = []

  private struct Moment {
    var port: Port
    var value: ValueID
    /// The value after the update.
    var next: ValueID
  }

  /// - Parameters:
  ///   - smallest: bytes of the smallest moment that is taken.
  ///   - entries: the entries of the module; a moment that several have stays as it is.
  init(
    _ entry: Function, _ functions: inout UpdateFunctions, smallest: Int, entries: [Function]
  ) {
    var counts: [Port: Int] = [:]
    for port in entries.flatMap(\.argumentPorts).compactMap({ $0 })
    where port.role.isOptimizerState {
      counts[port, default: 0] += 1
    }
    var next: [Port: ValueID] = [:]
    for (port, value) in zip(entry.resultPorts, entry.results) {
      if let port, port.role.isOptimizerState { next[port] = value }
    }
    var names: [String] = []
    var candidates: [String: [Moment]] = [:]
    var refused: Set<String> = []
    for (port, value) in zip(entry.argumentPorts, entry.arguments) {
      guard let port, port.role.isOptimizerState else { continue }
      updates.formUnion(entry[value].uses.map(\.operation))
      let type = entry.type(of: value)
      guard let updated = next[port], entry.type(of: updated) == type, type.rank > 0,
        type.byteCount >= smallest, counts[port] == 1, !port.isSharded
      else {
        refused.insert(port.name)
        continue
      }
      if candidates[port.name] == nil { names.append(port.name) }
      candidates[port.name, default: []].append(
        Moment(port: port, value: value, next: updated))
    }
    for name in names where !refused.contains(name) {
      add(candidates[name] ?? [], entry, &functions)
    }
  }

  /// Takes the moments of a parameter where all that is done with them works on parts.
  private mutating func add(
    _ moments: [Moment], _ entry: Function, _ functions: inout UpdateFunctions
  ) {
    var found: [OperationID: Set<Int>] = [:]
    for moment in moments {
      for use in entry[moment.value].uses {
        guard let group = group(of: use, in: entry, &functions) else { return }
        found[use.operation, default: []].insert(group)
      }
    }
    for moment in moments {
      guard isMadeInParts(moment.next, by: found, in: entry, &functions) else { return }
    }
    for (call, groups) in found { active[call, default: []].formUnion(groups) }
    for moment in moments {
      self.moments.insert(moment.value)
      ports.insert(moment.port)
    }
  }

  private func callee(
    of id: OperationID, in entry: Function, _ functions: UpdateFunctions
  ) -> Function? {
    guard case .control(.call(let name)) = entry[id].operation, entry[id].parent == entry.body
    else { return nil }
    return functions.module[name]
  }

  /// The group in which a call's function has a moment, where the group can be in parts.
  private func group(
    of use: Use, in entry: Function, _ functions: inout UpdateFunctions
  ) -> Int? {
    guard let callee = callee(of: use.operation, in: entry, functions) else { return nil }
    let groups = functions.groups(of: callee)
    let operands = entry[use.operation].operands
    let count = entry.type(of: operands[use.operand]).count
    guard let number = groups.group(of: callee.arguments[use.operand]),
      groups.groups[number].allowsParts(of: count, replicas: functions.replicas)
    else { return nil }
    for (argument, operand) in zip(callee.arguments, operands)
    where groups.group(of: argument) == number {
      // What another update made might come in parts, and of its padding nothing is known.
      if let maker = entry.operation(defining: operand),
        updates.contains(maker)
      {
        return nil
      }
    }
    return number
  }

  /// Whether the moment's next value is a result of one of the calls, in parts and with padding of 0
  /// where it is summed.
  private func isMadeInParts(
    _ value: ValueID, by calls: [OperationID: Set<Int>], in entry: Function,
    _ functions: inout UpdateFunctions
  ) -> Bool {
    guard case .result(let id, let index) = entry[value].definition, let found = calls[id],
      let callee = callee(of: id, in: entry, functions)
    else { return false }
    let groups = functions.groups(of: callee)
    guard let number = groups.group(of: callee.results[index]), found.contains(number) else {
      return false
    }
    let count = entry.type(of: value).count
    return !groups.groups[number].hasSum || count % functions.replicas == 0
      || groups.resultPaddings[index] == .number(0)
  }
}
