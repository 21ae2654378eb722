import GraphIR

/// What a function becomes where some of its tensors are in parts: a function for each phase. Between
/// phases the replicas add up scalars, which only an entry can do.
struct SplitFunction {
  /// A result of a phase.
  struct Output: Hashable {
    var phase: Int
    /// The place among the results of the phase's function.
    var index: Int
  }

  /// What a phase is called with.
  enum Input: Hashable {
    /// An argument of the original, by its place; a part where its group is.
    case argument(Int)
    /// What an earlier phase gave.
    case output(Output)
    /// The sum over the replicas of what an earlier phase gave.
    case total(Output)
  }

  /// A part of the original that each replica can run alone.
  struct Phase {
    var function: Function
    /// What is given for each argument of the function.
    var inputs: [Input]
    /// The places of the results that are to be summed over the replicas.
    var sums: [Int]
  }

  var phases: [Phase]
  /// Where the original's results are.
  var results: [Output]
}
