import Bundle
import Foundations
import Operations

/// Makes the kernels of a program: for each function what runs when it is called, in order.
struct Preparation {
  let program: Program
  let plan: MemoryPlan
  private let selection: ParallelSelection
  private let laneMemory: LaneMemory
  private let groupMemory: GroupMemory
  let costs: ProgramCosts
  let replicas: Int
  /// What looks at the values that the kernels make; nil where nothing does.
  private let watch: NumberWatch?
  /// The slot of each function's first storage.
  let slotBases: [Int]
  let slotCount: Int
  /// The kernels of each function; those of callees are made before those of their callers.
  private(set) var kernels: [[Kernel]]
  /// For each function the operations of its own block that have kernels.
  private(set) var operations: [[Program.OperationIndex]]

  init(_ layout: EngineLayout, replicas: Int, watch: NumberWatch? = nil) {
    self.watch = watch
    program = layout.selection.program
    selection = layout.selection
    laneMemory = layout.laneMemory
    groupMemory = layout.groupMemory
    plan = layout.plan
    self.replicas = replicas
    costs = ProgramCosts(program, plan.calls)
    let plan = plan
    var slotCount = 0
    slotBases = plan.functions.map { function in
      defer { slotCount += function.storages.count }
      return slotCount
    }
    self.slotCount = slotCount
    kernels = plan.functions.map { _ in [] }
    operations = plan.functions.map { _ in [] }
  }

  /// Writes the addresses that do not change; the others are set as the program runs.
  func fillSlots(_ machine: Machine) {
    for (function, plan) in self.plan.functions.enumerated() {
      for (index, storage) in plan.storages.enumerated() {
        let slot = slotBases[function] + index
        switch storage.home {
        case .frame:
          machine.slots[slot] = machine.arena + self.plan.frameBases[function] + storage.offset
        case .constant(let number):
          machine.slots[slot] = machine.arena + self.plan.constants.offsets[number]
        case .argument, .result: break
        }
      }
    }
    for helper in machine.helpers { fillSlots(of: helper, machine) }
  }

  /// What calls of groups run has frames in the helper's own memory.
  private func fillSlots(of helper: Machine, _ machine: Machine) {
    helper.slots.update(from: machine.slots, count: slotCount)
    for function in groupMemory.functions {
      for (index, storage) in plan.functions[function].storages.enumerated()
      where storage.home == .frame {
        helper.slots[slotBases[function] + index] =
          helper.arena + plan.frameBases[function] - groupMemory.start + storage.offset
      }
    }
  }

  /// - Throws: `TesseraError` where the device does not execute an operation.
  mutating func makeKernels() throws(TesseraError) {
    for function in plan.calls.calleesFirst {
      let operations = program.blocks[program.functions[function].body].operations
      let body = try steps(of: operations, in: function)
      let copies = plan.functions[function].returnCopies.map { kernel($0, in: function) }
      kernels[function] = body.map(\.kernel) + copies
      self.operations[function] = body.map(\.operation)
    }
  }

  func slot(_ value: Program.ValueIndex, in function: Int) -> Int {
    slotBases[function] + plan.storageOf[value]
  }

  private func kernel(_ copy: StorageCopy, in function: Int) -> Kernel {
    let base = slotBases[function]
    guard copy.isForEachReplica else {
      return self.copy(copy.type, from: base + copy.source, to: base + copy.destination)
    }
    let storages = plan.functions[function].storages
    let source = storages[copy.source]
    let (from, to) = (
      source.holdsReplicas ? source.replicaStride : 0, storages[copy.destination].replicaStride
    )
    let kernels = (0..<replicas).map { replica in
      self.copy(
        copy.type, from: base + copy.source, replica * from, to: base + copy.destination,
        replica * to)
    }
    return { machine in
      for kernel in kernels { try kernel(machine) }
    }
  }

  private func copy(
    _ type: TensorType, from source: Int, _ sourceOffset: Int = 0, to destination: Int,
    _ destinationOffset: Int = 0
  ) -> Kernel {
    let kernel = copyKernel(
      type, from: source, sourceOffset, to: destination, destinationOffset)
    guard let watch else { return kernel }
    return { machine in
      try kernel(machine)
      watch.memory.copy(
        from: machine[source] + sourceOffset, to: machine[destination] + destinationOffset,
        byteCount: type.byteCount)
    }
  }

  private func kernels(
    of operations: [Program.OperationIndex], in function: Int
  ) throws(TesseraError) -> [Kernel] {
    try steps(of: operations, in: function).map(\.kernel)
  }

  /// The kernels of operations, each with its operation, or with the first of its group. Recurses by the
  /// nesting of repeats, which is bounded.
  private func steps(
    of operations: [Program.OperationIndex], in function: Int
  ) throws(TesseraError) -> [(operation: Program.OperationIndex, kernel: Kernel)] {
    var steps: [(operation: Program.OperationIndex, kernel: Kernel)] = []
    for index in operations {
      if let number = selection.groupOf[index] {
        let group = selection.groups[number]
        if group.operations.first == index {
          steps.append((index, try kernel(group, in: function)))
        }
        continue
      }
      guard let kernel = try kernel(index, in: function) else { continue }
      steps.append(
        (
          index,
          plan.replication.runsForEachReplica[index]
            ? forEachReplica(kernel, program.operations[index], in: function) : kernel
        ))
    }
    return steps
  }

  /// The kernel of an operation, watched where something watches; nil where there is nothing to do.
  func kernel(
    _ index: Program.OperationIndex, in function: Int
  ) throws(TesseraError) -> Kernel? {
    let operation = program.operations[index]
    let site = OperationSite(
      function: program.functions[function].name, mnemonic: operation.operation.mnemonic,
      operandTypes: operation.operands.map(program.type(of:)),
      resultTypes: operation.results.map(program.type(of:)),
      operands: operation.operands.map { slot($0, in: function) },
      results: operation.results.map { slot($0, in: function) }, replicas: replicas)
    if case .collective(let collective) = operation.operation {
      return try kernel(index, collective, site, in: function)
    }
    let kernel = try kernel(index, site, in: function)
    guard let watch else { return kernel }
    return watch.watched(kernel, index, operation.operation, site)
  }

  private func kernel(
    _ index: Program.OperationIndex, _ site: OperationSite, in function: Int
  ) throws(TesseraError) -> Kernel? {
    let operation = program.operations[index]
    switch operation.operation {
    case .control(.yield), .control(.return): return nil
    case .control(.call(let callee)): return call(site, of: plan.calls.number(of: callee))
    case .control(.fuse):
      guard let body = operation.body else {
        preconditionFailure("each chain of a valid program has a body")
      }
      return try site.chainKernel(program.fusedBlock(body))
    case .control(.repeat(let count)): return try `repeat`(index, count: count, in: function)
    case .collective: preconditionFailure("a collective runs once for all replicas")
    case .elementwise, .movement, .reduction, .contraction, .indexing, .accumulation,
      .normalization, .softmax, .random, .stash, .source, .remote:
      return try operation.operation.kernel(site)
    }
  }

  private func kernel(
    _ index: Program.OperationIndex, _ collective: Collective, _ site: OperationSite,
    in function: Int
  ) throws(TesseraError) -> Kernel {
    func stride(_ value: Program.ValueIndex) -> Int {
      let storage = plan.functions[function].storages[plan.storageOf[value]]
      return plan.replication.isReplicated[value] ? storage.replicaStride : 0
    }
    let operation = program.operations[index]
    let operandStrides = operation.operands.map(stride)
    let resultStrides = operation.results.map(stride)
    let kernel = try collective.kernel(
      site, operandStrides: operandStrides, resultStrides: resultStrides)
    guard let watch else { return kernel }
    return watch.watched(
      kernel, index, collective, site, operandStrides: operandStrides,
      resultStrides: resultStrides)
  }

  /// Hands the callee the addresses of its arguments and results, and runs it.
  private func call(_ site: OperationSite, of callee: Int) -> Kernel {
    let bindings = bindings(of: callee, operands: site.operands, results: site.results)
    let kernels = kernels[callee]
    return { machine in
      for binding in bindings { machine.slots[binding.to] = machine.slots[binding.from] }
      for kernel in kernels { try kernel(machine) }
    }
  }

  /// Which slot of a callee's argument or result gets the address of which slot of the caller.
  func bindings(
    of callee: Int, operands: [Int], results: [Int]
  ) -> [(to: Int, from: Int)] {
    let (base, plan) = (slotBases[callee], plan.functions[callee])
    return zip(plan.arguments, operands).map { (to: base + $0, from: $1) }
      + zip(plan.results, results).map { (to: base + $0, from: $1) }
  }

  private func `repeat`(
    _ index: Program.OperationIndex, count: Int, in function: Int
  ) throws(TesseraError) -> Kernel {
    guard let body = program.operations[index].body,
      let plan = plan.functions[function].repeats[index]
    else { preconditionFailure("each repeat of a valid program has a body and is planned") }
    let base = slotBases[function]
    let parts =
      selection.lanes.parts[index] ?? IterationParts(dependent: program.blocks[body].operations)
    let prepared = PreparedRepeat(
      count: count, iteration: base + plan.iteration,
      entry: plan.entryCopies.map { kernel($0, in: function) },
      infeeds: try kernels(of: parts.infeeds, in: function),
      independent: try kernels(of: parts.independent, in: function),
      dependent: try kernels(of: parts.dependent, in: function)
        + plan.yieldCopies.map { kernel($0, in: function) },
      laneValues: laneMemory.values[index]?.map {
        .init(slot: slotBases[$0.function] + $0.storage, offset: $0.offset)
      })
    return { machine in try prepared.run(machine) }
  }

  /// Runs the kernel once for each replica, with the addresses of what the replica has for itself.
  /// Between such operations the slots point to what replica 0 has.
  private func forEachReplica(
    _ kernel: @escaping Kernel, _ operation: ProgramOperation, in function: Int
  ) -> Kernel {
    var values = operation.operands + operation.results
    if let body = operation.body {
      program.forEachOperation(in: body) { values += $0.operands }
    }
    let storages = Set(
      values.filter { plan.replication.isReplicated[$0] }.map { plan.storageOf[$0] }
    ).sorted()
    let own = storages.map { index in
      let storage = plan.functions[function].storages[index]
      return (slot: slotBases[function] + index, stride: storage.replicaStride)
    }
    let (replicas, watch) = (replicas, watch)
    return { machine in
      for replica in 0..<replicas {
        machine.replica = replica
        watch?.replica = replica
        defer {
          machine.replica = 0
          watch?.replica = nil
          for value in own { machine.slots[value.slot] -= replica * value.stride }
        }
        for value in own { machine.slots[value.slot] += replica * value.stride }
        try kernel(machine)
      }
    }
  }
}
