import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// The tensor to compute a result in, in the layout that suits the operation; `define` brings it to where
  /// the value is to lie.
  ///
  /// - Parameter candidates: operands' tensors whose memory the result may take, where nothing reads them
  ///   after this operation.
  mutating func output(
    _ value: Program.ValueIndex, natural: Layout, replacing candidates: [Int] = []
  ) -> Int {
    let type = program.type(of: value)
    // What functions hand on lies as it is made first.
    if context.classes.isShared(value) { context.classes.propose(natural, for: value) }
    let wanted = context.classes.layout(of: value) ?? natural
    let ipu = ipu
    guard wanted == natural else {
      return candidates.first { canReplace($0, natural, type.element, ipu, nil) }
        ?? addTensor(natural, type.element, category: .temporary, ipu: ipu)
    }
    if let tensor = candidates.first(where: { canReplace($0, natural, type.element, ipu, value) }) {
      return tensor
    }
    return home(for: value, natural, ipu: ipu)
  }

  /// Memory for a value: the caller's, where the function returns it; the argument's whose next value it is
  /// to the host, where nothing reads that any more; or the frame's.
  mutating func home(
    for value: Program.ValueIndex, _ layout: Layout, ipu: Int
  ) -> Int {
    let type = program.type(of: value)
    let category = context.classes.category(of: value)
    if let result = destinations[value], !isEntry, resultTensors[result] == nil,
      function.updates[result] == nil
    {
      let tensor = addTensor(
        layout, type.element, home: .result(result), category: category, ipu: ipu)
      resultTensors[result] = tensor
      return tensor
    }
    if let result = destinations[value], let tensor = stateTensors[result],
      function.tensors[tensor].layout == layout, function.tensors[tensor].element == type.element,
      function.tensors[tensor].ipu == ipu, lastUses[tensor] < position
    {
      stateTensors[result] = nil
      return tensor
    }
    return addTensor(layout, type.element, category: category, ipu: ipu)
  }

  /// Whether a result may be made in a tensor's memory: nothing reads it after this operation, and it is
  /// the function's own, or its caller expects the result there.
  ///
  /// - Parameter value: the result; nil for a temporary.
  func canReplace(
    _ tensor: Int, _ layout: Layout, _ element: ElementType, _ ipu: Int,
    _ value: Program.ValueIndex?
  ) -> Bool {
    let own = function.tensors[tensor]
    let owner = owner(of: tensor)
    guard own.layout == layout, own.element == element, own.ipu == ipu,
      lastUses[tensor] <= position, lastUses[owner] <= position
    else { return false }
    let destination = value.flatMap { destinations[$0] }
    if argumentsOfTensors[owner] != nil {
      guard let value, destination != nil else { return false }
      return isOfClass(value, argument: owner)
    }
    switch function.tensors[owner].home {
    case .result(let result): return destination == result
    case .frame:
      // What is returned is made where the caller wants it.
      return isEntry || destination.map { resultTensors[$0] != nil } ?? true
    case .argument, .alias: return false
    }
  }

  /// Whether a value is to replace the argument: both are of one class, as what a loop or the host keeps.
  private func isOfClass(_ value: Program.ValueIndex, argument tensor: Int) -> Bool {
    guard let argument = argumentsOfTensors[tensor] else { return false }
    let source = program.blocks[program.functions[number].body].arguments[argument]
    return context.classes.root(of: source) == context.classes.root(of: value)
  }

  /// The value is in the tensor; where it is to lie otherwise, brings it there.
  mutating func define(_ value: Program.ValueIndex, _ tensor: Int) {
    let type = program.type(of: value)
    guard let wanted = context.classes.layout(of: value), layout(tensor) != wanted else {
      return bind(value, to: tensor)
    }
    let home = home(for: value, wanted, ipu: function.tensors[tensor].ipu)
    emit(.exchange(Exchange(from: tensor, View(type.shape), to: home)))
    bind(value, to: home)
  }

  /// Finds what grows into results, from the last operation to the first.
  mutating func findDestinations(in block: Program.BlockIndex) {
    for index in program.blocks[block].operations.reversed() {
      let operation = program.operations[index]
      if case .control(.repeat) = operation.operation, let body = operation.body {
        let yielded =
          program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
        for (value, result) in zip(yielded, operation.results) where destinations[value] == nil {
          destinations[value] = destinations[result]
        }
        findDestinations(in: body)
      }
      for (result, value) in operation.results.enumerated() {
        guard let destination = destinations[value],
          let operand = growing(operation, result: result)
        else { continue }
        let source = operation.operands[operand]
        if destinations[source] == nil, uses.lastUses[source] == uses.positions[index],
          context.classes.root(of: source) == context.classes.root(of: value)
        {
          destinations[source] = destination
        }
      }
    }
  }

  /// The operand in whose place an operation makes a result, where it can.
  func growing(_ operation: ProgramOperation, result: Int) -> Int? {
    switch operation.operation {
    case .accumulation, .stash(.write): return 0
    case .control(.repeat): return result
    case .control(.call(let callee)):
      return context.functions[context.structure.number(of: callee)]?.updates[result]
    case .control(.fuse), .elementwise(.binary), .elementwise(.unary):
      let type = program.type(of: operation.results[result])
      let root = context.classes.root(of: operation.results[result])
      return operation.operands.firstIndex {
        program.type(of: $0) == type && context.classes.root(of: $0) == root
      }
    case .remote(.store): return 0
    default: return nil
    }
  }

  mutating func placeResults(_ returned: [Program.ValueIndex]) {
    var taken: Set<Int> = []
    for (result, value) in returned.enumerated() {
      if case .buffer(let buffer)? = bindings[value] {
        function.results.append(.buffer(buffer))
        function.updates[result] = function.arguments.firstIndex(of: .buffer(buffer))
        continue
      }
      if case .tensor(let tensor, let view)? = bindings[value],
        view.isWhole(of: layout(tensor).shape.reduce(1, *)),
        layout(tensor) == layout(for: value), !taken.contains(tensor),
        isPlaced(tensor, as: result)
      {
        taken.insert(tensor)
        function.results.append(.tensor(tensor))
        continue
      }
      let ipu = ipu(of: value)
      context.classes.propose(layout(for: value), for: value)
      let home = addTensor(
        layout(for: value), program.type(of: value).element,
        home: isEntry ? .frame(offset: 0) : .result(result),
        category: context.classes.category(of: value), ipu: ipu)
      copy(value, to: home)
      taken.insert(home)
      function.results.append(.tensor(home))
    }
  }

  /// Whether the tensor is where the caller expects the result; notes an argument that is updated.
  private mutating func isPlaced(_ tensor: Int, as result: Int) -> Bool {
    if let argument = argumentsOfTensors[tensor] {
      guard lastUses[tensor] <= position || isEntry else { return false }
      function.updates[result] = argument
      return true
    }
    if isEntry { return function.tensors[tensor].home == .frame(offset: 0) }
    return function.tensors[tensor].home == .result(result)
  }

  /// Writes a value to a tensor.
  mutating func copy(_ value: Program.ValueIndex, to tensor: Int) {
    let destination = function.tensors[tensor]
    switch bindings[value] {
    case .constant(let literal): emit(.fill(tensor, literal))
    case .undefined: break
    case .tensor(let source, let view):
      let local = localCopy(of: source, for: value, ipu: destination.ipu)
      emit(.exchange(Exchange(from: local, view, to: tensor)))
    case .buffer, nil:
      preconditionFailure("a valid program computes with values on tiles that it has made")
    }
  }
}
