import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  mutating func lower(_ operation: ProgramOperation, _ family: Control) {
    switch family {
    case .call(let callee): lower(call: operation, of: context.structure.number(of: callee))
    case .repeat(let count): lower(repeat: operation, count: count)
    case .fuse:
      let steps = operation.body.map { program.blocks[$0].operations } ?? []
      let chain = steps.compactMap { index -> Elementwise? in
        if case .elementwise(let family) = program.operations[index].operation { return family }
        return nil
      }
      lower(operation, vertex: .chain(chain))
    case .yield, .return: break
    }
  }

  // MARK: Calls

  private mutating func lower(call operation: ProgramOperation, of callee: Int) {
    guard let target = context.functions[callee] else {
      preconditionFailure("functions are lowered after those that they call")
    }
    let body = program.functions[callee].body
    let spans = context.structure.spansIPUs[callee]
    let own = context.structure.ipu(of: callee) ?? ipu
    let callIPU = assignment == nil ? 0 : own
    var arguments: [TileStep.Place] = []
    var updated = operation.results.map { _ in Int?.none }
    // For each argument the result that is made in its place.
    var updates: [Int: Int] = [:]
    for (result, argument) in target.updates.enumerated() {
      if let argument, updates[argument] == nil { updates[argument] = result }
    }
    let isGivenOnce = givenOnce(operation.operands)
    for (index, value) in operation.operands.enumerated() {
      if case .buffer(let buffer)? = bindings[value] {
        arguments.append(.buffer(buffer))
        continue
      }
      let argument = program.blocks[body].arguments[index]
      let ipu =
        spans ? context.assignments[callee]?.ipu(of: argument) ?? 0 : callIPU
      let layout = context.layout(for: argument, in: callee)
      if let result = updates[index] {
        let tensor = takenOver(
          isGivenOnce[index] ? value : nil, by: operation.results[result], of: value, in: layout,
          ipu: ipu)
        updated[result] = tensor
        arguments.append(.tensor(tensor))
      } else {
        arguments.append(.tensor(operand(value, in: layout, ipu: ipu)))
      }
    }
    var results: [TileStep.Place] = []
    let returned = program.returned(by: program.functions[callee])
    for (index, value) in operation.results.enumerated() {
      if case .buffer = target.results[index] {
        let argument = target.updates[index] ?? 0
        results.append(arguments[argument])
        if case .buffer(let buffer) = arguments[argument] { bindings[value] = .buffer(buffer) }
        continue
      }
      let ipu = spans ? context.assignments[callee]?.ipu(of: returned[index]) ?? 0 : callIPU
      let tensor =
        updated[index]
        ?? home(for: value, context.layout(for: returned[index], in: callee), ipu: ipu)
      results.append(.tensor(tensor))
    }
    emit(
      .call(function: callee, ipu: spans ? 0 : callIPU, arguments: arguments, results: results))
    for (value, place) in zip(operation.results, results) {
      if case .tensor(let tensor) = place { define(value, tensor) }
    }
  }

  /// For each operand whether it is given in no other place too.
  private func givenOnce(_ operands: [Program.ValueIndex]) -> [Bool] {
    var counts: [Program.ValueIndex: Int] = [:]
    for operand in operands { counts[operand, default: 0] += 1 }
    return operands.map { counts[$0] == 1 }
  }

  /// The tensor that is updated in place: the value's own, or a copy where others need it.
  ///
  /// - Parameters:
  ///   - candidate: the value, where nothing else is given it; nil elsewhere.
  ///   - result: what it becomes.
  private mutating func takenOver(
    _ candidate: Program.ValueIndex?, by result: Program.ValueIndex, of value: Program.ValueIndex,
    in layout: Layout, ipu: Int
  ) -> Int {
    if let candidate, let whole = wholeTensor(of: candidate),
      canReplace(whole.tensor, layout, type(candidate).element, ipu, result)
    {
      return whole.tensor
    }
    let home = home(for: result, layout, ipu: ipu)
    copy(value, to: home)
    return home
  }

  // MARK: Repeats

  private mutating func lower(repeat operation: ProgramOperation, count: Int) {
    guard let body = operation.body else { return }
    let arguments = program.blocks[body].arguments
    let yielded =
      program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
    var carried: [Int] = []
    let isGivenOnce = givenOnce(operation.operands)
    for (index, value) in operation.results.enumerated() {
      let argument = arguments[index + 1]
      let source = operation.operands[index]
      // Where it was before, or a copy.
      let tensor = takenOver(
        isGivenOnce[index] ? source : nil, by: value, of: source, in: self.layout(for: value),
        ipu: ipu(of: value))
      carried.append(tensor)
      // The body may write it only as its own value's place.
      lastUses[tensor] = uses.lastUses[argument]
      bindings[argument] = .tensor(tensor, View(type(value).shape))
    }
    let iteration = (0..<function.ipus).map { ipu in
      addTensor(.replicated([], tiles: context.ipu.tiles), .i32, category: .temporary, ipu: ipu)
    }
    let saved = copies
    recentCopies = [:]
    bindings[arguments[0]] = .tensor(iteration[0], View([]))
    for (ipu, tensor) in iteration.enumerated() {
      lastUses[tensor] = .max
      copies[CopyKey(value: arguments[0], layout: layout(tensor), ipu: ipu)] = tensor
    }
    blocks.append([])
    lower(block: body)
    operationIndex = program.blocks[body].operations.last ?? operationIndex
    position = uses.blockEnds[body] ?? position
    placeCarried(yielded, carried)
    let steps = blocks.removeLast()
    copies = saved
    recentCopies = [:]
    emit(.repeat(count: count, iteration: iteration, steps: steps))
    for (value, tensor) in zip(operation.results, carried) {
      lastUses[tensor] = uses.lastUses[value]
      bind(value, to: tensor)
    }
  }

  /// Brings what the body yields to where it is carried; what is overwritten and read is saved before.
  private mutating func placeCarried(_ yielded: [Program.ValueIndex], _ carried: [Int]) {
    var moves: [(value: Program.ValueIndex, source: Int?, destination: Int)] = []
    for (value, destination) in zip(yielded, carried) {
      if let whole = wholeTensor(of: value), whole.tensor == destination { continue }
      var source: Int?
      if case .tensor(let tensor, _)? = bindings[value] { source = tensor }
      moves.append((value, source, destination))
    }
    let overwritten = Set(moves.map(\.destination))
    for index in moves.indices {
      guard let source = moves[index].source, overwritten.contains(source) else { continue }
      let saved = addTensor(
        layout(moves[index].destination), type(moves[index].value).element,
        category: .temporary, ipu: function.tensors[moves[index].destination].ipu)
      copy(moves[index].value, to: saved)
      bindings[moves[index].value] = .tensor(saved, View(type(moves[index].value).shape))
    }
    for move in moves { copy(move.value, to: move.destination) }
  }
}
