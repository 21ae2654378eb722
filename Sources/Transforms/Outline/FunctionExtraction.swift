import GraphIR
import Operations

extension OutlinedBody {
  /// The function that does what an instance does; it has no name yet.
  func function(in schedule: BlockSchedule) -> Function {
    var rewriter = Rewriter(functionNamed: "")
    var map = ValueMap(for: schedule.function)
    let inputs = arguments[0].map {
      rewriter.addArgument(schedule.function.type(of: $0))
    }
    let start = starts[0]
    for (value, argument) in zip(arguments[0], inputs) where schedule.isInput(value, from: start) {
      map[value] = argument
    }
    var literals: [TensorLiteral: ValueID] = [:]
    let read = constants.map { constant in
      switch constant {
      case .argument(let index): return inputs[index]
      case .literal(let literal):
        if let known = literals[literal] { return known }
        let value = rewriter.insert(.source(.constant(literal)), [])[0]
        literals[literal] = value
        return value
      }
    }
    var slot = 0
    for position in start..<(start + length) {
      let node = schedule.function[schedule.operations[position]]
      let operands = node.operands.map { operand in
        guard case .constant = schedule.origin(operand) else { return map[operand] }
        defer { slot += 1 }
        return read[slot]
      }
      rewriter.insertCopy(of: node, from: schedule.function, reading: operands, &map)
    }
    rewriter.return(outputs.map { map[schedule.results(start + $0.offset)[$0.index]] })
    return rewriter.function
  }
}

/// Writes a function anew with calls in the place of the instances of bodies.
struct CallInsertion {
  /// A call to write.
  private struct Site {
    let callee: String
    let arguments: [ValueID]
    let results: [ValueID]
    let last: OperationID
  }

  private let function: Function
  private var rewriter: Rewriter
  private var map: ValueMap
  /// The calls, by the number of the first operation they stand for.
  private var sites: [Site?]
  /// Whether a call stands for an operation, by `OperationID.number`.
  private var isReplaced: [Bool]
  /// Whether a constant is handed to a call, by `OperationID.number`.
  private var isArgument: [Bool]

  init(_ function: Function) {
    self.function = function
    rewriter = Rewriter(functionNamed: function.name)
    rewriter.place(function.placement)
    map = ValueMap(for: function)
    sites = Array(repeating: nil, count: function.operations.count)
    isReplaced = Array(repeating: false, count: function.operations.count)
    isArgument = isReplaced
  }

  /// Makes calls of `callee` stand for the instances of a body.
  mutating func add(_ body: OutlinedBody, callee: String, in schedule: BlockSchedule) {
    for (instance, start) in body.starts.enumerated() {
      let window = schedule.operations[start..<(start + body.length)]
      for id in window { isReplaced[Int(id.number)] = true }
      for value in body.arguments[instance] {
        if case .result(let id, _) = function[value].definition {
          isArgument[Int(id.number)] = true
        }
      }
      guard let first = window.first, let last = window.last else { continue }
      sites[Int(first.number)] = Site(
        callee: callee, arguments: body.arguments[instance],
        results: body.outputs.map { schedule.results(start + $0.offset)[$0.index] }, last: last)
    }
  }

  /// The function with the calls.
  mutating func written() -> Function {
    for (argument, port) in zip(function.arguments, function.argumentPorts) {
      map[argument] = rewriter.addArgument(function.type(of: argument), port: port)
    }
    write(function.body)
    return rewriter.function
  }

  private mutating func write(_ block: BlockID) {
    let operations = function[block].operations
    var index = 0
    while index < operations.count {
      let id = operations[index]
      guard let site = sites[Int(id.number)] else {
        write(id)
        index += 1
        continue
      }
      // Constants that stand among the operations of an instance come before the call.
      while operations[index] != site.last {
        if !isReplaced[Int(operations[index].number)] { write(operations[index]) }
        index += 1
      }
      index += 1
      let results = rewriter.insert(
        .control(.call(site.callee)), map[site.arguments],
        resultTypes: site.results.map(function.type(of:)))
      map.set(site.results, to: results)
    }
  }

  private mutating func write(_ id: OperationID) {
    let node = function[id]
    if node.operation.isConstant, !isRead(id) { return }
    if node.operation == .control(.return) {
      return rewriter.return(map[node.operands], ports: function.resultPorts)
    }
    let types = node.results.map(function.type(of:))
    guard let body = node.body else {
      map.set(
        node.results, to: rewriter.insert(node.operation, map[node.operands], resultTypes: types))
      return
    }
    let (results, block, arguments) = rewriter.insertWithBody(
      node.operation, map[node.operands], resultTypes: types,
      argumentTypes: function[body].arguments.map(function.type(of:)))
    map.set(node.results, to: results)
    map.set(function[body].arguments, to: arguments)
    let outer = rewriter.insertionPoint
    rewriter.insertionPoint = .end(block)
    write(body)
    rewriter.insertionPoint = outer
  }

  /// Whether somebody still reads a constant: not only operations that calls stand for.
  private func isRead(_ id: OperationID) -> Bool {
    isArgument[Int(id.number)]
      || function[id].results.contains { result in
        function[result].uses.contains { !isReplaced[Int($0.operation.number)] }
      }
  }
}
