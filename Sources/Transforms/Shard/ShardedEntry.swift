import Foundations
import GraphIR
import Operations

/// Writes an entry with the chosen moments in parts, level by level: first all that waits for no sum over
/// the replicas, then the sums, then what waits for them.
struct ShardedEntry {
  private let entry: Function
  private let selection: ShardSelection
  private let replicas: Int
  /// The functions of the module, with those that take parts.
  private(set) var functions: UpdateFunctions
  private let effects: Set<String>
  private var rewriter: Rewriter
  private var splits: [OperationID: SplitFunction] = [:]
  /// The level of each operation; of a split call that of its first phase.
  private var levels: [OperationID: Int] = [:]
  private var levelCount = 1
  /// What is read as a whole, and what is read in parts.
  private var isReadWhole: Set<ValueID> = []
  private var isReadInParts: Set<ValueID> = []

  /// What stands for each value of the entry as a whole, and what for its parts.
  private var wholes: ValueMap
  private var parts: [ValueID: ValueID] = [:]
  private var outputs: [OperationID: [SplitFunction.Output: ValueID]] = [:]
  private var totals: [OperationID: [SplitFunction.Output: ValueID]] = [:]

  init(_ entry: Function, _ selection: ShardSelection, _ functions: UpdateFunctions) {
    self.entry = entry
    wholes = ValueMap(for: entry)
    self.selection = selection
    self.functions = functions
    replicas = functions.replicas
    effects = functions.module.functionsWithEffect
    rewriter = Rewriter(functionNamed: entry.name)
  }

  /// The entry; `functions.made` then has what it calls.
  mutating func written() -> Function {
    rewriter.place(entry.placement)
    for (argument, port) in zip(entry.arguments, entry.argumentPorts) {
      let type = entry.type(of: argument)
      if selection.moments.contains(argument) {
        parts[argument] = rewriter.addArgument(
          type.part(replicas: replicas), port: port.map(sharded))
      } else {
        wholes[argument] = rewriter.addArgument(type, port: port)
      }
    }
    let operations = entry[entry.body].operations.filter { !entry[$0].operation.isTerminator }
    for id in operations { plan(id) }
    for value in entry.results { isReadWhole.insert(value) }
    for level in 0..<levelCount {
      for id in operations {
        guard let first = levels[id] else { continue }
        if let split = splits[id] {
          if split.phases.indices.contains(level - first) {
            write(id, split, phase: level - first)
          }
        } else if first == level {
          write(id)
        }
      }
      addTotals(operations, level)
    }
    writeReturn()
    return rewriter.function
  }

  private func sharded(_ port: Port) -> Port {
    var port = port
    port.isSharded = true
    return port
  }

  // MARK: Plan

  private var lastEffect = 0

  private mutating func plan(_ id: OperationID) {
    let node = entry[id]
    let read = entry.outerValuesRead(by: id)
    var level = read.map(level(of:)).max() ?? 0
    if hasEffect(id) {
      // Streams are read in the order of the text.
      level = max(level, lastEffect)
      lastEffect = level
    }
    levels[id] = level
    guard let active = selection.active[id], let callee = callee(node) else {
      isReadWhole.formUnion(read)
      levelCount = max(levelCount, level + 1)
      return
    }
    let split = functions.split(callee, active: active)
    splits[id] = split
    levelCount = max(levelCount, level + split.phases.count)
    let groups = functions.groups(of: callee)
    for (argument, operand) in zip(callee.arguments, node.operands) {
      if groups.group(of: argument).map(active.contains) ?? false {
        isReadInParts.insert(operand)
      } else {
        isReadWhole.insert(operand)
      }
    }
  }

  private func callee(_ node: OperationNode) -> Function? {
    if case .control(.call(let name)) = node.operation { functions.module[name] } else { nil }
  }

  private func hasEffect(_ id: OperationID) -> Bool {
    let node = entry[id]
    if node.operation.hasEffect { return true }
    if case .control(.call(let name)) = node.operation { return effects.contains(name) }
    return node.body.map { entry[$0].operations.contains(where: hasEffect) } ?? false
  }

  private func level(of value: ValueID) -> Int {
    guard case .result(let id, let index) = entry[value].definition, let level = levels[id] else {
      return 0
    }
    return level + (splits[id]?.results[index].phase ?? 0)
  }

  // MARK: Values

  /// The whole value, put together where there are only parts of it.
  private mutating func whole(_ value: ValueID) -> ValueID {
    if wholes.find(value) == nil { gather([value]) }
    guard let copy = wholes.find(value) else {
      preconditionFailure("\(value) of @\(entry.name) is read before it is made")
    }
    return copy
  }

  /// Puts together the values that are in parts only, all at once.
  private mutating func gather(_ values: [ValueID]) {
    var wanted: [ValueID] = []
    var seen: Set<ValueID> = []
    for value in values where wholes.find(value) == nil && parts[value] != nil {
      if seen.insert(value).inserted { wanted.append(value) }
    }
    guard !wanted.isEmpty else { return }
    let gather = Collective.allGather(
      shapes: wanted.map { entry.type(of: $0).shape }, replicas: replicas)
    let copies = rewriter.insert(.collective(gather), wanted.compactMap { parts[$0] })
    wholes.set(wanted, to: copies)
  }

  /// Takes each replica's part of values that all of them have, all at once.
  private mutating func slice(_ values: [ValueID]) {
    var wanted: [ValueID] = []
    var seen: Set<ValueID> = []
    for value in values where parts[value] == nil {
      if seen.insert(value).inserted { wanted.append(value) }
    }
    guard !wanted.isEmpty else { return }
    let copies = rewriter.insert(
      .collective(.replicaSlice(replicas: replicas)), wanted.map { whole($0) })
    for (value, copy) in zip(wanted, copies) { parts[value] = copy }
  }

  // MARK: Operations

  private mutating func write(_ id: OperationID) {
    let node = entry[id]
    if node.operation == .collective(.allReduceSum) {
      writeSums(node)
      return
    }
    let read = entry.outerValuesRead(by: id)
    gather(read)
    rewriter.copy(id, of: entry, &wholes)
  }

  /// Sums that are read in parts only are scattered; the others stay whole.
  private mutating func writeSums(_ node: OperationNode) {
    gather(node.operands)
    let indices = node.results.indices
    let scattered = indices.filter {
      isReadInParts.contains(node.results[$0]) && !isReadWhole.contains(node.results[$0])
    }
    let reduced = indices.filter { !scattered.contains($0) }
    if !scattered.isEmpty {
      let copies = rewriter.insert(
        .collective(.reduceScatterSum(replicas: replicas)),
        scattered.map { whole(node.operands[$0]) })
      for (index, copy) in zip(scattered, copies) { parts[node.results[index]] = copy }
    }
    if !reduced.isEmpty {
      let copies = rewriter.insert(
        node.operation, reduced.map { whole(node.operands[$0]) })
      for (index, copy) in zip(reduced, copies) { wholes[node.results[index]] = copy }
    }
  }

  private mutating func write(_ id: OperationID, _ split: SplitFunction, phase: Int) {
    let node = entry[id]
    guard let callee = callee(node), let active = selection.active[id] else { return }
    let groups = functions.groups(of: callee)
    func isPart(_ value: ValueID) -> Bool {
      groups.group(of: value).map(active.contains) ?? false
    }
    let inner = split.phases[phase]
    var sliced: [ValueID] = []
    var gathered: [ValueID] = []
    for case .argument(let index) in inner.inputs {
      if isPart(callee.arguments[index]) {
        sliced.append(node.operands[index])
      } else {
        gathered.append(node.operands[index])
      }
    }
    slice(sliced)
    gather(gathered)
    let operands = inner.inputs.map { input -> ValueID in
      let operand: ValueID? =
        switch input {
        case .argument(let index):
          isPart(callee.arguments[index])
            ? parts[node.operands[index]] : wholes.find(node.operands[index])
        case .output(let output): outputs[id]?[output]
        case .total(let output): totals[id]?[output]
        }
      guard let operand else {
        preconditionFailure("what a phase of @\(callee.name) reads was made before")
      }
      return operand
    }
    for (index, value) in rewriter.call(inner.function, operands).enumerated() {
      outputs[id, default: [:]][.init(phase: phase, index: index)] = value
    }
    for (index, result) in node.results.enumerated() where split.results[index].phase == phase {
      guard let value = outputs[id]?[split.results[index]] else { continue }
      if isPart(callee.results[index]) { parts[result] = value } else { wholes[result] = value }
    }
  }

  /// Adds up what the phases of this level have summed over parts.
  private mutating func addTotals(_ operations: [OperationID], _ level: Int) {
    var wanted: [(id: OperationID, output: SplitFunction.Output)] = []
    for id in operations {
      guard let split = splits[id], let first = levels[id],
        split.phases.indices.contains(level - first)
      else { continue }
      let phase = level - first
      wanted += split.phases[phase].sums.map { (id, .init(phase: phase, index: $0)) }
    }
    guard !wanted.isEmpty else { return }
    let sums = rewriter.insert(
      .collective(.allReduceSum), wanted.compactMap { outputs[$0.id]?[$0.output] })
    for (place, sum) in zip(wanted, sums) { totals[place.id, default: [:]][place.output] = sum }
  }

  private mutating func writeReturn() {
    let isPart = entry.resultPorts.map { $0.map(selection.ports.contains) ?? false }
    let returned = zip(entry.results, isPart)
    gather(returned.filter { !$0.1 }.map(\.0))
    slice(returned.filter(\.1).map(\.0))
    let values = returned.map { value, isPart in isPart ? parts[value] : wholes.find(value) }
    rewriter.return(
      values.compactMap { $0 },
      ports: zip(entry.resultPorts, isPart).map { port, isPart in isPart ? port.map(sharded) : port
      })
  }
}
