import Bundle
import CHostKernels
import Foundations
import Operations

/// A program on the device `ipu-model`, which executes each operation with a kernel on this machine's
/// processor. A class because it owns memory and threads.
///
/// All memory but that of arguments and results is one arena, planned when the program is loaded;
/// running allocates nothing in it. An engine is for one thread at a time. Numbers do not depend on
/// the number of its threads.
package final class Engine: Device {
  /// Replicas that one engine emulates at most.
  package static let largestReplicaCount = 1024
  /// Threads that one engine computes with at most.
  package static let largestThreadCount = 1024
  /// Bytes that one lane has at most for the values of its iterations. Where they need more the
  /// kernels are large, so that splitting each among the threads pays, and memory is what is short.
  package static let largestLaneByteCount = 1 << 30
  /// Nanoseconds that a group of calls must save for threads to run it: some times what it takes to hand
  /// its calls to threads that wait.
  package static let smallestGroupGain = 50_000.0
  /// Lanes that a thread has to take where memory allows.
  package static let lanesPerThread = 3

  /// Copies of the model that train together.
  package let replicas: Int
  /// Threads that compute, the caller's among them.
  package let threads: Int
  /// Bytes of the arena.
  package let arenaByteCount: Int
  /// Iterations of a repeat that are handed out to the threads before their sums are made; 1
  /// where the threads share each kernel instead: with one thread, in a program without repeats whose
  /// iterations have independent parts, or where a lane would need too much memory.
  package let laneCount: Int
  /// Bytes that each lane has beside the arena; 0 where there is one.
  package let laneByteCount: Int
  /// Groups of calls that threads run at the same time, in the program; a group in a repeat counts once.
  package let groupCount: Int
  /// Bytes that each thread but the caller's has for what calls of groups run; 0 where there is no group.
  package let groupByteCount: Int
  private let machine: Machine
  private let entries: [String: PreparedEntry]

  /// Plans the memory of the program and prepares its kernels.
  ///
  /// - Parameters:
  ///   - largestLaneByteCount: bytes of a lane above which no lanes are made, and of what a thread has for
  ///     groups of calls.
  ///   - smallestGroupGain: nanoseconds, by a rough estimate, that a group of calls must save.
  /// - Precondition: the program is valid (`Program.validate`).
  /// - Throws: `TesseraError`: usage for a number of replicas or threads that makes no sense,
  ///   incompatible where the device does not execute an operation, doesNotFit where memory is short.
  package init(
    _ program: Program, replicas: Int = 1, threads: Int = 1,
    largestLaneByteCount: Int = Engine.largestLaneByteCount,
    smallestGroupGain: Double = Engine.smallestGroupGain
  ) throws(TesseraError) {
    try Self.check(replicas, "replicas", largest: Self.largestReplicaCount)
    try Self.check(threads, "threads", largest: Self.largestThreadCount)
    self.replicas = replicas
    self.threads = threads
    let layout = EngineLayout(
      program, replicas: replicas,
      limits: ParallelSelection.Limits(threads: threads, smallestGroupGain: smallestGroupGain),
      largestLaneByteCount: largestLaneByteCount)
    let (program, plan) = (layout.selection.program, layout.plan)
    var preparation = Preparation(layout, replicas: replicas)
    try preparation.makeKernels()
    arenaByteCount = plan.arenaByteCount
    machine = try Machine(
      arenaByteCount: plan.arenaByteCount, slotCount: preparation.slotCount, threads: threads)
    groupCount = layout.selection.groups.count
    groupByteCount = layout.groupMemory.byteCount
    if groupCount > 0 { try machine.addHelpers(threads - 1, arenaByteCount: groupByteCount) }
    plan.constants.write(to: machine.arena)
    preparation.fillSlots(machine)
    laneByteCount = layout.laneMemory.byteCount
    laneCount = Self.laneCount(
      threads: threads, iterations: layout.selection.lanes.largestCount, byteCount: laneByteCount,
      limit: largestLaneByteCount)
    if laneCount > 1 {
      for _ in 0..<laneCount {
        machine.lanes.append(
          try Machine(
            arenaByteCount: laneByteCount, slotCount: preparation.slotCount,
            threads: max(1, threads / laneCount)))
      }
    }
    var entries: [String: PreparedEntry] = [:]
    for (number, function) in program.functions.enumerated() {
      entries[function.name] = PreparedEntry(
        program, function, plan.functions[number], kernels: preparation.kernels[number],
        slotBase: preparation.slotBases[number], replicas: replicas)
    }
    self.entries = entries
  }

  /// Runs a function of the program, as `Device` says.
  /// - Throws: as `Device` says.
  package func run(
    _ entry: String, _ arguments: [HostTensor], infeed: Infeed? = nil
  ) throws -> [HostTensor] {
    let prepared = try preparedEntry(entry)
    try prepared.check(arguments)
    machine.infeed = infeed.map { InfeedReader($0, replicas: replicas) }
    defer { machine.infeed = nil }
    return try prepared.run(machine, arguments)
  }

  /// Where memory allows, each thread has several lanes to take: on a machine that does other work too, a
  /// thread that is held up then takes fewer of them, and the others do not wait for it.
  private static func laneCount(
    threads: Int, iterations: Int, byteCount: Int, limit: Int
  ) -> Int {
    guard threads > 1, iterations > 1 else { return 1 }
    let affordable = limit / max(1, byteCount)
    return min(iterations, max(threads, min(lanesPerThread * threads, affordable)))
  }

  /// Bytes of the device's memory that the function needs: the arena, and the arguments and results
  /// that lie in the memory of the tiles. What the host keeps there is updated in place and counts
  /// once; what lies in streaming memory is beside it. Lanes, which only this machine's threads need,
  /// do not count.
  /// - Throws: `TesseraError` where there is no such function.
  package func deviceByteCount(of entry: String) throws(TesseraError) -> Int {
    arenaByteCount + (try preparedEntry(entry).byteCount(in: .tile))
  }

  /// Bytes of the function's arguments and results in streaming memory; what the host keeps counts once.
  /// - Throws: `TesseraError` where there is no such function.
  package func streamingByteCount(of entry: String) throws(TesseraError) -> Int {
    try preparedEntry(entry).byteCount(in: .streaming)
  }

  /// Bytes of this machine's memory that the engine computes in: the arena, and what threads have beside it.
  package var hostByteCount: Int {
    arenaByteCount + (laneCount > 1 ? laneCount * laneByteCount : 0)
      + (groupCount > 0 ? (threads - 1) * groupByteCount : 0)
  }

  /// The instruction set that kernels use on this processor: `scalar`, `avx2` or `avx512`.
  package static var instructionSet: String { String(cString: hk_instruction_set()) }

  /// The arguments and results of a function of the program.
  /// - Throws: `TesseraError` where there is no such function.
  package func signature(of entry: String) throws(TesseraError) -> EntrySignature {
    try preparedEntry(entry).signature
  }

  private func preparedEntry(_ name: String) throws(TesseraError) -> PreparedEntry {
    guard let entry = entries[name] else {
      throw TesseraError(
        .internalError, code: .noSuchFunction, "the program has no function '\(name)'")
    }
    return entry
  }

  /// - Throws: `TesseraError` (usage) where there are none or too many of something.
  static func check(
    _ count: Int, _ name: String, largest: Int
  ) throws(TesseraError) {
    guard (1...largest).contains(count) else {
      throw TesseraError(
        .usage, code: .badCount,
        "the number of \(name) is \(count), must be at least 1 and at most \(largest)")
    }
  }
}
