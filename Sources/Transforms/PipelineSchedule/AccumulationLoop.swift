import Foundations
import GraphIR
import Operations
import Recipe

/// A function whose repeat runs micro-batches through the stages of a pipeline, with the slot of each
/// operation of the repeat.
struct AccumulationLoop {
  /// The function; calls that lead to stages are written out.
  let function: Function
  let module: Module
  /// The repeat, and its count.
  let loop: OperationID
  let count: Int
  let body: BlockID
  /// The call of a stage that each slot is about.
  let slots: [OperationID]
  /// The slot of each operation; those that each reader makes for itself have none.
  private(set) var slotOf: [OperationID: Int] = [:]
  /// The operations that each reader makes for itself: they depend on what is outside of the repeat and on
  /// the number of the micro-batch alone.
  private(set) var shared: Set<OperationID> = []
  /// The sum, by its number among the carried values, that a value is a state of.
  private(set) var sumOf: [ValueID: Int] = [:]

  /// Nil where the function has no such repeat, or its stages are slots already.
  /// - Parameter staged: the functions that are stages, or call such.
  /// - Throws: `no-pipeline` where a repeat calls stages but does not run forward through all and then
  ///   backward, or carries what is no sum.
  init?(
    _ name: String, _ module: Module, _ staged: Set<String>
  ) throws(TesseraError) {
    guard let original = module[name] else { return nil }
    let isLoop = original[original.body].operations.contains { id in
      original[id].body.map { body in
        original[body].operations.contains {
          Self.callee(original[$0]).map(staged.contains) ?? false
        }
      } ?? false
    }
    guard isLoop else { return nil }
    var inliner = Inliner(entry: original, module: module) { function in
      staged.contains(function.name) && function.placement == nil
    }
    let function = inliner.inlined()
    for id in function[function.body].operations {
      guard case .control(.repeat(let count)) = function[id].operation,
        let body = function[id].body
      else { continue }
      let calls = function[body].operations.filter {
        Self.placement(of: function[$0], module) != nil
      }
      guard let first = calls.first else { continue }
      if Self.callee(function[first])?.hasPrefix(PipelineScheduling.slotPrefix) == true {
        return nil
      }
      self.function = function
      self.module = module
      self.count = count
      self.body = body
      loop = id
      slots = calls
      try checkSlots()
      try findSums()
      assign()
      return
    }
    return nil
  }

  /// The values that the repeat carries, as its block's arguments.
  var carried: ArraySlice<ValueID> { function[body].arguments.dropFirst() }

  /// The number of the iteration.
  var iteration: ValueID { function[body].arguments[0] }

  /// The stage and IPU of a slot.
  func placement(of slot: Int) -> Placement? { Self.placement(of: function[slots[slot]], module) }

  /// The slots that read a value, those that make something of it for themselves among them.
  func slots(reading value: ValueID) -> Set<Int> {
    var slots: Set<Int> = []
    for use in function[value].uses {
      // What a region reads, the operation that it belongs to reads.
      let id = function.owner(of: use.operation, in: body)
      if let slot = slotOf[id] {
        slots.insert(slot)
      } else if shared.contains(id) {
        for result in function[id].results { slots.formUnion(self.slots(reading: result)) }
      }
    }
    return slots
  }

  /// - Throws: `accumulation-not-multiple`, or `schedule-shares-ipu` for an interleaved schedule of stages
  ///   that share an IPU.
  func check(_ timing: SlotTiming) throws(TesseraError) {
    let overlap = timing.schedule.overlap(stages: timing.stages)
    guard count.isMultiple(of: overlap) else {
      throw TesseraError(
        .badData, code: .accumulationNotMultiple,
        "@\(function.name) accumulates \(count) micro-batches, which is not a multiple of \(overlap)",
        notes: [
          "the \(timing.schedule.rawValue) schedule of \(timing.stages) stages has \(overlap) "
            + "micro-batches on their way at a time"
        ],
        remedies: ["accumulate \(max(1, (count + overlap / 2) / overlap) * overlap)"])
    }
    guard timing.schedule == .interleaved else { return }
    var stageOn: [Int: Int] = [:]
    for placement in slots.indices.prefix(timing.stages).compactMap(placement(of:)) {
      if let other = stageOn[placement.ipu] {
        throw TesseraError(
          .badData, code: .scheduleSharesIPU,
          "the interleaved schedule cannot run stages \(other) and \(placement.stage), which are both "
            + "on IPU \(placement.ipu)",
          notes: ["an IPU would have a forward and a backward pass in one timestep"],
          remedies: ["schedule=grouped", "give each stage an IPU of its own"])
      }
      stageOn[placement.ipu] = placement.stage
    }
  }
}

extension AccumulationLoop {
  fileprivate static func callee(_ node: OperationNode) -> String? {
    if case .control(.call(let callee)) = node.operation { callee } else { nil }
  }

  fileprivate static func placement(of node: OperationNode, _ module: Module) -> Placement? {
    callee(node).flatMap { module[$0]?.placement }
  }

  /// Forward through all stages, then backward.
  fileprivate func checkSlots() throws(TesseraError) {
    let stages = slots.indices.compactMap { placement(of: $0)?.stage }
    let half = Array(0..<stages.count / 2)
    guard stages == half + half.reversed() else {
      throw noPipeline("calls stages \(stages), must call each from 0 forward and then backward")
    }
  }

  private func noPipeline(_ what: String) -> TesseraError {
    TesseraError(
      .badData, code: .noPipeline, "the repeat of @\(function.name) \(what)",
      notes: ["stages overlap where a repeat runs each micro-batch through all of them"],
      remedies: ["run 'partition' before differentiation, and leave the order of its calls"])
  }

  /// Follows each carried value through what adds to it, to where it is yielded.
  fileprivate mutating func findSums() throws(TesseraError) {
    let yielded = function[body].operations.last.map { function[$0].operands } ?? []
    for (index, argument) in carried.enumerated() {
      var value = argument
      sumOf[value] = index
      while let next = function.nextState(of: value, in: module), sumOf[next] == nil {
        value = next
        sumOf[value] = index
      }
      guard value == yielded[index], function[value].uses.count == 1 else {
        throw noPipeline("carries a value (number \(index)) that is more than a sum")
      }
    }
  }

  fileprivate mutating func assign() {
    let operations = function[body].operations.dropLast()
    for (slot, call) in slots.enumerated() { slotOf[call] = slot }
    for id in operations where slotOf[id] == nil {
      if isShared(id) {
        shared.insert(id)
      } else {
        slotOf[id] = function.valuesRead(by: id).compactMap(slot(making:)).max()
      }
    }
    // Host streams, and what is made of them alone, go to where they are first read.
    for id in operations.reversed() where slotOf[id] == nil && !shared.contains(id) {
      slotOf[id] = function[id].results.flatMap(slots(reading:)).min() ?? 0
    }
  }

  private func slot(making value: ValueID) -> Int? {
    sumOf[value] != nil ? nil : function.operation(defining: value).flatMap { slotOf[$0] }
  }

  private func isShared(_ id: OperationID) -> Bool {
    !function[id].operation.hasEffect
      && function.valuesRead(by: id).allSatisfy { value in
        switch function[value].definition {
        case .argument(let block, _): block != body || value == iteration
        case .result(let maker, _): function[maker].parent != body || shared.contains(maker)
        }
      }
  }
}

extension Function {
  /// The operation of `block` that an operation is, or lies in the region of.
  func owner(of id: OperationID, in block: BlockID) -> OperationID {
    var id = id
    while let parent = self[id].parent, parent != block, let owner = self[parent].owner {
      id = owner
    }
    return id
  }

  /// The value that a sum has after its only reader added to it; nil where it is read otherwise.
  fileprivate func nextState(of sum: ValueID, in module: Module) -> ValueID? {
    guard self[sum].uses.count == 1, let use = self[sum].uses.first else { return nil }
    let node = self[use.operation]
    switch node.operation {
    // Either operand of a sum may be the one that grows.
    case .elementwise(.binary(.add)): return node.results[0]
    case .control(.call(let callee)):
      guard let function = module[callee], var value = function.arguments[safe: use.operand] else {
        return nil
      }
      while let next = function.nextState(of: value, in: module) { value = next }
      guard function[value].uses.count == 1, let end = function[value].uses.first,
        function[end.operation].operation == .control(.return)
      else { return nil }
      return node.results[end.operand]
    default: return node.operation.accumulator == use.operand ? node.results[0] : nil
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
