import GraphIR
import Operations

/// The bytes that a function holds while it runs, operation by operation.
///
/// A value is alive from the operation that makes it to the last that reads it. Arguments and results
/// are the caller's: their bytes are there all the time, and counted apart. A call needs its results
/// and its callee's own peak, a repeat its region's. An elementwise operation, or a chain of them,
/// may put its result where an operand was that it reads last (what a chain makes inside does not count), and a repeat its carried values likewise; other operations hold
/// operands and results at once. What is added to an accumulator that nothing else reads, by an
/// operation or a call, is in the accumulator's place. Constants do not count, nor does what lies in
/// streaming memory.
package struct LiveBytes: Sendable {
  /// The bytes of the arguments.
  package let argumentBytes: Int
  /// The bytes of the results.
  package let resultBytes: Int
  /// The bytes held while each operation of the body runs, and alive after it; without arguments and
  /// results.
  package let levels: [(operation: OperationID, during: Int, after: Int)]

  /// The most bytes that are held at once, without arguments and results.
  package var peak: Int { levels.reduce(0) { max($0, $1.during, $1.after) } }

  /// The first operation at which that many are held, nil for a function without any.
  package var peakOperation: OperationID? {
    let peak = peak
    return levels.first { max($0.during, $0.after) == peak }?.operation
  }
}

/// Finds live bytes of a module's functions, each once.
package struct LiveBytesAnalysis: Sendable {
  private let module: Module
  private let effects: Set<String>
  private let accumulators: AccumulatorOperands
  private var peaks: [String: Int] = [:]

  /// An analysis of a valid module.
  package init(_ module: Module) {
    self.module = module
    effects = module.functionsWithEffect
    accumulators = AccumulatorOperands(module)
  }

  /// The live bytes of a function.
  package mutating func liveBytes(of function: Function) -> LiveBytes {
    let flow = flow(of: function.body, in: function)
    var levels: [(operation: OperationID, during: Int, after: Int)] = []
    flow.walk(Array(flow.operations.indices)) { place, during, after in
      levels.append((flow.operations[place], during, after))
    }
    return LiveBytes(
      argumentBytes: function.argumentTypes.reduce(0) { $0 + $1.tileByteCount },
      resultBytes: function.resultTypes.reduce(0) { $0 + $1.tileByteCount }, levels: levels)
  }

  /// The flow of a block as it now stands.
  mutating func flow(of block: BlockID, in function: Function) -> BlockFlow {
    var inner: [OperationID: Int] = [:]
    for id in function[block].operations {
      let node = function[id]
      if case .control(.call(let callee)) = node.operation {
        inner[id] = peak(of: callee)
      } else if case .control(.repeat) = node.operation, let body = node.body {
        let flow = flow(of: body, in: function)
        inner[id] = flow.cost(Array(flow.operations.indices)).peak
      }
    }
    return BlockFlow(
      of: block, in: function, ownsArguments: block != function.body, effects: effects,
      replaced: { accumulators.replaced(by: $0, in: function) },
      innerPeak: { inner[$0] ?? 0 })
  }

  /// The most bytes that a function holds beside its arguments and results.
  package mutating func peak(of name: String) -> Int {
    if let known = peaks[name] { return known }
    guard let function = module[name] else { return 0 }
    let peak = liveBytes(of: function).peak
    peaks[name] = peak
    return peak
  }

  /// Takes the peak of a function whose operations got another order.
  mutating func setPeak(_ peak: Int, of name: String) { peaks[name] = peak }
}
