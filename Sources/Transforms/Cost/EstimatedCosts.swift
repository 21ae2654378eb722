import Foundations
import GraphIR
import Operations

/// Costs by formulas of an operation's types: FLOPs of products, elements and bytes of all else.
///
/// The cost of a function is the sum over its operations, and so on down the calls; each function is
/// summed once, however often it is called. Of layouts, overlap and what a planner would do better it
/// knows nothing: figures are good for comparing layers, not for a stop watch.
package struct EstimatedCosts: CostModel {
  private let module: Module
  private let weights: WeightArguments
  private var analysis: LiveBytesAnalysis
  private var known: [String: Cost] = [:]

  /// Costs of a valid module.
  package init(_ module: Module) {
    self.module = module
    weights = WeightArguments(module)
    analysis = LiveBytesAnalysis(module)
  }

  /// The sum over a function's operations; nothing for a function that the module does not have.
  package mutating func cost(of function: String) -> Cost {
    if let cost = known[function] { return cost }
    guard let body = module[function] else { return Cost() }
    let cost = Cost(
      cycles: cycles(of: body.body, in: body), weightBytes: weights.bytes(of: body),
      keptBytes: keptBytes(of: body), temporaryBytes: analysis.peak(of: function))
    known[function] = cost
    return cost
  }

  /// The cost of an operation; that of a call is its callee's.
  package mutating func cost(of operation: OperationID, in function: Function) -> Cost {
    let node = function[operation]
    let cycles = cycles(of: operation, in: function)
    if case .control(.call(let callee)) = node.operation {
      var cost = cost(of: callee)
      cost.cycles = cycles
      return cost
    }
    let read = Set(function.valuesRead(by: operation))
    let isWeight = weights.arguments(of: function)
    let bytes = zip(function.arguments, isWeight).reduce(0) { sum, argument in
      argument.1 && read.contains(argument.0)
        ? sum + function.type(of: argument.0).byteCount : sum
    }
    return Cost(cycles: cycles, weightBytes: bytes)
  }

  private mutating func cycles(of block: BlockID, in function: Function) -> Double {
    function[block].operations.reduce(0) { $0 + cycles(of: $1, in: function) }
  }

  private mutating func cycles(of id: OperationID, in function: Function) -> Double {
    let node = function[id]
    switch node.operation {
    case .control(.call(let callee)): return cost(of: callee).cycles
    case .control(.repeat(let count)):
      return node.body.map { Double(count) * cycles(of: $0, in: function) } ?? 0
    default:
      return node.operation.cycles(
        node.operands.map(function.type(of:)), node.results.map(function.type(of:)))
    }
  }

  /// What a forward function gives after the results of the function that was differentiated; 0 for other
  /// functions, and where that function is not in the module.
  private func keptBytes(of function: Function) -> Int {
    guard let name = DerivativePair.primalName(ofForward: function.name), let primal = module[name],
      primal.argumentTypes == function.argumentTypes
    else { return 0 }
    return function.resultTypes.dropFirst(primal.results.count).reduce(0) { $0 + $1.byteCount }
  }
}
