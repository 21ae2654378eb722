import Bundle
import Foundations
import Operations

/// Where everything is that running a program needs: one arena, of which each function has a frame.
///
/// A function's frame begins behind those of all functions that may be running when it is called, so
/// that every address is known before the program runs. The frames of functions that never run at
/// the same time overlap.
struct MemoryPlan {
  let schedule: Schedule
  let calls: CallGraph
  let constants: ConstantPool
  let replication: Replication
  let functions: [FunctionPlan]
  /// The storage of each value, in its function.
  let storageOf: [Int]
  /// Where each function's frame begins in the arena.
  private(set) var frameBases: [Int]
  private(set) var arenaByteCount: Int

  init(
    _ selection: ParallelSelection, _ calls: CallGraph, _ replication: Replication, replicas: Int
  ) {
    let program = selection.program
    let schedule = Schedule(program)
    self.schedule = schedule
    self.calls = calls
    constants = ConstantPool(program)
    self.replication = replication
    var planner = FunctionPlanner(selection, schedule, calls, replication, constants)
    var plans = program.functions.map { _ in FunctionPlan() }
    var windows = program.functions.map { _ in [FunctionPlan.Window]() }
    for group in selection.groups {
      let ends = group.windows.map { schedule.positions[group.operations[$0.upperBound - 1]] }
      for (number, window) in group.windows.enumerated() {
        windows[group.function].append(
          FunctionPlan.Window(
            positions: schedule.positions[group.operations[window.lowerBound]]...ends[number],
            nextEnd: ends[min(number + 1, ends.count - 1)]))
      }
    }
    for number in calls.calleesFirst {
      plans[number] = planner.makePlan(number: number)
      plans[number].keepMemory(through: windows[number])
      plans[number].placeFrame(replicas: replicas)
    }
    functions = plans
    storageOf = planner.storageOf

    let base = aligned(constants.byteCount)
    frameBases = plans.map { _ in base }
    arenaByteCount = base
    for number in calls.calleesFirst.reversed() {
      let end = frameBases[number] + plans[number].frameByteCount
      arenaByteCount = max(arenaByteCount, end)
      for callee in calls.callees[number] { frameBases[callee] = max(frameBases[callee], end) }
    }
  }
}

extension FunctionPlan {
  /// A window of a group; see `CallGroup.windows`.
  fileprivate struct Window {
    var positions: ClosedRange<Int>
    /// The last position of the window after it, or its own where it is the last of the group.
    var nextEnd: Int
  }

  /// Keeps the memory of what is used last within a window until the end of the next.
  fileprivate mutating func keepMemory(through windows: [Window]) {
    let windows = windows.sorted { $0.positions.upperBound < $1.positions.upperBound }
    for index in storages.indices where storages[index].home == .frame {
      let end = storages[index].lifetime.upperBound
      // Binary search for the first window that ends at or behind the last use.
      var (low, high) = (0, windows.count)
      while low < high {
        let middle = (low + high) / 2
        if windows[middle].positions.upperBound < end { low = middle + 1 } else { high = middle }
      }
      if low < windows.count, windows[low].positions.contains(end) {
        storages[index].extend(through: windows[low].nextEnd)
      }
    }
  }

  /// Gives each storage of the frame its place: in the order in which they begin, each in the first
  /// gap where it fits among those that live then.
  fileprivate mutating func placeFrame(replicas: Int) {
    let inFrame = storages.indices.filter { storages[$0].home == .frame }
    let byStart = inFrame.sorted {
      (storages[$0].lifetime.lowerBound, $0) < (storages[$1].lifetime.lowerBound, $1)
    }
    let byEnd = inFrame.sorted {
      (storages[$0].lifetime.upperBound, $0) < (storages[$1].lifetime.upperBound, $1)
    }
    var gaps = Gaps()
    var ended = 0
    for index in byStart {
      let start = storages[index].lifetime.lowerBound
      while ended < byEnd.count, storages[byEnd[ended]].lifetime.upperBound < start {
        let storage = storages[byEnd[ended]]
        gaps.free(storage.offset..<storage.offset + storage.byteCountInFrame(replicas: replicas))
        ended += 1
      }
      storages[index].offset = gaps.take(storages[index].byteCountInFrame(replicas: replicas))
    }
    frameByteCount = gaps.end
  }
}

extension Storage {
  /// Bytes from one replica's value to the next: the host's parts stand side by side.
  var replicaStride: Int {
    switch home {
    case .frame, .constant: aligned(byteCount)
    case .argument, .result: byteCount
    }
  }

  /// Bytes that it takes in its function's frame.
  func byteCountInFrame(replicas: Int) -> Int {
    replicaStride * (isReplicated ? replicas : 1)
  }
}

/// The free parts of a frame that grows at its end.
private struct Gaps {
  /// Gaps looked at for one storage: bounds the time where a program makes very many.
  private static let largestSearch = 4096

  /// In order, none empty, none touching the next.
  private var gaps: [Range<Int>] = []
  private(set) var end = 0

  /// The start of the first gap that holds `byteCount`, or of new memory at the end.
  mutating func take(_ byteCount: Int) -> Int {
    if let index = gaps.prefix(Self.largestSearch).firstIndex(where: { $0.count >= byteCount }) {
      let start = gaps[index].lowerBound
      if gaps[index].count == byteCount {
        gaps.remove(at: index)
      } else {
        gaps[index] = start + byteCount..<gaps[index].upperBound
      }
      return start
    }
    if let last = gaps.last, last.upperBound == end {
      gaps.removeLast()
      end = last.lowerBound + byteCount
      return last.lowerBound
    }
    end += byteCount
    return end - byteCount
  }

  mutating func free(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    var merged = range
    // Binary search for the first gap that begins behind the range.
    var (low, high) = (0, gaps.count)
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].lowerBound < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    var replaced = low..<low
    if low < gaps.count, gaps[low].lowerBound == range.upperBound {
      merged = merged.lowerBound..<gaps[low].upperBound
      replaced = low..<low + 1
    }
    if low > 0, gaps[low - 1].upperBound == range.lowerBound {
      merged = gaps[low - 1].lowerBound..<merged.upperBound
      replaced = low - 1..<replaced.upperBound
    }
    gaps.replaceSubrange(replaced, with: [merged])
  }
}
