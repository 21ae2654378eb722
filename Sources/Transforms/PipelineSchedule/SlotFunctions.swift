import Foundations
import GraphIR
import Operations

/// A function for each slot: the stage's call, with all that the slot makes beside it.
///
/// It takes values of the micro-batch, then stashes, then what is the same for all micro-batches, then the
/// micro-batch's number where it is read, then sums; it gives values, then the stashes that it wrote to,
/// then sums. What waits in a stash it reads and writes itself, so that a stash is on its stage's IPU.
struct SlotFunctions {
  /// What a slot takes and gives, as values of the function that is scheduled.
  struct Interface {
    /// What other slots make and hand on, and host streams.
    var values: [ValueID] = []
    /// The numbers of the ways that end at the slot, and of those that begin there, with a stash each.
    var readStashes: [Int] = []
    var writtenStashes: [Int] = []
    /// What is defined outside of the repeat.
    var constants: [ValueID] = []
    var readsNumber = false
    /// The numbers of the sums.
    var sums: [Int] = []
    /// What it hands on of what it makes, or has in a stash.
    var results: [ValueID] = []

    /// All stashes that it takes.
    var stashes: [Int] { readStashes + writtenStashes }
  }

  private(set) var functions: [Function] = []
  private(set) var interfaces: [Interface] = []
  /// The host streams that are read right before each slot.
  private(set) var infeeds: [[OperationID]]

  private let loop: AccumulationLoop
  private let routes: ValueRoutes
  /// The operations of each slot, with those it makes for itself, in their order.
  private var operations: [[OperationID]]

  init(_ loop: AccumulationLoop, _ routes: ValueRoutes) {
    self.loop = loop
    self.routes = routes
    operations = loop.slots.map { _ in [] }
    infeeds = operations
    distribute()
    for slot in loop.slots.indices {
      interfaces.append(interface(of: slot))
      functions.append(function(of: slot))
    }
  }

  private mutating func distribute() {
    let function = loop.function
    for id in function[loop.body].operations.dropLast() {
      if let slot = loop.slotOf[id] {
        if case .source(.infeed) = function[id].operation {
          infeeds[slot].append(id)
        } else {
          operations[slot].append(id)
        }
      } else {
        let readers = function[id].results.reduce(into: Set<Int>()) {
          $0.formUnion(loop.slots(reading: $1))
        }
        for slot in readers { operations[slot].append(id) }
      }
    }
  }

  private func interface(of slot: Int) -> Interface {
    let function = loop.function
    var interface = Interface()
    interface.readStashes = routes.arrivals[slot].filter { routes.edges[$0].isStashed }
    interface.writtenStashes = routes.departures[slot].filter { routes.edges[$0].isStashed }
    interface.readsNumber = !interface.stashes.isEmpty
    let made = Set(operations[slot])
    let read = interface.readStashes.map { routes.edges[$0].value }
    let handedOn = Set(
      routes.departures[slot].map { routes.edges[$0] }.filter { !$0.isStashed }.map(\.value))
    var seen = Set(read)
    var sums: Set<Int> = []
    for id in operations[slot] {
      for value in function.valuesRead(by: id) where seen.insert(value).inserted {
        if let sum = loop.sumOf[value] {
          sums.insert(sum)
        } else if value == loop.iteration {
          interface.readsNumber = true
        } else if let maker = function.operation(defining: value),
          made.contains(maker) || loop.isInside(maker, operationsOf: slot)
        {
          continue
        } else if function.isDefined(value, in: loop.body) {
          interface.values.append(value)
        } else if !function.isInRegion(value, below: loop.body) {
          interface.constants.append(value)
        }
      }
      if loop.slotOf[id] == slot {
        for value in function[id].results where loop.sumOf[value] == nil {
          seen.insert(value)
          if handedOn.contains(value) { interface.results.append(value) }
        }
      }
    }
    // What it only passes on to, or from, a stash.
    for edge in interface.writtenStashes.map({ routes.edges[$0] })
    where seen.insert(edge.value).inserted {
      interface.values.append(edge.value)
    }
    interface.results += read.filter(handedOn.contains)
    interface.sums = sums.sorted()
    return interface
  }

  private func function(of slot: Int) -> Function {
    let (source, interface) = (loop.function, interfaces[slot])
    let placement = loop.placement(of: slot)
    let direction = slot < loop.slots.count / 2 ? "forward" : "backward"
    var rewriter = Rewriter(
      functionNamed:
        "\(PipelineScheduling.slotPrefix)\(direction)_\(placement?.stage ?? slot)")
    rewriter.place(placement)
    var copies = ValueMap(for: source)
    for value in interface.values { copies[value] = rewriter.addArgument(source.type(of: value)) }
    let stashes = interface.stashes.map { rewriter.addArgument(stashType(of: $0)) }
    for value in interface.constants {
      copies[value] = rewriter.addArgument(source.type(of: value))
    }
    let number = interface.readsNumber ? rewriter.addArgument(TensorType([], .i32)) : nil
    /// The value of each sum so far.
    var states: [Int: ValueID] = [:]
    for sum in interface.sums {
      let carried = loop.carried[loop.carried.startIndex + sum]
      states[sum] = rewriter.addArgument(source.type(of: carried))
    }
    if let number {
      copies[loop.iteration] = number
      for (edge, stash) in zip(interface.readStashes, stashes) {
        copies[routes.edges[edge].value] = rewriter.insert(.stash(.read), [stash, number])[0]
      }
    }
    for id in operations[slot] {
      for value in source.valuesRead(by: id) {
        if let sum = loop.sumOf[value], let state = states[sum] { copies[value] = state }
      }
      rewriter.copy(id, of: source, &copies)
      for value in source[id].results {
        if let sum = loop.sumOf[value], let copy = copies.find(value) { states[sum] = copy }
      }
    }
    var results = copies[interface.results]
    if let number {
      let written = stashes.dropFirst(interface.readStashes.count)
      for (edge, stash) in zip(interface.writtenStashes, written) {
        let value = copies[routes.edges[edge].value]
        results += rewriter.insert(.stash(.write), [stash, value, number])
      }
    }
    rewriter.return(results + interface.sums.compactMap { states[$0] })
    return rewriter.function
  }

  /// The type of what waits on a way, as many micro-batches one after the other as wait there.
  func stashType(of edge: Int) -> TensorType {
    let edge = routes.edges[edge]
    let type = loop.function.type(of: edge.value)
    return TensorType([edge.waitingCount] + type.shape, type.element)
  }
}

extension AccumulationLoop {
  /// Whether an operation lies in a region of an operation of the slot.
  fileprivate func isInside(_ id: OperationID, operationsOf slot: Int) -> Bool {
    let owner = function.owner(of: id, in: body)
    return owner != id && slotOf[owner] == slot
  }
}

extension Function {
  fileprivate func isDefined(_ value: ValueID, in block: BlockID) -> Bool {
    switch self[value].definition {
    case .argument(let own, _): own == block
    case .result(let id, _): self[id].parent == block
    }
  }

  /// Whether the value is an argument of a region's block inside of `block`.
  fileprivate func isInRegion(_ value: ValueID, below block: BlockID) -> Bool {
    guard case .argument(let own, _) = self[value].definition, let owner = self[own].owner else {
      return false
    }
    return own != block && self[self.owner(of: owner, in: block)].parent == block
  }
}
