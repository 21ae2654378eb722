import CHostKernels
import Foundations

/// The threads that do the tiles' work, each with a machine for kernels that run on it alone. A class
/// because it owns the threads.
final class TileWorkers {
  /// Pieces of work below which handing them out takes longer than doing them.
  private static let smallestCount = 48

  /// The machine of each thread, the caller's first.
  let machines: [Machine]
  private let pool: OpaquePointer

  /// - Throws: `TesseraError` where threads or memory run out.
  init(threads: Int, slotCount: Int) throws(TesseraError) {
    var machines: [Machine] = []
    for _ in 0..<threads {
      machines.append(try Machine(arenaByteCount: 0, slotCount: slotCount, threads: 1))
    }
    guard let pool = hk_pool_create(Int32(threads)) else {
      throw TesseraError(
        .deviceUnavailable, code: .noThreads, "cannot start \(threads) threads",
        remedies: ["use fewer threads"])
    }
    self.machines = machines
    self.pool = pool
  }

  deinit { hk_pool_destroy(pool) }

  /// What the threads share while they work.
  private struct Work {
    let machines: [Machine]
    let count: Int
    let body: (Int, Range<Int>) throws -> Void
  }

  /// Hands each thread, by its number, a range of `count` pieces of work, in order.
  /// - Throws: what `body` throws for the first range that it throws for.
  func run(_ count: Int, _ body: (_ thread: Int, Range<Int>) throws -> Void) throws {
    guard machines.count > 1, count >= Self.smallestCount else {
      return try body(0, 0..<count)
    }
    withoutActuallyEscaping(body) { body in
      let work = Work(machines: machines, count: count, body: body)
      withUnsafePointer(to: work) { work in
        hk_pool_run(
          pool, Int64(machines.count),
          { context, part, _ in
            guard let work = context?.assumingMemoryBound(to: Work.self) else { return }
            let (count, parts) = (work.pointee.count, work.pointee.machines.count)
            do {
              try work.pointee.body(
                Int(part), Int(part) * count / parts..<(Int(part) + 1) * count / parts)
            } catch {
              work.pointee.machines[Int(part)].failure = error
            }
          }, work)
      }
    }
    defer { for machine in machines { machine.failure = nil } }
    for machine in machines { if let failure = machine.failure { throw failure } }
  }
}
