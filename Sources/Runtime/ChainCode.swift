import CHostKernels
import Foundations
import Operations

/// The steps of a chain as the kernel runs them on one block of elements after the other, in
/// registers that stay in the cache.
///
/// An operand is loaded before the step that reads it first, or once in all where it has one element.
/// A register is free again behind the last step that reads it, but those of results, which are
/// stored at the end. A conversion from f16 to f32 is no step: registers hold both as f32.
struct ChainCode<Value: Hashable> {
  private(set) var steps: [hk_chain_step] = []
  private(set) var results: [hk_chain_result] = []
  /// How many of the steps, the first ones, run once.
  private(set) var once = 0
  private(set) var registerCount = 0

  private let block: FusedBlock<Value>
  /// The number of each argument.
  private let operands: [Value: Int]
  /// For each value under another type the value that it is.
  private var originals: [Value: Value] = [:]
  /// The last operation of the block that reads a value, or `Int.max` for a result.
  private var lastUses: [Value: Int] = [:]
  /// The values that are read under any type but f16, or by an operation.
  private var needsRounding: Set<Value> = []
  private var registers: [Value: Int] = [:]
  private var loads: [Value: Int] = [:]
  private var free: [Int] = []

  /// - Throws: `TesseraError` where the device does not compute in a type.
  init(_ block: FusedBlock<Value>, at site: OperationSite) throws(TesseraError) {
    self.block = block
    operands = Dictionary(
      block.arguments.enumerated().map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    let count = site.resultTypes[0].count
    noteUses()
    for argument in block.arguments where lastUses[argument] != nil {
      guard block.type(argument).count < count, block.type(argument).count == 1 else { continue }
      try load(argument, site)
    }
    once = steps.count
    // What runs once stays where it is.
    for value in registers.keys { lastUses[value] = .max }
    for (number, step) in block.steps.enumerated() where originals[step.results[0]] == nil {
      try emit(number, site)
    }
    for value in block.yielded {
      let original = self.original(value)
      if registers[original] == nil { try load(original, site) }
      results.append(
        hk_chain_result(
          from: Int32(registers[original] ?? 0),
          type: try site.kernelType(block.type(value).element)))
      if let load = loads[original] { steps[load].last = .max }
    }
    noteResults()
  }

  private func original(_ value: Value) -> Value { originals[value] ?? value }

  private mutating func noteUses() {
    for (number, step) in block.steps.enumerated() {
      for operand in step.operands {
        lastUses[original(operand)] = number
        needsRounding.insert(original(operand))
      }
      if case .elementwise(.convert(.f32)) = step.operation,
        block.type(step.operands[0]).element == .f16
      {
        originals[step.results[0]] = original(step.operands[0])
      }
    }
    for value in block.yielded { lastUses[original(value)] = .max }
  }

  private mutating func load(_ argument: Value, _ site: OperationSite) throws(TesseraError) {
    guard let operand = operands[argument] else {
      preconditionFailure("a chain reads what it makes and its arguments")
    }
    let type = try site.kernelType(block.type(argument).element)
    let register = allocate()
    registers[argument] = register
    loads[argument] = steps.count
    steps.append(
      hk_chain_step(
        kind: hk_chain_load, op: Int32(operand), type: type, result_type: type, a: 0, b: 0, c: 0,
        to: Int32(register), rounds: false, result: -1, last: -1))
  }

  private mutating func emit(_ number: Int, _ site: OperationSite) throws(TesseraError) {
    let (operation, operands, results) = block.steps[number]
    guard case .elementwise(let family) = operation else {
      preconditionFailure("a valid chain has elementwise operations only")
    }
    let read = operands.map(original)
    for operand in read where registers[operand] == nil { try load(operand, site) }
    var step = hk_chain_step()
    // Of a selection the condition is read third.
    let order = family == .select ? [1, 2, 0] : Array(read.indices)
    let sources = order.map { Int32(registers[read[$0]] ?? 0) }
    step.a = sources[0]
    step.b = sources.count > 1 ? sources[1] : 0
    step.c = sources.count > 2 ? sources[2] : 0
    step.type = try site.kernelType(block.type(operands[order[0]]).element)
    let resultType = block.type(results[0])
    step.result_type = try site.kernelType(resultType.element)
    (step.kind, step.op) = family.step
    step.result = -1
    let isSelection = family == .select
    step.rounds =
      resultType.element == .f16 && !isSelection && needsRounding.contains(results[0])
    for operand in read {
      if let load = loads[operand] { steps[load].last = max(steps[load].last, Int32(steps.count)) }
    }
    let dying = Set(read.filter { lastUses[$0] == number })
    let size = Self.elementSize(resultType)
    let fits = dying.allSatisfy { Self.elementSize(block.type($0)) == size }
    if fits { release(read, dying) }
    let register = allocate()
    if !fits { release(read, dying) }
    step.to = Int32(register)
    steps.append(step)
    registers[results[0]] = register
    if lastUses[results[0]] == nil { free.append(register) }
  }

  private mutating func allocate() -> Int {
    if let register = free.popLast() { return register }
    registerCount += 1
    return registerCount - 1
  }

  private mutating func release(_ read: [Value], _ dying: Set<Value>) {
    var released: Set<Value> = []
    for value in read where dying.contains(value) && released.insert(value).inserted {
      if let register = registers[value] { free.append(register) }
    }
  }

  /// Lets the step that makes a result write it in its place.
  private mutating func noteResults() {
    var makers: [Int32: Int] = [:]
    for (number, step) in steps.enumerated() { makers[step.to] = number }
    for (number, value) in block.yielded.enumerated() {
      let element = block.type(value).element
      guard element != .f16, block.type(original(value)).element == element,
        let maker = makers[results[number].from], steps[maker].kind != hk_chain_load,
        steps[maker].result < 0
      else { continue }
      steps[maker].result = Int32(number)
    }
  }

  /// Bytes of an element in a register.
  private static func elementSize(_ type: TensorType) -> Int { type.element == .i1 ? 1 : 4 }
}

extension Elementwise {
  /// The kind of the step that does this, and which of the kind's operations.
  fileprivate var step: (hk_chain_kind, Int32) {
    switch self {
    case .unary(let function):
      (hk_chain_unary, Int32(truncatingIfNeeded: function.kernelOperation.rawValue))
    case .binary(let function):
      (hk_chain_binary, Int32(truncatingIfNeeded: function.kernelOperation.rawValue))
    case .compare(let comparison):
      (hk_chain_compare, Int32(truncatingIfNeeded: comparison.kernelOperation.rawValue))
    case .select: (hk_chain_select, 0)
    case .convert: (hk_chain_convert, 0)
    }
  }
}

extension OperationSite {
  /// The kernel of a chain.
  /// - Throws: `TesseraError` where the device does not compute in a type.
  func chainKernel<Value: Hashable>(
    _ block: FusedBlock<Value>
  ) throws(TesseraError) -> Kernel {
    let code = try ChainCode(block, at: self)
    let (steps, codeResults) = (code.steps, code.results)
    let (once, registers) = (Int32(code.once), Int32(code.registerCount))
    let (shape, extents) = (resultTypes[0].shape, resultTypes[0].extents)
    let strides = operandTypes.flatMap { $0.strides(broadcastTo: shape) }
    let operandCount = Int32(operands.count)
    let slots = operands + results
    return { machine in
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: slots.count) {
        addresses in
        for (index, slot) in slots.enumerated() {
          addresses.initializeElement(at: index, to: machine[slot])
        }
        hk_chain(
          machine.pool, Int32(shape.count), extents, operandCount, strides, registers,
          Int32(steps.count), steps, once, Int32(codeResults.count), codeResults,
          addresses.baseAddress)
      }
    }
  }
}
