import Foundations
import GraphIR
import Operations

/// Which tensors of a function are in parts together: if one of a group is, all are, since elementwise
/// operations read and make them place by place.
///
/// Scalars belong to no group: every replica has them whole.
struct PartGroups {
  /// What can be done with a group.
  struct Group: Hashable {
    /// Whether parts are enough for all operations that read or make its tensors.
    var isSplittable = true
    /// Whether an operation sums all elements of one of its tensors.
    var hasSum = false
    /// Whether such a sum would take in padding that is not 0.
    var sumsPadding = false

    /// Whether the group can be in parts for so many replicas, its tensors having `count` elements.
    func allowsParts(of count: Int, replicas: Int) -> Bool {
      isSplittable && (!sumsPadding || count % replicas == 0)
    }
  }

  private let groupNumbers: [Int?]
  /// The groups, in the order of their first values.
  let groups: [Group]
  /// For each result of the function what its padding holds, where that of the arguments is 0.
  let resultPaddings: [Padding]

  /// The number of the value's group in `groups`; nil for a scalar.
  func group(of value: ValueID) -> Int? { groupNumbers[Int(value.number)] }

  /// - Parameter callees: the groups of every function that is called.
  init(_ function: Function, callees: [String: (function: Function, groups: PartGroups)]) {
    var linking = Linking(function, callees)
    for id in function[function.body].operations { linking.link(id) }
    (groupNumbers, groups) = linking.numbered()
    resultPaddings = function.results.map { linking.paddings[$0] }
  }
}

/// Walks over a function and joins what is in parts together.
private struct Linking {
  let function: Function
  let callees: [String: (function: Function, groups: PartGroups)]
  var sets: DisjointSets
  var paddings: PaddingMap
  var whole: [ValueID] = []
  var summed: [ValueID] = []
  var summedWithPadding: [ValueID] = []

  init(
    _ function: Function, _ callees: [String: (function: Function, groups: PartGroups)]
  ) {
    self.function = function
    self.callees = callees
    sets = DisjointSets(count: function.values.count)
    paddings = PaddingMap(function)
  }

  private func isScalar(_ value: ValueID) -> Bool { function.type(of: value).rank == 0 }

  private mutating func join(_ first: ValueID, _ second: ValueID) {
    sets.join(Int(first.number), Int(second.number))
  }

  mutating func link(_ id: OperationID) {
    let node = function[id]
    switch node.operation {
    case .elementwise, .control(.fuse): linkElementwise(node)
    case .movement(.reshape):
      let (operand, result) = (node.operands[0], node.results[0])
      if isScalar(operand) || isScalar(result) {
        whole += [operand, result]
      } else {
        join(operand, result)
      }
    case .movement(.broadcast):
      if function.type(of: node.operands[0]).count > 1 { whole += node.results }
      whole += node.operands
    case .reduction(let reduction) where reduction.function == .sum && isScalar(node.results[0]):
      let operand = node.operands[0]
      summed.append(operand)
      if paddings[operand] != .number(0) { summedWithPadding.append(operand) }
    case .source(.constant(let literal)) where literal.isSplat: break
    case .control(.return): break
    case .control(.call(let callee)): link(call: node, callee)
    default: whole += function.valuesRead(by: id) + node.results
    }
    paddings.note(node)
  }

  /// What has the result's shape is read and made place by place; beside it there may be scalars.
  private mutating func linkElementwise(_ node: OperationNode) {
    let result = node.results[0]
    let shape = function.type(of: result).shape
    for value in node.operands + node.results {
      let type = function.type(of: value)
      if type.shape == shape {
        join(value, result)
      } else {
        whole.append(value)
        if type.rank > 1 || type.count > 1 { whole.append(result) }
      }
    }
  }

  private mutating func link(call node: OperationNode, _ callee: String) {
    guard let (target, groups) = callees[callee] else {
      whole += node.operands + node.results
      return
    }
    var first: [Int: ValueID] = [:]
    var paddedGroups: Set<Int> = []
    let inner = target.arguments + target.results
    for (value, outer) in zip(inner, node.operands + node.results) {
      guard let number = groups.group(of: value) else { continue }
      join(first[number] ?? outer, outer)
      first[number] = first[number] ?? outer
    }
    for (value, operand) in zip(target.arguments, node.operands) {
      if let number = groups.group(of: value), paddings[operand] != .number(0) {
        paddedGroups.insert(number)
      }
    }
    for (number, group) in groups.groups.enumerated() {
      guard let value = first[number] else { continue }
      if !group.isSplittable { whole.append(value) }
      if group.hasSum { summed.append(value) }
      if group.sumsPadding || group.hasSum && paddedGroups.contains(number) {
        summedWithPadding.append(value)
      }
    }
    for (index, result) in node.results.enumerated() {
      guard let number = groups.group(of: target.results[index]) else { continue }
      paddings[result] = paddedGroups.contains(number) ? .unknown : groups.resultPaddings[index]
    }
  }

  /// The group of each value, and the groups.
  mutating func numbered() -> ([Int?], [PartGroups.Group]) {
    var groups: [PartGroups.Group] = []
    var numbers: [Int: Int] = [:]
    var groupNumbers = function.values.map { _ in Int?.none }
    for index in function.values.indices where function.values[index].type.rank > 0 {
      let representative = sets.representative(of: index)
      let number = numbers[representative] ?? groups.count
      if number == groups.count { groups.append(PartGroups.Group()) }
      numbers[representative] = number
      groupNumbers[index] = number
    }
    func number(_ value: ValueID) -> Int? { groupNumbers[Int(value.number)] }
    for value in whole.compactMap(number) { groups[value].isSplittable = false }
    for value in summed.compactMap(number) { groups[value].hasSum = true }
    for value in summedWithPadding.compactMap(number) { groups[value].sumsPadding = true }
    return (groupNumbers, groups)
  }
}
