import Foundations
import IPUTarget
import Operations

/// What a function's own steps do in one run of the entry, in all of the function's calls and repeats. A plan
/// states it, and the device finds it again in what tiles have done.
package struct TileFigures: Hashable, Sendable {
  /// Cycles of its compute sets, each of which lasts as long as its fullest tile.
  package var computeCycles: Int
  /// Bytes that its exchanges bring tiles from others.
  package var receivedBytes: Int
  /// Bytes that its exchanges copy within tiles.
  package var copiedBytes: Int
  /// Over the tensors that its compute sets and exchanges name and the elements that these read, step by
  /// step: other elements may be as many bytes. FNV-1a, word by word.
  package var checksum: UInt64

  package init(
    computeCycles: Int = 0, receivedBytes: Int = 0, copiedBytes: Int = 0,
    checksum: UInt64 = Self.emptyChecksum
  ) {
    self.checksum = checksum
    self.computeCycles = computeCycles
    self.receivedBytes = receivedBytes
    self.copiedBytes = copiedBytes
  }
}

extension TileFigures {
  /// The checksum of no steps, and the factor: both those of FNV-1a (Fowler, Noll and Vo) with 64 bits.
  package static let emptyChecksum: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let checksumFactor: UInt64 = 0x100_0000_01b3

  /// Adds a step to the checksum.
  package mutating func addChecksum(of step: TileStep) {
    switch step.kind {
    case .exchange(let exchange):
      let view = exchange.view
      add([exchange.source, exchange.destination, view.offset])
      add(view.shape + view.strides + (exchange.starts ?? []))
    case .compute(_, let operands, let results): add(operands + results)
    default: break
    }
  }

  private mutating func add(_ numbers: [Int]) {
    for number in numbers {
      checksum = (checksum ^ UInt64(bitPattern: Int64(number))) &* Self.checksumFactor
    }
  }

  /// What was done after the other; the checksum, which does not depend on how often, is the last.
  package static func - (all: TileFigures, other: TileFigures) -> TileFigures {
    TileFigures(
      computeCycles: all.computeCycles - other.computeCycles,
      receivedBytes: all.receivedBytes - other.receivedBytes,
      copiedBytes: all.copiedBytes - other.copiedBytes, checksum: all.checksum)
  }
}

extension TileProgram {
  /// States the figures of each function, as its steps' layouts give them.
  ///
  /// - Parameter costs: what steps cost on the system; it knows those of the program after that.
  package mutating func stateFigures(_ costs: inout CostModel) {
    let runs = runs
    for (number, function) in functions.enumerated() {
      guard let function else { continue }
      var sum = TileFigures()
      function.forEachStep { step, times in
        sum.addChecksum(of: step)
        let times = times * runs[number]
        switch step.kind {
        case .compute(let vertex, let operands, let results):
          sum.computeCycles +=
            times * costs.system.ipu.cycles(of: vertex, operands, results, in: function)
        case .exchange:
          let cost = costs.cost(of: step, in: function)
          sum.receivedBytes += times * cost.totalBytes
          sum.copiedBytes += times * cost.copiedBytes
        default: break
        }
      }
      figures[number] = sum
    }
  }

  /// How often each function runs in one run of the entry, on all IPUs of a replica together.
  private var runs: [Int] {
    var calleesFirst: [Int] = []
    var isVisited = functions.map { _ in false }
    func visit(_ number: Int) {
      guard !isVisited[number], let function = functions[number] else { return }
      isVisited[number] = true
      function.forEachStep { step, _ in
        if case .call(let callee, _, _, _) = step.kind { visit(callee) }
      }
      calleesFirst.append(number)
    }
    visit(entry)
    var runs = functions.map { _ in 0 }
    runs[entry] = 1
    for number in calleesFirst.reversed() {
      functions[number]?.forEachStep { step, times in
        if case .call(let callee, _, _, _) = step.kind { runs[callee] += times * runs[number] }
      }
    }
    return runs
  }
}

extension TileFunction {
  /// Visits each step, those of repeats after the repeat, with how often it runs in one run of the function.
  fileprivate func forEachStep(_ visit: (TileStep, _ times: Int) -> Void) {
    func walk(_ steps: [TileStep], _ times: Int) {
      for step in steps {
        visit(step, times)
        if case .repeat(let count, _, let body) = step.kind { walk(body, times * count) }
      }
    }
    walk(steps, 1)
  }
}

extension IPU {
  /// Cycles of a compute set of a function, by what the fullest tile has of its tensors.
  ///
  /// - Parameter boxes: the shapes of what it has, of the operands and then the results; nil for what the
  ///   layouts say.
  package func cycles(
    of vertex: Vertex, _ operands: [Int], _ results: [Int], in function: TileFunction,
    boxes: [[Int]]? = nil
  ) -> Int {
    let locals = (operands + results).enumerated().map { index, tensor in
      var local = LocalTensor(tensor, function.tensors[tensor])
      if let boxes { local.box = boxes[index] }
      return local
    }
    return cycles(
      of: vertex, Array(locals.prefix(operands.count)), Array(locals.dropFirst(operands.count)))
  }
}
