import Bundle
import Foundations
import Operations

/// Finds what made the numbers that are not finite in the results of a run, by running it once more and
/// looking at every value. A class because it owns memory and threads.
///
/// Operations run one after the other, each on all threads, and those of chains alone, so that it takes
/// longer than the run and some more memory. The numbers are those of `Engine`, for any number of threads.
package final class NonFiniteSearch {
  private let machine: Machine
  private let watch: NumberWatch
  private let entries: [String: PreparedEntry]
  private let replicas: Int

  /// Plans the memory of the program and prepares its kernels.
  /// - Precondition: the program is valid (`Program.validate`).
  /// - Throws: `TesseraError` as `Engine` does.
  package init(_ program: Program, replicas: Int = 1, threads: Int = 1) throws(TesseraError) {
    try Engine.check(replicas, "replicas", largest: Engine.largestReplicaCount)
    try Engine.check(threads, "threads", largest: Engine.largestThreadCount)
    self.replicas = replicas
    let unchained = UnchainedProgram(program)
    watch = NumberWatch(chains: unchained.chains)
    let inOrder = ParallelSelection.Limits(threads: 1, smallestGroupGain: Engine.smallestGroupGain)
    let layout = EngineLayout(
      unchained.program, replicas: replicas, limits: inOrder,
      largestLaneByteCount: Engine.largestLaneByteCount)
    let plan = layout.plan
    var preparation = Preparation(layout, replicas: replicas, watch: watch)
    try preparation.makeKernels()
    machine = try Machine(
      arenaByteCount: plan.arenaByteCount, slotCount: preparation.slotCount, threads: threads)
    plan.constants.write(to: machine.arena)
    preparation.fillSlots(machine)
    var entries: [String: PreparedEntry] = [:]
    for (number, function) in unchained.program.functions.enumerated() {
      entries[function.name] = PreparedEntry(
        unchained.program, function, plan.functions[number],
        kernels: preparation.kernels[number], slotBase: preparation.slotBases[number],
        replicas: replicas)
    }
    self.entries = entries
  }

  /// Bytes of the memory for the program's values.
  package var arenaByteCount: Int { machine.byteCount }

  /// Runs a function as `Device.run` does, and says what made the numbers of its results that are not
  /// finite; nil where all are finite. The arguments that the function updates are updated.
  /// - Throws: as `Device.run`.
  package func run(
    _ entry: String, _ arguments: [HostTensor], infeed: Infeed? = nil
  ) throws -> NonFiniteFinding? {
    guard let prepared = entries[entry] else {
      throw TesseraError(
        .internalError, code: .noSuchFunction, "the program has no function '\(entry)'")
    }
    try prepared.check(arguments)
    watch.begin(entry)
    for (argument, tensor) in zip(prepared.signature.arguments, arguments) {
      for (type, start) in parts(of: argument, in: tensor) {
        watch.note(argument: argument.port, type, at: start)
      }
    }
    machine.infeed = infeed.map { InfeedReader($0, replicas: replicas) }
    defer { machine.infeed = nil }
    let results = try prepared.run(machine, arguments)
    return finding(in: prepared, results)
  }

  private func finding(in entry: PreparedEntry, _ results: [HostTensor]) -> NonFiniteFinding? {
    var reached: [Port] = []
    var origins: [Int] = []
    var other: NonFiniteFinding?
    let starts = entry.resultStarts(on: machine)
    for (result, (tensor, made)) in zip(entry.signature.results, zip(results, starts)) {
      var isReached = false
      for (type, start) in parts(of: result, in: tensor) {
        guard let scan = NumberScan(type.element, count: type.count, at: start),
          let first = scan.first, let whole = tensor.bytes.baseAddress
        else { continue }
        isReached = true
        if let origin = watch.memory[made + (start - UnsafeMutableRawPointer(whole))]?.origin {
          origins.append(origin)
        } else {
          other = other ?? NonFiniteFinding(.constants, scan, first: first, type)
        }
      }
      if isReached, let port = result.port { reached.append(port) }
    }
    var finding = origins.min().map { watch.beginnings[$0].finding } ?? other
    finding?.reached = reached
    return finding
  }

  /// The tensor, or of one that is sharded each replica's part, with where it is.
  private func parts(
    of element: EntrySignature.Element, in tensor: HostTensor
  ) -> [(TensorType, UnsafeMutableRawPointer)] {
    guard let start = tensor.bytes.baseAddress else { return [] }
    guard element.port?.isSharded == true, let count = tensor.type.shape.first else {
      return [(tensor.type, start)]
    }
    let part = TensorType(Array(tensor.type.shape.dropFirst()), tensor.type.element)
    return (0..<count).map { (part, start + $0 * part.byteCount) }
  }
}
