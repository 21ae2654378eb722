import Foundations
import GraphIR
import Operations

/// Writes a function as the phases of a `SplitFunction`.
///
/// An operation belongs to the first phase in which all that it reads is there; a sum over a part is read
/// one phase later, when the replicas have added up theirs.
struct FunctionSplitter {
  private let function: Function
  private let groups: PartGroups
  /// The groups that are in parts.
  private let active: Set<Int>
  private let replicas: Int
  /// The calls of functions that are split.
  private let calls: [OperationID: (callee: Function, split: SplitFunction)]
  private var phases: [PhaseWriter] = []
  private var definitions: [Item: Definition] = [:]
  /// What stands for the results of split calls.
  private var callResults: [ValueID: Item] = [:]

  /// Something that a phase may read.
  private enum Item: Hashable {
    case value(ValueID)
    case output(OperationID, SplitFunction.Output)
    case total(OperationID, SplitFunction.Output)
  }

  private enum Definition {
    /// A value of a phase.
    case made(phase: Int, ValueID)
    /// The sum over the replicas of a value of a phase.
    case total(phase: Int, ValueID)

    /// The first phase that can read it.
    var phase: Int {
      switch self {
      case .made(let phase, _): phase
      case .total(let phase, _): phase + 1
      }
    }
  }

  /// - Parameter calls: how the functions that get parts are split, by their calls.
  init(
    _ function: Function, _ groups: PartGroups, active: Set<Int>, replicas: Int,
    calls: [OperationID: (callee: Function, split: SplitFunction)]
  ) {
    self.function = function
    self.groups = groups
    self.active = active
    self.replicas = replicas
    self.calls = calls
  }

  private func isPart(_ value: ValueID) -> Bool {
    groups.group(of: value).map(active.contains) ?? false
  }

  private func type(_ value: ValueID) -> TensorType {
    let type = function.type(of: value)
    return isPart(value) ? type.part(replicas: replicas) : type
  }

  /// - Parameter name: gives each of so many phases its name.
  mutating func split(naming name: (_ phase: Int, _ of: Int) -> String) -> SplitFunction {
    for (phase, arguments) in argumentsOfPhases().enumerated() {
      phases.append(PhaseWriter(for: function))
      for index in arguments.sorted() {
        let value = function.arguments[index]
        phases[phase].values[value] = phases[phase].add(type(value), .argument(index))
      }
    }
    for id in function[function.body].operations {
      if function[id].operation.isTerminator { continue }
      if let call = calls[id] { write(id, call.callee, call.split) } else { write(id) }
    }
    let results = function.results.map { value in
      let phase = phase(of: value)
      let copy = use(value, in: phase)
      return SplitFunction.Output(phase: phase, index: phases[phase].output(copy))
    }
    let count = phases.count
    return SplitFunction(
      phases: phases.indices.map {
        phases[$0].finished(named: name($0, count), function.placement)
      }, results: results)
  }

  // MARK: Phases

  /// For each phase the arguments of the function that it reads itself; of a single phase all.
  private func argumentsOfPhases() -> [Set<Int>] {
    var arguments: [Set<Int>] = [[]]
    var first: [ValueID: Int] = [:]
    var places: [ValueID: Int] = [:]
    for (index, value) in function.arguments.enumerated() { places[value] = index }
    func note(_ value: ValueID, in phase: Int) {
      while arguments.count <= phase { arguments.append([]) }
      if let place = places[value] { arguments[phase].insert(place) }
    }
    for id in function[function.body].operations {
      let node = function[id]
      if node.operation.isTerminator {
        for value in node.operands { note(value, in: first[value] ?? 0) }
        continue
      }
      let read = function.valuesRead(by: id)
      let phase = read.map { first[$0] ?? 0 }.max() ?? 0
      if let split = calls[id]?.split {
        while arguments.count < phase + split.phases.count { arguments.append([]) }
        for (step, inner) in split.phases.enumerated() {
          for case .argument(let index) in inner.inputs {
            note(node.operands[index], in: phase + step)
          }
        }
        for (result, output) in zip(node.results, split.results) {
          first[result] = phase + output.phase
        }
      } else {
        for value in read { note(value, in: phase) }
        let isSum = sumsParts(node)
        for result in node.results { first[result] = isSum ? phase + 1 : phase }
      }
    }
    return arguments.count > 1 ? arguments : [Set(places.values)]
  }

  private func sumsParts(_ node: OperationNode) -> Bool {
    if case .reduction = node.operation { isPart(node.operands[0]) } else { false }
  }

  private func item(_ value: ValueID) -> Item { callResults[value] ?? .value(value) }

  private func phase(of value: ValueID) -> Int { definitions[item(value)]?.phase ?? 0 }

  /// The first phase in which all that the operation reads is there.
  private func phase(of id: OperationID) -> Int {
    function.valuesRead(by: id).map(phase(of:)).max() ?? 0
  }

  // MARK: Values

  private mutating func use(_ value: ValueID, in phase: Int) -> ValueID {
    if let copy = phases[phase].values.find(value) { return copy }
    let copy = makeUse(value, in: phase)
    phases[phase].values[value] = copy
    return copy
  }

  private mutating func makeUse(_ value: ValueID, in phase: Int) -> ValueID {
    if let id = function.operation(defining: value),
      case .source(.constant) = function[id].operation
    {
      // Each phase has its own constants.
      return phases[phase].rewriter.insert(operation(function[id]), [])[0]
    }
    return use(item(value), in: phase)
  }

  private mutating func use(_ item: Item, in phase: Int) -> ValueID {
    if let copy = phases[phase].items[item] { return copy }
    let copy: ValueID
    switch definitions[item] {
    case .made(let maker, let value):
      if maker == phase { return value }
      let output = SplitFunction.Output(phase: maker, index: phases[maker].output(value))
      copy = phases[phase].add(phases[maker].rewriter.type(of: value), .output(output))
    case .total(let maker, let value):
      let output = SplitFunction.Output(phase: maker, index: phases[maker].output(value))
      phases[maker].sums.insert(output.index)
      copy = phases[phase].add(phases[maker].rewriter.type(of: value), .total(output))
    case nil:
      preconditionFailure("what is read of @\(function.name) was made before")
    }
    phases[phase].items[item] = copy
    return copy
  }

  // MARK: Operations

  private mutating func write(_ id: OperationID, _ callee: Function, _ split: SplitFunction) {
    let node = function[id]
    let base = phase(of: id)
    for (step, inner) in split.phases.enumerated() {
      let phase = base + step
      let operands = inner.inputs.map { input in
        switch input {
        case .argument(let index): use(node.operands[index], in: phase)
        case .output(let output): use(.output(id, output), in: phase)
        case .total(let output): use(.total(id, output), in: phase)
        }
      }
      for (index, value) in phases[phase].rewriter.call(inner.function, operands).enumerated() {
        let output = SplitFunction.Output(phase: step, index: index)
        definitions[.output(id, output)] = .made(phase: phase, value)
        definitions[.total(id, output)] = .total(phase: phase, value)
      }
    }
    for (result, output) in zip(node.results, split.results) {
      callResults[result] = .output(id, output)
    }
  }

  private mutating func write(_ id: OperationID) {
    let node = function[id]
    // Constants are made where they are read.
    if case .source(.constant) = node.operation { return }
    let phase = phase(of: id)
    let isActive = (node.operands + node.results).contains(where: isPart)
    guard isActive else {
      for value in function.outerValuesRead(by: id) { _ = use(value, in: phase) }
      phases[phase].copy(id, of: function)
      for result in node.results { note(result, in: phase) }
      return
    }
    let operands = node.operands.map { use($0, in: phase) }
    if sumsParts(node) {
      let sum = phases[phase].rewriter.insert(operation(node), operands)[0]
      definitions[.value(node.results[0])] = .total(phase: phase, sum)
      return
    }
    if case .movement(.reshape) = node.operation {
      // Parts have no shape.
      phases[phase].values[node.results[0]] = operands[0]
    } else if case .control(.fuse) = node.operation, let body = node.body {
      writeChain(node, body, operands, in: phase)
    } else {
      let results = phases[phase].rewriter.insert(operation(node), operands)
      phases[phase].values.set(node.results, to: results)
    }
    for result in node.results { note(result, in: phase) }
  }

  private mutating func note(_ result: ValueID, in phase: Int) {
    if let copy = phases[phase].values.find(result) {
      definitions[.value(result)] = .made(phase: phase, copy)
    }
  }

  /// The operation for parts.
  private func operation(_ node: OperationNode) -> Operation {
    guard let result = node.results.first else { return node.operation }
    switch node.operation {
    case .source(.constant(let literal)) where isPart(result):
      return .source(.constant(TensorLiteral(splat: literal[0], type(result))))
    case .movement(.broadcast) where isPart(result):
      return .movement(.broadcast(type(result).shape))
    case .reduction where isPart(node.operands[0]):
      return .reduction(Reduction(.sum, axes: [0]))
    default: return node.operation
    }
  }

  private mutating func writeChain(
    _ node: OperationNode, _ body: BlockID, _ operands: [ValueID], in phase: Int
  ) {
    let function = function
    let results = phases[phase].rewriter.fuse(operands) { rewriter, arguments in
      var copies: [ValueID: ValueID] = [:]
      for (value, copy) in zip(function[body].arguments, arguments) { copies[value] = copy }
      for id in function[body].operations {
        let inner = function[id]
        let operands = inner.operands.compactMap { copies[$0] }
        if inner.operation.isTerminator { return operands }
        for (value, copy) in zip(inner.results, rewriter.insert(inner.operation, operands)) {
          copies[value] = copy
        }
      }
      return []
    }
    phases[phase].values.set(node.results, to: results)
  }

  /// A phase's function under construction.
  private struct PhaseWriter {
    var rewriter = Rewriter(functionNamed: "")
    var inputs: [SplitFunction.Input] = []
    var outputs: [ValueID] = []
    private var outputPlaces: [ValueID: Int] = [:]
    var sums: Set<Int> = []
    /// What stands for the values of the original.
    var values: ValueMap
    var items: [Item: ValueID] = [:]

    init(for function: Function) {
      values = ValueMap(for: function)
    }

    mutating func add(_ type: TensorType, _ input: SplitFunction.Input) -> ValueID {
      inputs.append(input)
      return rewriter.addArgument(type)
    }

    /// Copies an operation of which all that it reads has a value here.
    mutating func copy(_ id: OperationID, of function: Function) {
      rewriter.copy(id, of: function, &values)
    }

    /// The place of a value among the results.
    mutating func output(_ value: ValueID) -> Int {
      if let place = outputPlaces[value] { return place }
      outputPlaces[value] = outputs.count
      outputs.append(value)
      return outputs.count - 1
    }

    mutating func finished(named name: String, _ placement: Placement?) -> SplitFunction.Phase {
      rewriter.rename(to: name)
      rewriter.place(placement)
      rewriter.return(outputs)
      return SplitFunction.Phase(
        function: rewriter.function, inputs: inputs, sums: sums.sorted())
    }
  }
}

extension TensorType {
  /// The type of a replica's part.
  func part(replicas: Int) -> TensorType {
    TensorType([Collective.partCount(of: count, replicas: replicas)], element)
  }
}

extension Function {
  /// What an operation and those of its region read that was made outside.
  func outerValuesRead(by id: OperationID) -> [ValueID] {
    guard let body = self[id].body else { return self[id].operands }
    var inner = Set(self[body].arguments)
    for operation in self[body].operations { inner.formUnion(valuesMade(by: operation)) }
    return valuesRead(by: id).filter { !inner.contains($0) }
  }

  private func valuesMade(by id: OperationID) -> [ValueID] {
    guard let body = self[id].body else { return self[id].results }
    return self[id].results + self[body].arguments
      + self[body].operations.flatMap(valuesMade(by:))
  }
}
