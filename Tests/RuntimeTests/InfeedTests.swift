import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import Testing

/// Each stream goes on by one micro-batch at each read, wherever in the program that stands.
@Suite struct InfeedTests {
  private let x = TensorType([4, 8], .f32)

  /// Reads "a" before, in and in a repeat of a repeat, and "b" one timestep later, once in a call: as
  /// the first and the last stage of a pipeline do.
  private func pipelined() -> Module {
    let read = { (f: inout Rewriter, stream: String) in
      f.insert(.source(.infeed(stream: stream, self.x)), [])[0]
    }
    let callee = function("callee", [x]) { f, a in [f.multiply(read(&f, "b"), a[0])] }
    let replica = function("replica", [x]) { f, a in
      let first = read(&f, "a")
      let sums = f.repeat(count: 4, [a[0], first]) { f, _, c in
        let product = f.call(callee, [c[1]])[0]
        let inner = f.repeat(count: 2, [product]) { f, _, d in
          [f.add(f.add(d[0], d[0]), read(&f, "a"))]
        }
        return [f.subtract(inner[0], c[0]), read(&f, "a")]
      }
      return [f.add(f.call(callee, [sums[1]])[0], sums[0])]
    }
    let main = function("main", [x]) { f, a in
      f.call(replica, a).map { f.insert(.collective(.allReduceSum), [$0])[0] }
    }
    return module(callee, replica, main)
  }

  @Test(arguments: [1, 2], [1, 2, 3])
  func eachStreamHasItsOwnCount(replicas: Int, threads: Int) throws {
    let module = pipelined()
    let infeed: Interpreter.Infeed = { stream, replica, microBatch in
      counting([4, 8], from: 3 * replica + 5 * microBatch + (stream == "a" ? 0 : 1))
    }
    let expected = try Interpreter(module, replicas: replicas, infeed: infeed)
      .run("main", [counting([4, 8])])
    let engine = try Engine(try program(module), replicas: replicas, threads: threads)
    // The second run begins anew.
    for _ in 0..<2 {
      var reads: [String: [Int]] = [:]
      let results = try engine.run("main", [HostTensor(counting([4, 8]))]) {
        stream, replica, microBatch, destination in
        reads["\(stream)\(replica)", default: []].append(microBatch)
        destination.copy(HostTensor(try infeed(stream, replica, microBatch)))
      }
      #expect(results[0].values == expected[0].values)
      for replica in 0..<replicas {
        #expect(reads["a\(replica)"] == Array(0..<13))
        #expect(reads["b\(replica)"] == Array(0..<5))
      }
    }
  }
}
