import CHostKernels
import Glibc
import Testing

@Suite struct PoolTests {
  @Test func everyChunkRunsOnce() throws {
    for threads in 1...4 {
      let pool = try #require(hk_pool_create(Int32(threads)))
      defer { hk_pool_destroy(pool) }
      #expect(hk_pool_threads(pool) == threads)
      for chunks in [0, 1, 2, 7, 1000] {
        for _ in 0..<200 {
          var counts = [UInt32](repeating: 0, count: max(chunks, 1))
          counts.withUnsafeMutableBufferPointer { counts in
            hk_pool_run(
              pool, Int64(chunks),
              { context, chunk, worker in
                guard let counts = context?.assumingMemoryBound(to: UInt32.self) else { return }
                UnsafeMutablePointer(mutating: counts)[Int(chunk)] += worker < 4 ? 1 : 100
              }, counts.baseAddress)
          }
          if counts != Array(repeating: chunks == 0 ? 0 : 1, count: max(chunks, 1)) {
            Issue.record("\(threads) threads, \(chunks) chunks: \(counts)")
            return
          }
        }
      }
    }
  }

  @Test func workersWakeFromSleep() throws {
    let pool = try #require(hk_pool_create(2))
    defer { hk_pool_destroy(pool) }
    for _ in 0..<20 {
      // Longer than an idle worker spins.
      var pause = timespec(tv_sec: 0, tv_nsec: 3_000_000)
      nanosleep(&pause, nil)
      var y = [Float](repeating: 0, count: 50_000)
      hk_fill(pool, 4, 50_000, [Float(2)], &y)
      #expect(y.allSatisfy { $0 == 2 })
    }
  }

  @Test func instructionSetsHaveNames() {
    #expect(String(cString: hk_instruction_set_name(hk_avx2)) == "avx2")
    #expect(hk_instruction_set_available(hk_scalar))
    #expect(hk_instruction_set_available(hk_default_instruction_set()))
    #expect(
      String(cString: hk_instruction_set())
        == String(cString: hk_instruction_set_name(hk_default_instruction_set())))
  }
}
