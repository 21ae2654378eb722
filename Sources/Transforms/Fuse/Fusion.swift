import GraphIR
import Operations

// Chains of elementwise operations become one operation each, which reads its operands once, keeps
// what it makes on the way in registers, and writes its results once:
//
//     %0 = add(%x, %bias)          %0 = fuse(%x, %bias) {
//     %1 = gelu_tanh(%0)      →      %1 = add(%a, %b) ; %2 = gelu_tanh(%1) ; yield(%2)
//                                  }
//
// 1. Operations of one shape that read each other are linked. A group is what is linked and can run
//    at one moment: no way leads out of it and back in (`FusionGroups`).
// 2. The function is written anew, each group as one operation where its last member stood, or
//    earlier where something else needs it.
//
// No operation is done twice, so that what is read outside of its group is a result of it. Every value
// is rounded to its element type as before: bits are the same.
//
// Only a function's own block is looked at. What an accumulation's repeat does itself is to add
// gradients, which wait for those of the iteration before, to what does not wait: that is kept apart.
// Chains are made last, because rules for single operations do not look into them.

/// Makes chains of elementwise operations single operations.
package enum Fusion {
  /// The pass.
  package static let pass = Pass(
    "fuse", "makes chains of elementwise operations single operations"
  ) { module, _ in
    let effects = module.functionsWithEffect
    for function in module.functions {
      // What is fused leaves more room to the rest, if seldom: until nothing is found.
      var rewriter = Rewriter(function)
      var isChanged = rewriter.remakeConversions()
      var fused = rewriter.function
      while true {
        let groups = FusionGroups(fused, effects: effects)
        if groups.isEmpty { break }
        var writer = FusionWriter(fused, groups)
        fused = writer.written()
        isChanged = true
      }
      if isChanged { module.insert(fused) }
    }
  }
}

extension Rewriter {
  /// Gives each square that is only summed a conversion of its own, where it squares a conversion that others
  /// read too: so that the converted numbers need not wait for it.
  /// - Returns: whether anything changed.
  fileprivate mutating func remakeConversions() -> Bool {
    let body = function[function.body].operations
    var before: [OperationID: [OperationID]] = [:]
    for id in body {
      let node = function[id]
      guard FusionGroups.isSummedSquare(node, function), function[node.operands[0]].uses.count > 2,
        let maker = function.operation(defining: node.operands[0]),
        case .elementwise(.convert) = function[maker].operation
      else { continue }
      insertionPoint = .end(function.body)
      let copy = insert(function[maker].operation, function[maker].operands)[0]
      for operand in node.operands.indices { setOperand(operand, of: id, to: copy) }
      if let made = function[function.body].operations.last { before[id] = [made] }
    }
    guard !before.isEmpty else { return false }
    reorder(function.body, body.flatMap { (before[$0] ?? []) + [$0] })
    return true
  }
}

/// Writes a function anew with its groups fused.
private struct FusionWriter {
  private let function: Function
  private let groups: FusionGroups
  private var rewriter: Rewriter
  private var map: ValueMap
  /// By the number of the operation in the block.
  private var isWritten: [Bool]

  init(_ function: Function, _ groups: FusionGroups) {
    self.function = function
    self.groups = groups
    rewriter = Rewriter(functionNamed: function.name)
    rewriter.place(function.placement)
    map = ValueMap(for: function)
    isWritten = Array(repeating: false, count: groups.operations.count)
  }

  mutating func written() -> Function {
    for (argument, port) in zip(function.arguments, function.argumentPorts) {
      map[argument] = rewriter.addArgument(function.type(of: argument), port: port)
    }
    for number in groups.operations.indices {
      // A group waits for its last member.
      if let group = groups.group(of: number), groups.members[group].last != number { continue }
      writeWithNeeds(number)
    }
    return rewriter.function
  }

  /// Writes what the operation, with its group, needs and is not there yet, and then itself.
  private mutating func writeWithNeeds(_ number: Int) {
    var pending = [number]
    while let next = pending.last {
      if isWritten[next] {
        pending.removeLast()
        continue
      }
      let needs = groups.needs(of: next).filter { !isWritten[$0] }
      guard needs.isEmpty else {
        pending += needs.reversed()
        continue
      }
      pending.removeLast()
      let members = groups.unit(of: next)
      for member in members { isWritten[member] = true }
      write(members)
    }
  }

  private mutating func write(_ members: ArraySlice<Int>) {
    guard members.count > 1 else {
      let node = function[groups.operations[members[members.startIndex]]]
      if node.operation == .control(.return) {
        rewriter.return(map[node.operands], ports: function.resultPorts)
      } else {
        rewriter.insertCopy(of: node, from: function, reading: map[node.operands], &map)
      }
      return
    }
    let nodes = members.map { function[groups.operations[$0]] }
    let ids = Set(members.map { groups.operations[$0] })
    let made = nodes.flatMap(\.results)
    let results = made.filter { value in
      function[value].uses.contains { !ids.contains($0.operation) }
    }
    // Nothing needs it: it stands nowhere.
    guard !results.isEmpty else { return }
    var operands: [ValueID] = []
    var inner: [ValueID: Int] = [:]
    let isMade = Set(made)
    for operand in nodes.flatMap(\.operands) where !isMade.contains(operand) {
      guard inner[operand] == nil else { continue }
      inner[operand] = operands.count
      operands.append(operand)
    }
    var values: [ValueID: ValueID] = [:]
    let fused = rewriter.fuse(map[operands]) { rewriter, arguments in
      func value(_ old: ValueID) -> ValueID {
        if let number = inner[old] { return arguments[number] }
        guard let value = values[old] else {
          preconditionFailure("members of a group are in order")
        }
        return value
      }
      for node in nodes {
        let copies = rewriter.insert(node.operation, node.operands.map(value))
        for (old, copy) in zip(node.results, copies) { values[old] = copy }
      }
      return results.map(value)
    }
    map.set(results, to: fused)
  }
}
