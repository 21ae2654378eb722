import GraphIR
import Operations

/// Makes a function of each stage, and calls of them of the function that was cut.
struct StageFunctions {
  private let function: Function
  private let list: StageList
  private let assignment: StageAssignment
  /// The values that enter each stage from the one before, in the order of their definition.
  private var entering: [[ValueID]]
  /// The operations of each stage, with those it makes for itself.
  private var operations: [[OperationID]]

  init(_ function: Function, _ list: StageList, _ assignment: StageAssignment) {
    self.function = function
    self.list = list
    self.assignment = assignment
    entering = list.stages.map { _ in [] }
    operations = list.stages.map { _ in [] }
    distribute()
  }

  private mutating func distribute() {
    let body = Array(function[function.body].operations.dropLast())
    /// The stages that read a clone, directly or through another clone.
    var readers: [OperationID: Set<Int>] = [:]
    for id in body.reversed() {
      let stages = assignment.stageOf[id].map { [$0] } ?? readers[id, default: []]
      for stage in stages { operations[stage].append(id) }
      for producer in function.valuesRead(by: id).compactMap(function.operation(defining:))
      where assignment.cloned.contains(producer) {
        readers[producer, default: []].formUnion(stages)
      }
    }
    for stage in operations.indices { operations[stage].reverse() }
    for id in body {
      guard let stage = assignment.stageOf[id] else { continue }
      for result in function[id].results {
        let last = assignment.stages(reading: result).max() ?? stage
        for next in stride(from: stage + 1, through: last, by: 1) { entering[next].append(result) }
      }
    }
  }

  /// The functions of the stages, and the function that calls them, under the old name.
  func build() -> (stages: [Function], caller: Function) {
    let stages = list.stages.indices.map(stage)
    var rewriter = Rewriter(functionNamed: function.name)
    var copies = ValueMap(for: function)
    for (argument, port) in zip(function.arguments, function.argumentPorts) {
      copies[argument] = rewriter.addArgument(function.type(of: argument), port: port)
    }
    for stage in stages {
      let results = rewriter.call(stage.function, copies[stage.takes])
      copies.set(stage.gives, to: results)
    }
    // What each reader makes for itself, the function's end does too.
    let returned = Set(function.results)
    for id in function[function.body].operations where assignment.cloned.contains(id) {
      let isNeeded = function[id].results.contains { reachesEnd($0, returned) }
      if isNeeded { rewriter.copy(id, of: function, &copies) }
    }
    rewriter.return(copies[function.results], ports: function.resultPorts)
    return (stages.map(\.function), rewriter.function)
  }

  private func reachesEnd(_ value: ValueID, _ returned: Set<ValueID>) -> Bool {
    returned.contains(value)
      || function[value].uses.contains { use in
        assignment.cloned.contains(use.operation)
          && function[use.operation].results.contains { reachesEnd($0, returned) }
      }
  }

  private struct Stage {
    var function: Function
    /// The values of the cut function that the stage takes: from the stage before, then arguments.
    var takes: [ValueID]
    /// The values that it gives: for the next stage, in the order in which that takes them, then
    /// results of the cut function.
    var gives: [ValueID]
  }

  private func stage(_ number: Int) -> Stage {
    let read = ValueSet(operations[number].flatMap(function.valuesRead), of: function)
    let takes = entering[number] + function.arguments.filter(read.contains)
    let next = number + 1 < entering.count ? entering[number + 1] : []
    let made = Set(operations[number].filter { !assignment.cloned.contains($0) })
    var gives = next
    for result in function.results where !gives.contains(result) {
      if let id = function.operation(defining: result), made.contains(id) { gives.append(result) }
    }
    var rewriter = Rewriter(functionNamed: "\(Partition.stagePrefix)\(number)")
    rewriter.place(Placement(stage: number, ipu: list.devices[number]))
    var copies = ValueMap(for: function)
    for value in takes { copies[value] = rewriter.addArgument(function.type(of: value)) }
    for id in operations[number] { rewriter.copy(id, of: function, &copies) }
    rewriter.return(copies[gives])
    return Stage(function: rewriter.function, takes: takes, gives: gives)
  }
}
