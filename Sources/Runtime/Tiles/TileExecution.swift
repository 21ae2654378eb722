import Foundations
import TileProgram

/// What a run on tiles did, step by step: of one replica, since all do the same.
package struct TileExecution: Sendable {
  /// A step of a function, or of a repeat in one.
  package struct Step: Sendable {
    /// The function's number.
    package var function: Int
    /// The step's number, and within repeats the numbers of those around it first.
    package var path: [Int]
    /// How often it ran, in all calls of the function.
    package var runs: Int
    /// Bytes that the tile receives, each time, that receives the most.
    package var largestReceivedBytes: Int
    /// Bytes that all tiles receive, each time.
    package var receivedBytes: Int
    /// Bytes that all tiles copy within their memories in an exchange, each time.
    package var copiedBytes: Int
    /// Of a compute set for each operand, then each result, the type of the largest box that a tile has.
    package var largestTypes: [TensorType]
  }

  /// The steps of all functions that ran, by function and place.
  package var steps: [Step] = []
  /// Bytes that tiles have received in all.
  package var receivedBytes: Int { steps.reduce(0) { $0 + $1.runs * $1.receivedBytes } }

  /// Cycles of one replica: of each step what `cycles` says that it takes once.
  package func cycles(of program: TileProgram, _ cycles: (TileStep, TileFunction) -> Int) -> Int {
    steps.reduce(0) { sum, step in
      guard let function = program.functions[step.function],
        let source = Self.step(step.path[...], in: function.steps)
      else { return sum }
      return sum + step.runs * cycles(source, function)
    }
  }

  static func step(_ path: ArraySlice<Int>, in steps: [TileStep]) -> TileStep? {
    guard let first = path.first, steps.indices.contains(first) else { return nil }
    if path.count == 1 { return steps[first] }
    guard case .repeat(_, _, let inner) = steps[first].kind else { return nil }
    return step(path.dropFirst(), in: inner)
  }

  init(_ functions: [PreparedTileFunction]) {
    for function in functions { add(function.steps, of: function.number) }
  }

  private mutating func add(_ steps: [PreparedTileStep], of function: Int) {
    for step in steps where step.runs > 0 {
      self.steps.append(
        Step(
          function: function, path: step.site.path, runs: step.runs,
          largestReceivedBytes: step.copies?.largestReceivedBytes ?? 0,
          receivedBytes: step.copies?.receivedBytes ?? 0,
          copiedBytes: step.copies?.copiedBytes ?? 0, largestTypes: step.largestTypes))
      if case .repeat(_, _, let inner) = step.action { add(inner, of: function) }
    }
  }
}
