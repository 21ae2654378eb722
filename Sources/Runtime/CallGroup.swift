import Bundle
import Operations

/// Operations of a block, one after the other, that threads take as they become ready: calls among them
/// do not wait for each other, as those of the slots of a pipeline in one timestep.
///
/// Each thread has memory of its own for what calls run, and calls for long pieces of work, so that
/// threads neither wait for each other nor move operands from core to core within a call. Which operation
/// waits for which follows from where the memory plan has their values (`GroupEdges`): numbers are the
/// same as in the order of the program, on any number of threads.
struct CallGroup {
  /// The function in whose body, or repeat, the operations stand.
  var function: Int
  /// In the order of the program.
  var operations: [Program.OperationIndex]
  /// Parts of the operations that follow each other. Memory of a value is not used for another before the
  /// part after the one that uses it last ends, so that operations of two parts wait for what they read
  /// only. Parts are as many as bound the memory, where a group goes over many timesteps.
  var windows: [Range<Int>]
}

extension CallGroup {
  /// Of what one thread takes for the operations of a group, the most that threads may need for it to be
  /// a group.
  private static let largestShare = 0.8

  /// Windows of a group, at most.
  private static let largestWindowCount = 4

  /// Nil where calls wait for each other, or are too short for threads.
  ///
  /// - Parameters:
  ///   - smallestGain: nanoseconds that threads must save.
  init?(
    _ operations: [Program.OperationIndex], of function: Int, _ program: Program,
    _ costs: ProgramCosts, _ calls: CallGraph, threads: Int, smallestGain: Double
  ) {
    let estimate = GroupEstimate(operations, program, costs, calls, threads: threads)
    guard estimate.callCount > 1, estimate.time <= Self.largestShare * estimate.work,
      estimate.work - estimate.time >= smallestGain
    else { return nil }
    self.function = function
    self.operations = operations
    windows = Self.windows(
      of: operations, program, costs, smallestWork: estimate.work / Double(Self.largestWindowCount))
  }

  /// A window ends where a function is called a second time, as a timestep does.
  private static func windows(
    of operations: [Program.OperationIndex], _ program: Program, _ costs: ProgramCosts,
    smallestWork: Double
  ) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var (start, work) = (0, 0.0)
    var called: Set<String> = []
    for (place, index) in operations.enumerated() {
      if case .control(.call(let callee)) = program.operations[index].operation {
        if !called.insert(callee).inserted, work >= smallestWork {
          windows.append(start..<place)
          (start, work, called) = (place, 0, [callee])
        }
      }
      work += costs.operations[index]
    }
    return windows + [start..<operations.count]
  }
}

/// What threads would need for operations that wait for the values that they read; a call waits when it
/// reads them.
struct GroupEstimate {
  /// Nanoseconds on one thread.
  private(set) var work = 0.0
  /// Nanoseconds on the threads: their share, or the longest chain.
  private(set) var time = 0.0
  private(set) var callCount = 0

  init(
    _ operations: [Program.OperationIndex], _ program: Program, _ costs: ProgramCosts,
    _ calls: CallGraph, threads: Int
  ) {
    /// When each value is there.
    var ready: [Program.ValueIndex: Double] = [:]
    for index in operations {
      let operation = program.operations[index]
      let callee: Int? =
        if case .control(.call(let name)) = operation.operation { calls.number(of: name) } else {
          nil
        }
      var start = 0.0
      for (place, value) in operation.operands.enumerated() {
        guard let time = ready[value] else { continue }
        start = max(start, time - (callee.map { costs.firstUses[$0][place] } ?? 0))
      }
      let cost = costs.operations[index]
      for (place, value) in operation.results.enumerated() {
        ready[value] = start + (callee.map { costs.readyTimes[$0][place] } ?? cost)
      }
      work += cost
      time = max(time, start + cost)
      if callee != nil { callCount += 1 }
    }
    time = max(time, work / Double(threads))
  }
}
