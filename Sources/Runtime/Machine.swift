import CHostKernels
import Foundations
import Glibc

/// Gives a host stream's next tensor: writes the elements of `stream` for a replica and a micro-batch
/// to `destination`, which has the tensor's size. The micro-batch is how often the run has read the
/// stream for the replica before: streams may be at different ones at a time.
package typealias Infeed = (
  _ stream: String, _ replica: Int, _ microBatch: Int,
  _ destination: UnsafeMutableRawBufferPointer
) throws -> Void

/// Where one run of an entry has its streams from, and how far it has read each. A class because a
/// machine and its lanes read on together.
final class InfeedReader {
  private let infeed: Infeed
  /// For each stream how often each replica has read it.
  private var readCounts: [String: [Int]] = [:]
  private let replicas: Int

  init(_ infeed: @escaping Infeed, replicas: Int) {
    self.infeed = infeed
    self.replicas = replicas
  }

  /// Writes the stream's next tensor for the replica to `destination`.
  func read(
    _ stream: String, replica: Int, to destination: UnsafeMutableRawBufferPointer
  ) throws {
    let microBatch = readCounts[stream]?[replica] ?? 0
    try infeed(stream, replica, microBatch, destination)
    readCounts[stream, default: Array(repeating: 0, count: replicas)][replica] = microBatch + 1
  }
}

/// A prepared operation: its kernel with all arguments but the addresses, which are in the slots.
typealias Kernel = (Machine) throws -> Void

/// The memory, the threads and the state of a running program; a class because it owns them.
final class Machine {
  /// The threads of the next kernel: the machine's own, but for a lane that all threads work on.
  var pool: OpaquePointer
  private let ownPool: OpaquePointer
  /// This thread alone: what its kernels run on within a group.
  private(set) var singlePool: OpaquePointer?
  let arena: UnsafeMutableRawPointer
  private let arenaByteCount: Int
  /// The address of each storage of each function: fixed for frames and constants, set by calls for
  /// arguments and results, by replicated operations for what each replica has.
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  let slotCount: Int
  /// The machines on which iterations run at the same time; see `LaneSelection`. A lane has none.
  var lanes: [Machine] = []
  /// The machines of the threads beside the caller's that run calls of groups; see `CallGroup`. A lane
  /// and a helper have none.
  var helpers: [Machine] = []
  /// Whether this thread runs an operation of a group: nothing within it goes to several threads.
  var isInGroup = false
  /// Of a group that runs: the first operation that this thread's machine failed at.
  var failedTask: Int?
  /// What the iteration of a lane threw, or the operation of a group.
  var failure: (any Error)?
  var replica = 0
  /// Where streams are read from; nil where the host gives none.
  var infeed: InfeedReader?

  /// - Throws: `TesseraError`: doesNotFit where there is not so much memory, deviceUnavailable where
  ///   the threads cannot be started.
  init(arenaByteCount: Int, slotCount: Int, threads: Int) throws(TesseraError) {
    // Pages that are never touched take no memory; the system zeroes the others.
    let byteCount = max(arenaByteCount, 64)
    let mapped = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let arena = mapped, arena != MAP_FAILED else {
      throw TesseraError(
        .doesNotFit, code: .outOfMemory,
        "the program needs \(byteCount) bytes for its values, which this machine does not give",
        remedies: ["use fewer replicas or a smaller micro-batch", "free memory"])
    }
    guard let pool = hk_pool_create(Int32(threads)) else {
      munmap(arena, byteCount)
      throw TesseraError(
        .deviceUnavailable, code: .noThreads, "cannot start \(threads) threads",
        remedies: ["use fewer threads"])
    }
    self.arena = arena
    self.arenaByteCount = byteCount
    self.pool = pool
    ownPool = pool
    self.slotCount = max(slotCount, 1)
    slots = .allocate(capacity: self.slotCount)
    slots.initialize(repeating: arena, count: self.slotCount)
  }

  /// Gives each thread beside the caller's a machine for calls of groups.
  /// - Throws: `TesseraError` where there is no memory for them.
  func addHelpers(_ count: Int, arenaByteCount: Int) throws(TesseraError) {
    for _ in 0..<count {
      helpers.append(
        try Machine(arenaByteCount: arenaByteCount, slotCount: slotCount, threads: 1))
    }
    singlePool = hk_pool_create(1)
    guard singlePool != nil else {
      throw TesseraError(.doesNotFit, code: .outOfMemory, "there is no memory for a thread's state")
    }
  }

  deinit {
    hk_pool_destroy(ownPool)
    if let singlePool { hk_pool_destroy(singlePool) }
    munmap(arena, arenaByteCount)
    slots.deallocate()
  }

  /// Bytes of the arena.
  var byteCount: Int { arenaByteCount }

  /// Where the slot's value is.
  subscript(slot: Int) -> UnsafeMutableRawPointer { slots[slot] }
}
