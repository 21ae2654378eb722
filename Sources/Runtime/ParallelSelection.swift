import Bundle
import Operations

/// What of a program runs on several threads at a time, other than by sharing kernels: the repeats whose
/// iterations run in lanes, and groups of calls. They do not lie in each other.
struct ParallelSelection {
  /// What an engine lets the selection use.
  struct Limits {
    var threads: Int
    /// Nanoseconds that a group must save.
    var smallestGroupGain: Double
    var allowsLanes = true
    var allowsGroups = true
  }

  /// The share of a group's work that one operation has at most: above that there may be more to gain
  /// within the operation.
  private static let largestTaskShare = 0.75

  private(set) var lanes: LaneSelection
  private(set) var groups: [CallGroup] = []
  /// For each operation its group.
  private(set) var groupOf: [Int?]

  private let calls: CallGraph
  private let replication: Replication
  private let costs: ProgramCosts
  private let limits: Limits
  /// For each function whether something runs it in a lane, or in a group.
  private var isInLane: [Bool]
  private var isInGroup: [Bool]

  /// The program with lanes reordered; see `LaneSelection`.
  var program: Program { lanes.program }

  init(_ program: Program, _ calls: CallGraph, _ replication: Replication, _ limits: Limits) {
    self.calls = calls
    self.replication = replication
    self.limits = limits
    lanes = LaneSelection(without: program)
    groupOf = program.operations.map { _ in nil }
    isInLane = program.functions.map { _ in false }
    isInGroup = isInLane
    costs = ProgramCosts(program, calls)
    guard limits.threads > 1 else { return }
    // What calls a function is looked at before it, so that of two choices the outer one is made.
    for number in calls.calleesFirst.reversed() {
      select(in: program.functions[number].body, of: number, isInLane: isInLane[number])
    }
  }

  /// Recurses by the nesting of repeats, which is bounded.
  private mutating func select(
    in block: Program.BlockIndex, of function: Int, isInLane: Bool
  ) {
    for index in program.blocks[block].operations {
      guard case .control(.repeat) = program.operations[index].operation,
        let body = program.operations[index].body
      else { continue }
      let runsInLanes =
        limits.allowsLanes && selectLanes(index, body, of: function, isInLane: isInLane)
      if runsInLanes {
        for callee in calls.functions(calledIn: body, of: program) { self.isInLane[callee] = true }
      }
      select(in: body, of: function, isInLane: isInLane || runsInLanes)
    }
    guard limits.allowsGroups, !isInLane, !isInGroup[function] else { return }
    for group in groups(in: block, of: function) {
      for index in group.operations {
        groupOf[index] = groups.count
        if case .control(.call(let callee)) = program.operations[index].operation {
          markInGroup(calls.number(of: callee))
        }
      }
      groups.append(group)
    }
  }

  private mutating func markInGroup(_ function: Int) {
    guard !isInGroup[function] else { return }
    isInGroup[function] = true
    for callee in calls.callees[function] { markInGroup(callee) }
  }

  /// Lets the iterations of a repeat run in lanes where that is worth more than groups in its body.
  private mutating func selectLanes(
    _ index: Program.OperationIndex, _ body: Program.BlockIndex, of function: Int,
    isInLane: Bool
  ) -> Bool {
    guard case .control(.repeat(let count)) = program.operations[index].operation, count > 1,
      !isInGroup[function], let parts = IterationParts(of: body, program, calls)
    else { return false }
    func work(_ operations: [Program.OperationIndex]) -> Double {
      operations.reduce(0) { $0 + costs.operations[$1] }
    }
    let (independent, all) = (work(parts.independent), work(program.blocks[body].operations))
    let savedInLanes = independent * (1 - 1 / Double(limits.threads))
    guard savedInLanes >= all * LaneSelection.smallestGain else { return false }
    if limits.allowsGroups, !isInLane {
      let saved = groups(in: body, of: function).reduce(0) { sum, group in
        let estimate = GroupEstimate(
          group.operations, program, costs, calls, threads: limits.threads)
        return sum + estimate.work - estimate.time
      }
      guard saved <= savedInLanes else { return false }
    }
    lanes.select(index, body, parts, count: count)
    return true
  }

  /// Groups of the block's operations between those that run alone: repeats, what runs for one replica
  /// after the other, what takes nearly all of the time, and the block's end.
  private func groups(in block: Program.BlockIndex, of function: Int) -> [CallGroup] {
    let runsAlone = { (index: Program.OperationIndex) -> Bool in
      let operation = program.operations[index].operation
      if case .control(.repeat) = operation { return true }
      return operation.isTerminator || replication.runsForEachReplica[index]
    }
    return program.blocks[block].operations.split(whereSeparator: runsAlone).flatMap { operations in
      let work = operations.reduce(0) { $0 + costs.operations[$1] }
      return operations.split { costs.operations[$0] > Self.largestTaskShare * work }
    }.compactMap { operations in
      CallGroup(
        Array(operations), of: function, program, costs, calls, threads: limits.threads,
        smallestGain: limits.smallestGroupGain)
    }
  }
}
