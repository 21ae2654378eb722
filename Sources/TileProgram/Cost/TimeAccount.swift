import IPUTarget
import Operations

/// Counts the time of a program's run.
///
/// Functions on one IPU take the sum of their steps. In those that span IPUs, each IPU's steps run beside the
/// others'; IPUs wait for each other
/// - at the end of an iteration of a repeat over several IPUs, links carrying all its copies side by side;
/// - elsewhere after copies between IPUs that follow each other, which end a timestep of a ramp;
/// - before and after such a repeat, a collective, and a call of a function that spans IPUs.
struct TimeAccount {
  private let program: TileProgram
  private var costs: CostModel
  /// Of each function that runs on one IPU the time of a call.
  private var functions: [Int: TimeUse] = [:]
  private var repeats: [SteadyState] = []
  /// The repeat whose iterations are the steady state.
  private var steady: SteadyState?
  private var uses: [[TimeUse]]

  /// A repeat of a function that spans IPUs, or of the entry.
  private struct SteadyState {
    var step: TileStep
    /// The function, and the repeat's place in the order in which its repeats are met.
    var function: Int
    var place: Int
    /// Functions that the repeat's body calls.
    var callees: Set<Int>
    var timestep: TimePlan.Timestep
    var isOverIPUs: Bool
  }

  init(_ program: TileProgram, costs: CostModel) {
    self.program = program
    self.costs = costs
    uses = TimePlan.Part.allCases.map { _ in
      Array(repeating: TimeUse(), count: program.ipus)
    }
  }

  /// The time of a run, and the costs that are known now.
  mutating func plan() -> (plan: TimePlan, costs: CostModel) {
    if let entry = program.functions[program.entry] {
      // Once to find the steady state, once to tell the parts of a run.
      var clock = newClock
      var place = 0
      run(entry.steps, of: program.entry, &clock, &place)
      steady = repeats.filter { program.ipus == 1 || $0.isOverIPUs }.max {
        $0.timestep.count * $0.timestep.cycles < $1.timestep.count * $1.timestep.cycles
      }
      runParts(of: entry)
    }
    let plan = TimePlan(
      uses: uses, timestep: steady?.timestep,
      functions: program.functions.indices.map { functions[$0] },
      clockHertz: costs.system.ipu.clockHertz)
    return (plan, costs)
  }

  private var newClock: Clock {
    let sync = program.ipus > 1 ? costs.system.ipu.globalSyncCycles : 0
    return Clock(ipus: program.ipus, syncCycles: sync)
  }

  // MARK: Parts of a run

  private mutating func runParts(of entry: TileFunction) {
    let end = endOfMicroBatches(of: entry)
    var clock = newClock
    var place = 0
    var current = TimePlan.Part.ramps
    for (index, step) in entry.steps.enumerated() {
      var part = index < end ? TimePlan.Part.ramps : .update
      if case .collective = step.kind { part = .allReduce }
      if part != current { close(current, &clock) }
      current = part
      run([step], of: program.entry, &clock, &place)
      // Copies end a timestep where another step follows.
      let following = entry.steps.dropFirst(index + 1).first?.kind
      if clock.hasCopied, !(following?.isCopyBetweenIPUs ?? false) { clock.synchronize() }
    }
    close(current, &clock)
  }

  private mutating func close(_ part: TimePlan.Part, _ clock: inout Clock) {
    for (ipu, use) in clock.take().enumerated() { uses[part.index][ipu] += use }
  }

  /// The number of the entry's steps that belong to the micro-batches: up to the last that is the steady
  /// state, calls its function, or calls a function that the steady state calls too. Without a steady state
  /// up to the first collective, or else the first step that touches state of the optimizer.
  private func endOfMicroBatches(of entry: TileFunction) -> Int {
    if let steady {
      let last = entry.steps.lastIndex { step in
        step == steady.step
          || !callees(of: [step]).isDisjoint(with: steady.callees.union([steady.function]))
      }
      return last.map { $0 + 1 } ?? 0
    }
    let first = entry.steps.firstIndex {
      if case .collective = $0.kind { return true }
      return $0.tensors.contains { entry.tensors[$0].category == .optimizerState }
    }
    return first ?? entry.steps.count
  }

  private func callees(of steps: [TileStep]) -> Set<Int> {
    steps.reduce(into: []) { callees, step in
      switch step.kind {
      case .call(let callee, _, _, _): callees.insert(callee)
      case .repeat(_, _, let body): callees.formUnion(self.callees(of: body))
      default: break
      }
    }
  }

  // MARK: Functions that span IPUs, and the entry

  /// - Parameters:
  ///   - place: repeats of the function that were met before.
  ///   - isBody: whether the steps are those of a repeat, whose copies are all at its end.
  private mutating func run(
    _ steps: [TileStep], of number: Int, _ clock: inout Clock, _ place: inout Int,
    isBody: Bool = false
  ) {
    guard let function = program.functions[number] else { return }
    let own = program.spansIPUs(number) ? nil : 0
    for step in steps {
      let cost = costs.cost(of: step, in: function).time
      if case .copyBetweenIPUs(let source, let destination) = step.kind {
        let tensors = function.tensors
        clock.copy(
          from: tensors[source].ipu, to: tensors[destination].ipu, cycles: cost.links)
        continue
      }
      if !isBody, clock.hasCopied { clock.synchronize() }
      switch step.kind {
      case .collective:
        clock.append(Array(repeating: cost, count: program.ipus))
      case .repeat(let count, _, let body):
        let state = iterate(step, body, count: count, counting: cost, of: number, &place)
        add(state, to: &clock)
      case .call(let callee, let called, _, _):
        if let ipu = program.ipu(ofCall: called, to: callee, from: own) {
          clock.add(cost + time(of: callee), on: ipu)
        } else {
          clock.synchronize()
          var inner = 0
          run(program.functions[callee]?.steps ?? [], of: callee, &clock, &inner)
          clock.synchronize()
        }
      default:
        clock.add(cost, on: program.ipu(of: step, function, on: own) ?? 0)
      }
    }
  }

  /// What an iteration of a repeat takes.
  private mutating func iterate(
    _ step: TileStep, _ body: [TileStep], count: Int, counting: TimeUse, of number: Int,
    _ place: inout Int
  ) -> SteadyState {
    let ownPlace = place
    place += 1
    var inner = newClock
    run(body, of: number, &inner, &place, isBody: true)
    let active = inner.active
    for ipu in active { inner.add(counting, on: ipu) }
    let isOverIPUs = active.count > 1 || inner.hasCopied || inner.done.contains { $0.total > 0 }
    return SteadyState(
      step: step, function: number, place: ownPlace, callees: callees(of: body),
      timestep: TimePlan.Timestep(count: count, uses: inner.take()), isOverIPUs: isOverIPUs)
  }

  /// A repeat in which one IPU works runs beside what the others do.
  private mutating func add(_ state: SteadyState, to clock: inout Clock) {
    let uses = state.timestep.uses.map { $0 * state.timestep.count }
    if let steady, steady.function == state.function, steady.place == state.place {
      close(.ramps, &clock)
      for ipu in uses.indices { self.uses[TimePlan.Part.steady.index][ipu] += uses[ipu] }
      return
    }
    if steady == nil { repeats.append(state) }
    if state.isOverIPUs {
      clock.append(uses)
    } else {
      for ipu in uses.indices { clock.add(uses[ipu].withoutIdle, on: ipu) }
    }
  }

  // MARK: Functions on one IPU

  private mutating func time(of number: Int) -> TimeUse {
    if let known = functions[number] { return known }
    guard let function = program.functions[number] else { return TimeUse() }
    let use = time(of: function.steps, function)
    functions[number] = use
    return use
  }

  private mutating func time(of steps: [TileStep], _ function: TileFunction) -> TimeUse {
    steps.reduce(TimeUse()) { sum, step in
      let cost = costs.cost(of: step, in: function).time
      switch step.kind {
      case .call(let callee, _, _, _): return sum + cost + time(of: callee)
      case .repeat(let count, _, let body): return sum + (cost + time(of: body, function)) * count
      default: return sum + cost
      }
    }
  }
}

extension TileStep.Kind {
  /// Whether the step is a copy from an IPU to another.
  var isCopyBetweenIPUs: Bool {
    if case .copyBetweenIPUs = self { return true }
    return false
  }
}
