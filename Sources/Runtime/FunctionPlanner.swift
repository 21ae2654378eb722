import Bundle
import Foundations
import Operations

/// Decides where each value of a function is, walking over its operations in order.
///
/// - A reshape is another name for its operand.
/// - A value that the function returns is made where its caller wants it.
/// - A value that a repeat's block yields is made where the carried value was, if that is dead by then
///   and the operation waits for the earlier iterations, and need not wait for others of its group.
/// - Another result of an operation takes the place of an operand that is dead after it, where the
///   kernel can compute in place.
/// - All else has its own storage. What a chain makes inside it has none.
struct FunctionPlanner {
  private let program: Program
  private let schedule: Schedule
  private let replication: Replication
  private let constants: ConstantPool
  private let updates: UpdatedResults
  private let selection: ParallelSelection
  private var sharing: SharingRules
  private var number = 0
  private var plan = FunctionPlan()
  /// The storage of each value of the program, in its function.
  private(set) var storageOf: [Int]
  /// Where the last operation's results so far are.
  private var takenStorages: Set<Int> = []
  /// Of the group of the last operation, the storages that its operations read so far.
  private var readInGroup: (group: Int?, storages: Set<Int>) = (nil, [])

  init(
    _ selection: ParallelSelection, _ schedule: Schedule, _ calls: CallGraph,
    _ replication: Replication, _ constants: ConstantPool
  ) {
    program = selection.program
    self.selection = selection
    self.schedule = schedule
    self.replication = replication
    self.constants = constants
    sharing = SharingRules(program, calls)
    updates = UpdatedResults(program, calls, sharing.accumulators)
    storageOf = program.values.map { _ in -1 }
  }

  /// The plan of a function; those of all functions that it calls must have been made before.
  mutating func makePlan(number: Int) -> FunctionPlan {
    let function = program.functions[number]
    self.number = number
    plan = FunctionPlan()
    let block = program.blocks[function.body]
    let start = block.operations.first.map { schedule.positions[$0] } ?? 0
    let end = schedule.blockEnds[function.body]
    for (index, value) in block.arguments.enumerated() {
      let storage = add(
        .argument(index), for: value, at: start, isReplicated: replication.isReplicated[value])
      plan.arguments.append(storage)
      storageOf[value] = storage
    }
    place(block: function.body, carried: nil)
    placeResults(of: function, at: end)
    placeState(of: function, from: start, through: end)
    sharing.plans[number] = plan
    return plan
  }

  // MARK: Blocks

  /// - Parameter carried: the storages that the yielded values are to end in; nil for the function's
  ///   own block.
  private mutating func place(block index: Program.BlockIndex, carried: [Int]?) {
    for operationIndex in program.blocks[index].operations {
      let operation = program.operations[operationIndex]
      if operation.operation.isTerminator {
        noteLastOperands(operation, at: schedule.positions[operationIndex])
        return
      }
      place(operation, operationIndex, carried: carried)
    }
  }

  private mutating func place(
    _ operation: ProgramOperation, _ index: Program.OperationIndex, carried: [Int]?
  ) {
    let position = schedule.positions[index]
    noteLastOperands(operation, at: position)
    if case .movement(.reshape) = operation.operation {
      storageOf[operation.results[0]] = storageOf[operation.operands[0]]
      return
    }
    if let number = constants.numbers[index] {
      storageOf[operation.results[0]] = add(
        .constant(number), for: operation.results[0], at: position)
      return
    }
    let operandsOf = Dictionary(
      grouping: operation.operands.indices, by: { storageOf[operation.operands[$0]] })
    let site = Site(
      operation: operation, index: index, position: position, isInRepeat: carried != nil,
      operandsOf: operandsOf)
    takenStorages = []
    if readInGroup.group != selection.groupOf[index] {
      readInGroup = (selection.groupOf[index], [])
    }
    for (result, value) in operation.results.enumerated() {
      let storage = storage(for: value, result: result, of: site, carried: carried)
      storageOf[value] = storage
      takenStorages.insert(storage)
    }
    if readInGroup.group != nil { readInGroup.storages.formUnion(site.operandsOf.keys) }
    if case .control(.repeat) = operation.operation, let body = operation.body {
      place(repeat: site, body: body)
    }
  }

  private mutating func place(repeat site: Site, body: Program.BlockIndex) {
    let end = schedule.blockEnds[body]
    let arguments = program.blocks[body].arguments
    let carried = site.operation.results.map { storageOf[$0] }
    let iteration = add(.frame, for: arguments[0], at: site.position)
    plan.storages[iteration].extend(through: end)
    storageOf[arguments[0]] = iteration
    if replication.runsForEachReplica[site.index] {
      // The second replica reads them after the first ran the iterations.
      for operand in site.operation.operands {
        plan.storages[storageOf[operand]].extend(through: end)
      }
    }
    var repeatPlan = RepeatPlan(iteration: iteration, carried: carried)
    for (index, storage) in carried.enumerated() {
      let (initial, argument) = (site.operation.operands[index], arguments[index + 1])
      if storageOf[initial] != storage {
        repeatPlan.entryCopies.append(
          StorageCopy(
            source: storageOf[initial], destination: storage, type: program.type(of: initial)))
      }
      storageOf[argument] = storage
      plan.storages[storage].write(
        at: site.position, lastUse: schedule.lastUses[argument],
        holdsReplicas: replication.isReplicated[site.operation.results[index]])
      plan.storages[storage].extend(through: end)
    }
    place(block: body, carried: carried)
    let yielded = program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
    repeatPlan.yieldCopies = yieldCopies(yielded, to: carried, at: end)
    plan.repeats[site.index] = repeatPlan
    for (result, storage) in zip(site.operation.results, carried) {
      plan.storages[storage].write(
        at: end, lastUse: schedule.lastUses[result],
        holdsReplicas: replication.isReplicated[result])
    }
  }

  /// The copies that bring yielded values to their carried storages, as if at once: each after those
  /// that read what it writes over; of a circle one value is saved before.
  private mutating func yieldCopies(
    _ yielded: [Program.ValueIndex], to carried: [Int], at position: Int
  ) -> [StorageCopy] {
    var waiting: [StorageCopy] = []
    for (value, storage) in zip(yielded, carried) where storageOf[value] != storage {
      waiting.append(
        StorageCopy(
          source: storageOf[value], destination: storage, type: program.type(of: value)))
    }
    var copies: [StorageCopy] = []
    while !waiting.isEmpty {
      var readCounts: [Int: Int] = [:]
      for copy in waiting { readCounts[copy.source, default: 0] += 1 }
      let count = waiting.count
      waiting.removeAll { copy in
        guard readCounts[copy.destination, default: 0] == 0 else { return false }
        copies.append(copy)
        readCounts[copy.source, default: 0] -= 1
        return true
      }
      guard waiting.count == count else { continue }
      // Each of the rest lies in a circle or waits for one.
      let (saved, type) = (waiting[0].destination, waiting[0].type)
      let temporary = add(.frame, byteCount: type.byteCount, at: position, lastUse: position)
      copies.append(StorageCopy(source: saved, destination: temporary, type: type))
      for index in waiting.indices where waiting[index].source == saved {
        waiting[index].source = temporary
      }
    }
    return copies
  }

  // MARK: Values

  /// An operation with what the choice of storages looks at.
  private struct Site {
    var operation: ProgramOperation
    var index: Program.OperationIndex
    var position: Int
    var isInRepeat: Bool
    /// The operands that are in each storage.
    var operandsOf: [Int: [Int]]
  }

  private mutating func storage(
    for value: Program.ValueIndex, result: Int, of site: Site, carried: [Int]?
  ) -> Int {
    let isReplicated = replication.isReplicated[value]
    if let destination = schedule.destinations[value] {
      if let carried {
        let storage = carried[destination]
        if !selection.lanes.runsAhead[site.index], !isReadBesides(site, storage),
          canHold(value, storage, result, of: site)
        {
          return write(value, to: storage, at: site.position)
        }
      } else if isReplicated == isSharded(result: destination) {
        return returnedStorage(for: value, result: result, of: site, destination: destination)
      }
    }
    if let storage = deadOperand(for: value, result: result, of: site) {
      return write(value, to: storage, at: site.position)
    }
    let storage = add(.frame, for: value, at: site.position, isReplicated: isReplicated)
    plan.firstWriters[storage] = (site.index, result)
    return storage
  }

  /// A value that the function returns is where the caller wants it, with what was there before it;
  /// but where the caller wants it in an argument's place it begins there as late as possible, or with
  /// the first sum of what has grown from that argument.
  private mutating func returnedStorage(
    for value: Program.ValueIndex, result: Int, of site: Site, destination: Int
  ) -> Int {
    let isReplicated = replication.isReplicated[value]
    if !isReplicated, !updates.isUpdate[number][destination] || grows(site.operation, result),
      let storage = deadOperand(for: value, result: result, of: site),
      plan.storages[storage].home == .frame, !plan.storages[storage].isReplicated
    {
      plan.storages[storage].home = .result(destination)
      return write(value, to: storage, at: site.position)
    }
    let storage = add(
      .result(destination), for: value, at: site.position, isReplicated: isReplicated)
    plan.firstWriters[storage] = (site.index, result)
    return storage
  }

  /// Whether the result can only take the place of the accumulator that it grows from.
  private func grows(_ operation: ProgramOperation, _ result: Int) -> Bool {
    switch operation.operation {
    case .accumulation, .stash(.write), .control(.call):
      sharing.accumulators.operand(of: operation, result: result) != nil
    default: false
    }
  }

  /// The storage of an operand whose place the result may take.
  private func deadOperand(
    for value: Program.ValueIndex, result: Int, of site: Site
  ) -> Int? {
    let isCollective = site.operation.operation == .collective(.allReduceSum)
    let operands = site.operation.operandsToReplace(result: result, sharing.accumulators)
    return operands.lazy.map { storageOf[site.operation.operands[$0]] }.first { storage in
      plan.storages[storage].isWritable && plan.storages[storage].lastUse == site.position
        && !takenStorages.contains(storage)
        && (site.isInRepeat || isCollective
          || plan.storages[storage].holdsReplicas == replication.isReplicated[value])
        && canHold(value, storage, result, of: site)
    }
  }

  /// Whether operations of the group read what is in the storage, and this one does not: it would have to
  /// wait for them to write there. One that reads it too, such as a write to a stash, changes it in place:
  /// what it would copy is large.
  private func isReadBesides(_ site: Site, _ storage: Int) -> Bool {
    readInGroup.storages.contains(storage) && site.operandsOf[storage] == nil
  }

  /// Whether what is in the storage is dead when the operation writes the result, or may be the
  /// result's place while the operation reads it.
  private func canHold(
    _ value: Program.ValueIndex, _ storage: Int, _ result: Int, of site: Site
  ) -> Bool {
    let candidate = plan.storages[storage]
    guard candidate.byteCount == program.type(of: value).byteCount,
      candidate.lastUse <= site.position
    else { return false }
    return (site.operandsOf[storage] ?? []).allSatisfy {
      sharing.allowsInPlace(site.operation, result: result, operand: $0)
    }
  }

  private mutating func write(
    _ value: Program.ValueIndex, to storage: Int, at position: Int
  ) -> Int {
    plan.storages[storage].write(
      at: position, lastUse: schedule.lastUses[value],
      holdsReplicas: replication.isReplicated[value])
    return storage
  }

  private mutating func add(
    _ home: Storage.Home, for value: Program.ValueIndex, at position: Int,
    isReplicated: Bool = false
  ) -> Int {
    add(
      home, byteCount: program.type(of: value).byteCount, isReplicated: isReplicated, at: position,
      lastUse: schedule.lastUses[value])
  }

  private mutating func add(
    _ home: Storage.Home, byteCount: Int, isReplicated: Bool = false, at position: Int,
    lastUse: Int
  ) -> Int {
    plan.storages.append(
      Storage(
        home, byteCount: byteCount, isReplicated: isReplicated, at: position, lastUse: lastUse))
    return plan.storages.count - 1
  }

  private mutating func noteLastOperands(_ operation: ProgramOperation, at position: Int) {
    for (operand, value) in operation.operands.enumerated() {
      let storage = storageOf[value]
      guard case .argument = plan.storages[storage].home,
        plan.storages[storage].lastUse == position
      else { continue }
      plan.lastOperands[storage, default: []].append(operand)
    }
  }

  // MARK: Results

  private func isSharded(result: Int) -> Bool {
    replication.isSharded(program.functions[number].results[result])
  }

  private mutating func placeResults(of function: ProgramFunction, at end: Int) {
    let returned = program.returned(by: function)
    plan.returned = returned.map { storageOf[$0] }
    var storages: [Int: Int] = [:]
    for (index, storage) in plan.storages.enumerated() {
      if case .result(let number) = storage.home { storages[number] = index }
    }
    for (number, value) in returned.enumerated() {
      let type = program.type(of: value)
      let isSharded = replication.isSharded(function.results[number])
      let storage =
        storages[number]
        ?? add(
          .result(number), byteCount: type.byteCount, isReplicated: isSharded, at: end,
          lastUse: end)
      plan.results.append(storage)
      guard storageOf[value] != storage else { continue }
      plan.returnCopies.append(
        StorageCopy(
          source: storageOf[value], destination: storage, type: type,
          isForEachReplica: isSharded))
    }
  }

  private mutating func placeState(
    of function: ProgramFunction, from start: Int, through end: Int
  ) {
    var arguments: [Port: Int] = [:]
    for (index, port) in function.arguments.enumerated() {
      if let port { arguments[port] = index }
    }
    let argumentTypes = program.blocks[function.body].arguments.map(program.type(of:))
    let resultTypes = program.returned(by: function).map(program.type(of:))
    for (result, port) in function.results.enumerated() {
      guard let port, port.role.isState, let argument = arguments[port] else { continue }
      guard resultTypes[result] == argumentTypes[argument] else { continue }
      let type = port.hostType(argumentTypes[argument], replicas: replication.replicas)
      let isInPlace = sharing.allowsSharing(plan, result: result, argument: argument)
      let temporary =
        isInPlace ? nil : add(.frame, byteCount: type.byteCount, at: start, lastUse: end)
      plan.stateUpdates.append(
        StateUpdate(argument: argument, result: result, temporary: temporary, type: type))
    }
  }
}

extension PortRole {
  /// Whether the host keeps the tensor from run to run.
  var isState: Bool {
    switch self {
    case .parameter, .firstMoment, .secondMoment: true
    case .batch, .learningRate, .lossScale, .seed, .weightUpdate, .microBatch, .replica, .loss,
      .accuracy, .gradient, .output:
      false
    }
  }
}
