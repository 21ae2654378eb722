import Bundle
import Foundations
import Operations

/// Looks at every value that a program makes, right after the operation that made it, and follows where
/// numbers that are not finite come from. A class because the kernels of a program share it.
///
/// Where an operation makes such a number from finite operands, they have a beginning. A value that is not
/// finite comes from the earliest beginning of its operands. So an infinity that vanishes again, such as a
/// quotient that a selection leaves out, is nobody's cause.
final class NumberWatch {
  /// A place where numbers that are not finite begin.
  struct Beginning {
    var finding: NonFiniteFinding
    /// Where the value is.
    var start: UnsafeMutableRawPointer?
  }

  private(set) var beginnings: [Beginning] = []
  var memory = TracedMemory()
  /// The replica that runs; nil where an operation runs once for all.
  var replica: Int?
  private var path = CallPath(entry: "")
  private let chains: [Program.OperationIndex: [String]]
  /// How often each stream was read, for each replica.
  private var reads: [String: [Int: Int]] = [:]

  init(chains: [Program.OperationIndex: [String]]) { self.chains = chains }

  /// Forgets the run before.
  func begin(_ entry: String) {
    beginnings = []
    memory = TracedMemory()
    path = CallPath(entry: entry)
    reads = [:]
  }

  /// Notes an argument of the entry, which may have numbers that are not finite.
  func note(argument port: Port?, _ type: TensorType, at start: UnsafeMutableRawPointer) {
    let scan = NumberScan(type.element, count: type.count, at: start)
    var trace = ValueTrace(of: port)
    if let scan, let first = scan.first, let port {
      trace.origin = beginnings.count
      beginnings.append(
        Beginning(finding: NonFiniteFinding(.argument(port), scan, first: first, type)))
    }
    memory[start] = trace
  }

  /// The kernel with a look at what it makes.
  func watched(
    _ kernel: Kernel?, _ index: Program.OperationIndex, _ operation: Operation,
    _ site: OperationSite
  ) -> Kernel? {
    switch operation {
    case .control(.call(let callee)): return call(kernel, callee, site)
    case .control, .collective: return kernel
    case .source(.undefined):
      return { machine in self.memory[machine[site.results[0]]] = nil }
    case .source(.infeed(let stream, _)):
      return watched(kernel, index, operation, site) { self.microBatch(of: stream, $0) }
    case .stash(let stash): return watched(kernel, stash, site)
    case .elementwise, .movement, .reduction, .contraction, .indexing, .accumulation,
      .normalization, .softmax, .random, .remote, .source:
      return watched(kernel, index, operation, site) { _ in nil }
    }
  }

  private func call(_ kernel: Kernel?, _ callee: String, _ site: OperationSite) -> Kernel? {
    guard let kernel else { return nil }
    return { machine in
      let operands = site.operands.map { self.memory[machine[$0]] ?? ValueTrace() }
      self.path.enter(callee, operands)
      defer { self.path.leave() }
      for (slot, operand) in zip(site.operands, operands) {
        if operand.port == nil, let origin = operand.origin {
          self.nameSum(origin, at: machine[slot])
        }
      }
      try kernel(machine)
    }
  }

  /// A sum of gradients has no name where it is made; the optimizer is called with it and its parameter.
  private func nameSum(_ origin: Int, at start: UnsafeMutableRawPointer) {
    guard beginnings[origin].start == start, let name = path.onlyParameter,
      case .operation(var made) = beginnings[origin].finding.cause, made.parameter == nil
    else { return }
    made.parameter = name
    made.layer = made.layer ?? CallPath.layer(of: name)
    beginnings[origin].finding.cause = .operation(made)
  }

  /// The number of the micro-batch that a stream is at, from 0 in the run.
  private func microBatch(of stream: String, _ machine: Machine) -> Int {
    let count = reads[stream]?[machine.replica] ?? 0
    reads[stream, default: [:]][machine.replica] = count + 1
    return count
  }

  private func watched(
    _ kernel: Kernel?, _ index: Program.OperationIndex, _ operation: Operation,
    _ site: OperationSite, microBatch: @escaping (Machine) -> Int?
  ) -> Kernel? {
    guard let kernel else { return nil }
    return { machine in
      let operands = Operands(site, machine, self.memory)
      for trace in operands.traces {
        if let port = trace?.port { self.path.note(port) }
      }
      try kernel(machine)
      let number = microBatch(machine)
      for place in site.resultTypes.indices {
        self.look(
          at: machine[site.results[place]], result: place, site, operation, index, operands,
          microBatch: number, on: machine)
      }
    }
  }

  /// Looks at a result, and notes what is known of it.
  func look(
    at start: UnsafeMutableRawPointer, result: Int, _ site: OperationSite,
    _ operation: Operation, _ index: Program.OperationIndex, _ operands: Operands,
    microBatch: Int? = nil, on machine: Machine
  ) {
    let type = site.resultTypes[result]
    var trace = ValueTrace(of: operands.traces.compactMap { $0 })
    trace.microBatch = microBatch ?? trace.microBatch
    if operation.handsOn { trace.port = operands.traces.first??.port }
    if let scan = NumberScan(type.element, count: type.count, at: start), let first = scan.first {
      trace.origin = operands.origin
      if trace.origin == nil, operation.makesNumbers, operands.allow(scan) {
        let made = self.made(operation, index, site, operands, trace, result, on: machine)
        trace.origin = beginnings.count
        beginnings.append(
          Beginning(
            finding: NonFiniteFinding(.operation(made), scan, first: first, type), start: start))
      }
    }
    memory[start] = trace
  }

  private func made(
    _ operation: Operation, _ index: Program.OperationIndex, _ site: OperationSite,
    _ operands: Operands, _ trace: ValueTrace, _ result: Int, on machine: Machine
  ) -> MadeNumbers {
    let own = operands.traces.compactMap { $0?.port }.first { $0.role.isState }
    let parameter = own?.name ?? path.nearParameter
    let phase: MadeNumbers.Phase =
      if path.isInOptimizer || trace.dependsOnOptimizer {
        .optimizer
      } else if trace.dependsOnLossScale {
        .backward
      } else {
        path.isInBackwardPass ? .recomputation : .forward
      }
    return MadeNumbers(
      mnemonic: operation.mnemonic, chain: chains[index] ?? [], path: path.names,
      layer: path.layer ?? parameter.flatMap(CallPath.layer(of:)), parameter: parameter,
      phase: phase, microBatch: phase == .optimizer ? nil : trace.microBatch, replica: replica,
      operandMagnitudes: operands.magnitudes,
      magnitudeWithoutLimit: WidenedOperation(operation, site)?.largestMagnitude(
        ofResult: result, operands.places, replica: machine.replica),
      readsInfiniteConstant: operands.hasBad)
  }

  private func watched(_ kernel: Kernel?, _ stash: Stash, _ site: OperationSite) -> Kernel? {
    guard let kernel else { return nil }
    let byteCount = site.resultTypes[0].byteCount
    let entry = Stash.entryOffset(site)
    return { machine in
      let (source, result) = (machine[site.operands[0]], machine[site.results[0]])
      let offset = entry(machine)
      try kernel(machine)
      switch stash {
      case .read: self.memory[result] = self.memory[source + offset]
      case .write:
        self.memory.copy(from: source, to: result, byteCount: byteCount)
        self.memory[result + offset] = self.memory[machine[site.operands[1]]]
      }
    }
  }
}

extension NonFiniteFinding {
  init(_ cause: Cause, _ scan: NumberScan, first: Int, _ type: TensorType) {
    self.init(
      cause: cause, nans: scan.nans, infinities: scan.infinities, index: type.index(of: first),
      type: type, reached: [])
  }
}

extension TensorType {
  /// The index by axis of an element, by its place in row-major order.
  fileprivate func index(of place: Int) -> [Int] {
    zip(shape, strides).map { extent, stride in place / Int(stride) % extent }
  }
}

extension Operation {
  /// Whether the result is the operand, or a part of it, perhaps in another format.
  fileprivate var handsOn: Bool {
    switch self {
    case .movement(.slice), .movement(.reshape), .movement(.transpose), .elementwise(.convert),
      .remote(.load):
      true
    default: false
    }
  }

  /// Whether the operation makes numbers that no operand has.
  fileprivate var makesNumbers: Bool {
    switch self {
    case .movement, .stash, .remote, .control, .source(.constant), .source(.undefined): false
    case .elementwise, .reduction, .contraction, .indexing, .accumulation, .normalization,
      .softmax, .random, .collective, .source(.infeed), .source(.replicaIndex):
      true
    }
  }
}
