import Foundations
import GraphIR
import Operations

/// Writes a function anew, with ramp-up, a repeat of rounds and ramp-down in place of its repeat.
struct PipelinedLoop {
  private let loop: AccumulationLoop
  private let timing: SlotTiming
  private let routes: ValueRoutes
  private let functions: SlotFunctions
  private var rewriter: Rewriter
  /// What stands for each value of the function that is outside of the repeat.
  private var copies: ValueMap
  /// The i32 constants of the function so far.
  private var constants: [Int: ValueID] = [:]

  /// What goes from one round to the next.
  private struct State {
    var sums: [ValueID]
    /// For each way what waits on it: one value, or a stash; nil where nothing waits yet or any more.
    var waiting: [ValueID?]
  }

  /// The round that is written: of a known number, or that of the repeat's iteration.
  private enum Round {
    case fixed(Int)
    /// The iteration's number, and the number of the first of these rounds.
    case iteration(ValueID, first: Int)
  }

  init(
    _ loop: AccumulationLoop, _ timing: SlotTiming, _ routes: ValueRoutes,
    _ functions: SlotFunctions
  ) {
    self.loop = loop
    self.timing = timing
    self.routes = routes
    self.functions = functions
    rewriter = Rewriter(functionNamed: loop.function.name)
    rewriter.place(loop.function.placement)
    copies = ValueMap(for: loop.function)
  }

  mutating func written() -> Function {
    let function = loop.function
    for (argument, port) in zip(function.arguments, function.argumentPorts) {
      copies[argument] = rewriter.addArgument(function.type(of: argument), port: port)
    }
    for id in function[function.body].operations.dropLast() {
      if id == loop.loop { writeLoop() } else { rewriter.copy(id, of: function, &copies) }
    }
    rewriter.return(copies[function.results], ports: function.resultPorts)
    return rewriter.function
  }

  private mutating func writeLoop() {
    rewriter.insertionPoint = .end(rewriter.function.body)
    let node = loop.function[loop.loop]
    var state = State(sums: copies[node.operands], waiting: [])
    for (number, edge) in routes.edges.enumerated() {
      let stash = edge.isStashed ? Source.undefined(functions.stashType(of: number)) : nil
      state.waiting.append(stash.map { rewriter.insert(.source($0), [])[0] })
    }
    let ramp = timing.rampRounds
    for round in 0..<ramp {
      write(.fixed(round), timing.order.filter { timing.delay(of: $0) <= round }, &state)
    }
    writeSteadyRounds(loop.count - ramp, &state)
    for round in loop.count..<loop.count + ramp {
      let active = timing.order.filter { round - timing.delay(of: $0) < loop.count }
      write(.fixed(round), active, &state)
    }
    for (result, sum) in zip(node.results, state.sums) { copies[result] = sum }
  }

  private mutating func writeSteadyRounds(_ count: Int, _ state: inout State) {
    let sumCount = state.sums.count
    for slot in loop.slots.indices where functions.interfaces[slot].readsNumber {
      _ = constant(timing.rampRounds - timing.delay(of: slot))
    }
    let carriedEdges = routes.edges.indices.filter { state.waiting[$0] != nil }
    let initial = state.sums + carriedEdges.compactMap { state.waiting[$0] }
    let types = initial.map(rewriter.type(of:))
    let (results, block, arguments) = rewriter.insertWithBody(
      .control(.repeat(count: count)), initial, resultTypes: types,
      argumentTypes: [TensorType([], .i32)] + types)
    func unpack(_ values: [ValueID]) -> State {
      var unpacked = State(
        sums: Array(values.prefix(sumCount)), waiting: routes.edges.map { _ in nil })
      for (edge, value) in zip(carriedEdges, values.dropFirst(sumCount)) {
        unpacked.waiting[edge] = value
      }
      return unpacked
    }
    var inner = unpack(Array(arguments.dropFirst()))
    rewriter.insertionPoint = .end(block)
    write(.iteration(arguments[0], first: timing.rampRounds), timing.order, &inner)
    rewriter.insert(
      .control(.yield), inner.sums + carriedEdges.compactMap { inner.waiting[$0] },
      resultTypes: [])
    rewriter.insertionPoint = .end(rewriter.function.body)
    state = unpack(results)
  }

  // MARK: A round

  /// A value as a slot has it.
  private struct Place: Hashable {
    var value: ValueID
    var slot: Int
  }

  /// - Parameter active: the slots that have a micro-batch, in the order of the round.
  private mutating func write(_ round: Round, _ active: [Int], _ state: inout State) {
    var present: [Place: ValueID] = [:]
    var next = state
    for slot in active {
      let interface = functions.interfaces[slot]
      for id in functions.infeeds[slot] {
        let infeed = loop.function[id]
        present[Place(value: infeed.results[0], slot: slot)] =
          rewriter.insert(infeed.operation, [])[0]
      }
      for arrival in routes.arrivals[slot] where !routes.edges[arrival].isStashed {
        let edge = routes.edges[arrival]
        present[Place(value: edge.value, slot: slot)] =
          edge.waitingCount == 0
          ? present[Place(value: edge.value, slot: edge.source)] : state.waiting[arrival]
      }
      var operands = interface.values.compactMap { present[Place(value: $0, slot: slot)] }
      operands += interface.stashes.compactMap { next.waiting[$0] }
      operands += copies[interface.constants]
      if interface.readsNumber { operands.append(number(of: slot, round)) }
      operands += interface.sums.map { next.sums[$0] }
      var results = rewriter.call(functions.functions[slot], operands)[...]
      for value in interface.results {
        present[Place(value: value, slot: slot)] = results.popFirst()
      }
      for stash in interface.writtenStashes { next.waiting[stash] = results.popFirst() }
      for (sum, result) in zip(interface.sums, results) { next.sums[sum] = result }
      for departure in routes.departures[slot] where routes.edges[departure].waitingCount == 1 {
        next.waiting[departure] =
          present[
            Place(value: routes.edges[departure].value, slot: slot)]
      }
    }
    // What waited alone was handed on, or there is no micro-batch to make the next.
    for slot in loop.slots.indices where !active.contains(slot) {
      for departure in routes.departures[slot] where routes.edges[departure].waitingCount == 1 {
        next.waiting[departure] = nil
      }
    }
    state = next
  }

  // MARK: Numbers

  private mutating func number(of slot: Int, _ round: Round) -> ValueID {
    switch round {
    case .fixed(let round): return constant(round - timing.delay(of: slot))
    case .iteration(let iteration, let first):
      let difference = first - timing.delay(of: slot)
      return difference == 0 ? iteration : rewriter.add(iteration, constant(difference))
    }
  }

  private mutating func constant(_ number: Int) -> ValueID {
    if let known = constants[number] { return known }
    let constant = rewriter.scalar(Double(number), .i32)
    constants[number] = constant
    return constant
  }
}
