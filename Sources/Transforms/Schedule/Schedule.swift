import GraphIR
import Operations

/// Puts the operations of each block in an order in which fewer bytes are alive at once.
///
/// Definitions stay before uses, and operations that move a stream on keep their order. All else may
/// move, so that results are the same bits. Of three orders the best is taken: the one that is there,
/// one that always takes the operation that frees most, and both improved by moving single
/// operations; an order is better where its peak is lower, or else its sum of live bytes by more than
/// a thousandth. That is done until nothing is better, so that a second run changes nothing.
///
/// A slice of an argument that is read several times is made again before each reader: the argument is
/// there anyway, the slice then is alive for one operation only. So the slices of the word embedding,
/// which forward and backward pass read, do not lie beside it all the time in between.
///
/// Before, `%a` and `%b` are alive at once, after only one of them:
///
///     %a = broadcast %x; %b = broadcast %y; %c = sum %a; %d = sum %b
///     %a = broadcast %x; %c = sum %a; %b = broadcast %y; %d = sum %b
package enum Schedule {
  /// The pass.
  package static let pass = Pass(
    "schedule", "puts operations in an order in which fewer bytes are alive at once"
  ) { module, _ in
    var scheduler = Scheduler(module)
    for function in module.functions { scheduler.schedule(function.name) }
    module = scheduler.module
  }

  private struct Scheduler {
    private(set) var module: Module
    private var analysis: LiveBytesAnalysis
    private var done: Set<String> = []

    init(_ module: Module) {
      self.module = module
      analysis = LiveBytesAnalysis(module)
    }

    /// Orders a function once those that it calls are in order: a call needs its callee's peak.
    mutating func schedule(_ name: String) {
      guard done.insert(name).inserted, let function = module[name] else { return }
      for callee in function.callees { schedule(callee) }
      var rewriter = Rewriter(function)
      var isChanged = rewriter.remakeSlices()
      let peak = order(function.body, &rewriter, &isChanged)
      analysis.setPeak(peak, of: name)
      if isChanged { module.insert(rewriter.function) }
    }

    /// Orders a block, those within it first but for chains, in which nothing is kept.
    /// - Returns: its peak.
    private mutating func order(
      _ block: BlockID, _ rewriter: inout Rewriter, _ isChanged: inout Bool
    ) -> Int {
      for id in rewriter.function[block].operations {
        let node = rewriter.function[id]
        if case .control(.repeat) = node.operation, let body = node.body {
          _ = order(body, &rewriter, &isChanged)
        }
      }
      var cost: OrderCost
      repeat {
        let flow = analysis.flow(of: block, in: rewriter.function)
        let order = flow.lowOrder()
        cost = order.cost
        guard let better = order.better, let last = rewriter.function[block].operations.last
        else { break }
        rewriter.reorder(block, better.map { flow.operations[$0] } + [last])
        isChanged = true
      } while true
      return cost.peak
    }
  }
}

extension Rewriter {
  /// Gives each reader of a slice of an argument, in the function's body, a slice of its own.
  /// - Returns: whether anything changed.
  fileprivate mutating func remakeSlices() -> Bool {
    let body = function[function.body].operations
    var before: [OperationID: [OperationID]] = [:]
    for id in body {
      let node = function[id]
      guard case .movement(.slice) = node.operation,
        case .argument(function.body, _) = function[node.operands[0]].definition
      else { continue }
      let readers = function[node.results[0]].uses.filter {
        function[$0.operation].parent == function.body
      }
      // The slice itself stays for one of them.
      for use in readers.dropFirst() {
        insertionPoint = .end(function.body)
        let copy = insert(node.operation, node.operands)[0]
        setOperand(use.operand, of: use.operation, to: copy)
        if let made = function[function.body].operations.last {
          before[use.operation, default: []].append(made)
        }
      }
    }
    guard !before.isEmpty else { return false }
    reorder(function.body, body.flatMap { (before[$0] ?? []) + [$0] })
    return true
  }
}

extension BlockFlow {
  /// An order that is better than the one that is there, nil where none was found, and the cost of
  /// the better of the two.
  func lowOrder() -> (better: [Int]?, cost: OrderCost) {
    let present = Array(operations.indices)
    let presentCost = cost(present)
    // Blocks in which nothing can be gained are most of them.
    guard operations.count > 2 else { return (nil, presentCost) }
    let successors = predecessors.transposed(count: operations.count)
    let greedy = greedyOrder(successors)
    var best: (order: [Int], cost: OrderCost)?
    for order in [greedy, improved(present, successors), improved(greedy, successors)] {
      let cost = cost(order)
      if cost < (best?.cost ?? presentCost) { best = (order, cost) }
    }
    guard let best, best.cost.isBetter(than: presentCost) else { return (nil, presentCost) }
    return (best.order, best.cost)
  }
}

extension OrderCost {
  /// Whether the change is worth making.
  fileprivate func isBetter(than other: OrderCost) -> Bool {
    peak < other.peak || peak == other.peak && sum < other.sum - other.sum / 1024
  }
}
