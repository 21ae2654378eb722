import CHostKernels
import Glibc
import TestSupport
import Testing

/// What the tasks of a graph note; each task writes its own places, after the tasks that it waits for.
private struct Notes {
  var graph: [[Int]]
  var callers: [Bool]
  var failing: Set<Int>
  let ran: UnsafeMutablePointer<Int32>
  let wrong: UnsafeMutablePointer<Int32>
}

@Suite struct GraphTests {
  /// Task t waits for `graph[t]`.
  private func run(
    _ graph: [[Int]], callers: [Bool], failing: Set<Int> = [], threads: Int, rounds: Int = 1
  ) throws -> (failed: Int, ran: [Int32]) {
    let pool = try #require(hk_pool_create(Int32(threads)))
    defer { hk_pool_destroy(pool) }
    let edges = graph.enumerated().flatMap { task, earlier in
      earlier.map { hk_graph_edge(earlier: Int32($0), task: Int32(task)) }
    }
    let tasks = try #require(
      hk_graph_create(
        Int32(graph.count), graph.indices.map { Double($0 % 7) }, callers.map { $0 ? 1 : 0 },
        Int64(edges.count), edges))
    defer { hk_graph_destroy(tasks) }
    var failed = -1
    var ran: [Int32] = []
    for _ in 0..<rounds {
      ran = Array(repeating: 0, count: graph.count)
      var wrong = ran
      failed = ran.withUnsafeMutableBufferPointer { ran in
        wrong.withUnsafeMutableBufferPointer { wrong in
          guard let ran = ran.baseAddress, let wrong = wrong.baseAddress else { return -2 }
          let notes = Notes(
            graph: graph, callers: callers, failing: failing, ran: ran, wrong: wrong)
          return withUnsafePointer(to: notes) { notes in
            Int(
              hk_graph_run(
                pool, tasks,
                { context, task, worker in
                  guard let notes = context?.assumingMemoryBound(to: Notes.self).pointee else {
                    return false
                  }
                  let task = Int(task)
                  if notes.graph[task].contains(where: { notes.ran[$0] == 0 }) {
                    notes.wrong[task] += 1
                  }
                  if notes.callers[task], worker != 0 { notes.wrong[task] += 1 }
                  notes.ran[task] += 1
                  return !notes.failing.contains(task)
                }, notes))
          }
        }
      }
      if wrong.contains(where: { $0 != 0 }) {
        Issue.record("\(threads) threads: out of order \(wrong)")
        break
      }
    }
    return (failed, ran)
  }

  private func randomGraph(_ count: Int, _ numbers: inout SplitMix64) -> [[Int]] {
    (0..<count).map { task in
      let wanted = min(task, Int.random(in: 0...3, using: &numbers))
      return Set((0..<wanted).map { _ in Int.random(in: 0..<task, using: &numbers) }).sorted()
    }
  }

  @Test(arguments: 1...5)
  func tasksWaitForOthers(threads: Int) throws {
    var numbers = SplitMix64(seed: 11)
    for count in [1, 2, 3, 40, 200] {
      let graph = randomGraph(count, &numbers)
      let callers = (0..<count).map { _ in Int.random(in: 0..<5, using: &numbers) == 0 }
      let result = try run(graph, callers: callers, threads: threads, rounds: 100)
      #expect(result.failed == -1)
      #expect(result.ran == Array(repeating: 1, count: count))
    }
    #expect(try run([], callers: [], threads: threads).ran == [])
  }

  /// All before the first that fails have run, whatever failed besides.
  @Test(arguments: 1...5)
  func theFirstFailureIsTold(threads: Int) throws {
    var numbers = SplitMix64(seed: 12)
    for _ in 0..<200 {
      let graph = randomGraph(60, &numbers)
      let failing = Set((0..<3).map { _ in Int.random(in: 0..<60, using: &numbers) })
      let first = try #require(failing.min())
      let callers = (0..<60).map { $0 % 9 == 0 }
      let result = try run(graph, callers: callers, failing: failing, threads: threads)
      #expect(result.failed == first)
      #expect(result.ran[...first].allSatisfy { $0 == 1 })
      #expect(result.ran.allSatisfy { $0 <= 1 })
    }
  }

  @Test func edgesGoForward() {
    for edge in [(0, 0), (1, 0), (-1, 1), (0, 2)] {
      let edges = [hk_graph_edge(earlier: Int32(edge.0), task: Int32(edge.1))]
      #expect(hk_graph_create(2, [0, 0], [0, 0], 1, edges) == nil)
    }
  }
}
