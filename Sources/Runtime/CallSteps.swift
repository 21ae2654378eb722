import Bundle

/// All that a call runs, with what the functions that it calls run, as far as its caller's other operations
/// are concerned by it: which steps touch the function's arguments and results.
struct CallSteps {
  enum Step {
    /// A call within hands its callee the addresses of arguments and results.
    case bind(operation: Program.OperationIndex, caller: Int)
    /// A kernel, by its place among those of its function.
    case kernel(function: Int, place: Int)
  }

  /// Steps above which calls are left whole.
  private static let largestCount = 4096

  private(set) var steps: [Step] = []
  /// For the storage of an argument or a result the first and the last step that reads or writes it.
  private(set) var touches: [Int: ClosedRange<Int>] = [:]
  /// Nanoseconds before each step, roughly, and at the end.
  private(set) var starts: [Double] = [0]

  private let program: Program
  private let plan: MemoryPlan
  private let costs: ProgramCosts
  private let operations: [[Program.OperationIndex]]

  /// - Parameter operations: for each function those of its own block that have kernels, in order. The
  ///   copies to results follow.
  init(
    of function: Int, _ operations: [[Program.OperationIndex]], _ program: Program,
    _ plan: MemoryPlan, _ costs: ProgramCosts
  ) {
    self.program = program
    self.plan = plan
    self.costs = costs
    self.operations = operations
    let own = plan.functions[function].arguments + plan.functions[function].results
    append(
      function, roots: Dictionary(own.map { ($0, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Nanoseconds of the whole call.
  var time: Double { starts[starts.count - 1] }

  /// Recurses by the depth of calls, which is bounded.
  /// - Parameter roots: for storages of the function the storage of the first function's argument or
  ///   result that they are.
  private mutating func append(_ function: Int, roots: [Int: Int]) {
    for (place, index) in operations[function].enumerated() {
      let operation = program.operations[index]
      if case .control(.call(let name)) = operation.operation, steps.count < Self.largestCount {
        let callee = plan.calls.number(of: name)
        add(.bind(operation: index, caller: function), [], nanoseconds: 0)
        append(callee, roots: self.roots(in: callee, of: operation, roots))
        continue
      }
      var values = operation.operands + operation.results
      if let body = operation.body {
        values += program.blocks[body].arguments
        program.forEachOperation(in: body) { values += $0.operands + $0.results }
      }
      add(
        .kernel(function: function, place: place),
        values.compactMap { roots[plan.storageOf[$0]] }, nanoseconds: costs.operations[index])
    }
    for (number, copy) in plan.functions[function].returnCopies.enumerated() {
      add(
        .kernel(function: function, place: operations[function].count + number),
        [copy.source, copy.destination].compactMap { roots[$0] }, nanoseconds: 0)
    }
  }

  private func roots(
    in callee: Int, of call: ProgramOperation, _ roots: [Int: Int]
  ) -> [Int: Int] {
    let function = plan.functions[callee]
    let pairs =
      Array(zip(function.arguments, call.operands)) + Array(zip(function.results, call.results))
    var inner: [Int: Int] = [:]
    for (own, value) in pairs where inner[own] == nil { inner[own] = roots[plan.storageOf[value]] }
    return inner
  }

  private mutating func add(_ step: Step, _ touched: [Int], nanoseconds: Double) {
    for storage in touched {
      touches[storage] = (touches[storage]?.lowerBound ?? steps.count)...steps.count
    }
    steps.append(step)
    starts.append(time + nanoseconds)
  }
}

/// Where a call within a group waits for others that run at the same time, and tells them how far it is.
struct CallGates {
  /// By the place of a step: the events that must have been before it.
  var waits: [Int: [Int]] = [:]
  /// By the place of a step: the events that are after it.
  var signals: [Int: [Int]] = [:]

  /// Whether the call neither waits nor tells.
  var isOpen: Bool { waits.isEmpty && signals.isEmpty }
}
