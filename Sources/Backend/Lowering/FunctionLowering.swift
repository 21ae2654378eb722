import Bundle
import Foundations
import Operations
import TileProgram

/// Lowers one function: walks over its operations in order, decides where each value lies, and writes the
/// exchanges and compute sets that make it.
///
/// Reshapes, transposes, slices and broadcasts are views of what they read; constants are written where
/// they are needed. An operand that does not lie as the operation needs it is brought into a temporary.
struct FunctionLowering {
  /// What a value is bound to.
  enum Binding {
    /// Elements of a tensor as a view reads them.
    case tensor(Int, View)
    case constant(TensorLiteral)
    /// Memory that nothing was written to.
    case undefined
    /// A buffer of streaming memory.
    case buffer(Int)
  }

  var context: LoweringContext
  let number: Int
  let uses: ValueUses
  let assignment: IPUAssignment?
  var function: TileFunction
  /// Steps of the blocks that are open, the innermost last.
  var blocks: [[TileStep]] = [[]]
  var bindings: [Program.ValueIndex: Binding] = [:]
  /// Tensors that hold a value on another IPU, or a constant, for who needs it again.
  var copies: [CopyKey: Int] = [:]
  /// Temporaries that operations before brought a value to, with their positions: those that follow use
  /// them, as the three products of an attention that read the same rows do.
  var recentCopies: [CopyKey: (tensor: Int, position: Int)] = [:]
  /// For how many operations a temporary is kept for others.
  static let recent = 4
  /// For each tensor the position of the last use of the values that are bound to it.
  var lastUses: [Int] = []
  /// Values that the function returns, or that grow into them: the number of the result.
  var destinations: [Program.ValueIndex: Int] = [:]
  /// For each result the tensor that the caller gives memory for.
  var resultTensors: [Int?] = []
  /// Tensors of arguments, with the argument's number.
  var argumentsOfTensors: [Int: Int] = [:]
  var position = 0
  var operationIndex = 0

  struct CopyKey: Hashable {
    var value: Program.ValueIndex
    var layout: Layout
    var ipu: Int
    var order = Exchange.Order.direct
  }

  var program: Program { context.program }

  init(
    _ context: LoweringContext, function number: Int, uses: ValueUses, assignment: IPUAssignment?
  ) {
    self.context = context
    self.number = number
    self.uses = uses
    self.assignment = assignment
    function = TileFunction(name: context.program.functions[number].name)
    function.ipus = assignment == nil ? 1 : context.structure.ipus
  }

  /// The function on tiles; frames are not placed yet.
  mutating func lower() {
    let source = program.functions[number]
    let returned = program.returned(by: source)
    function.updates = returned.map { _ in nil }
    resultTensors = returned.map { _ in nil }
    for (result, value) in returned.enumerated() where destinations[value] == nil {
      destinations[value] = result
    }
    findDestinations(in: source.body)
    for (index, value) in program.blocks[source.body].arguments.enumerated() {
      bind(argument: index, value)
    }
    lower(block: source.body)
    operationIndex = program.blocks[source.body].operations.last ?? 0
    position = uses.positions[operationIndex]
    placeResults(returned)
    function.steps = blocks.removeLast()
  }

  var isEntry: Bool { number == context.structure.entry }

  private mutating func bind(argument index: Int, _ value: Program.ValueIndex) {
    let type = program.type(of: value)
    guard type.memory == .tile else {
      bindings[value] = .buffer(function.bufferCount)
      function.arguments.append(.buffer(function.bufferCount))
      function.bufferCount += 1
      return
    }
    context.classes.propose(layout(for: value), for: value)
    let tensor = addTensor(
      layout(for: value), type.element,
      home: isEntry ? .frame(offset: 0) : .argument(index),
      category: context.classes.category(of: value), ipu: ipu(of: value))
    argumentsOfTensors[tensor] = index
    function.arguments.append(.tensor(tensor))
    bind(value, to: tensor)
  }

  mutating func lower(block: Program.BlockIndex) {
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      if operation.operation.isTerminator { return }
      operationIndex = index
      position = uses.positions[index]
      lower(operation)
    }
  }

  // MARK: Tensors

  mutating func addTensor(
    _ layout: Layout, _ element: ElementType, home: TileTensor.Home = .frame(offset: 0),
    category: TileTensor.Category = .temporary, ipu: Int
  ) -> Int {
    function.tensors.append(
      TileTensor(layout, element, home: home, category: category, ipu: ipu))
    lastUses.append(-1)
    return function.tensors.count - 1
  }

  mutating func emit(_ kind: TileStep.Kind) {
    blocks[blocks.count - 1].append(TileStep(kind, operation: operationIndex))
  }

  mutating func bind(_ value: Program.ValueIndex, to tensor: Int, _ view: View? = nil) {
    bindings[value] = .tensor(tensor, view ?? View(program.type(of: value).shape))
    lastUses[tensor] = max(lastUses[tensor], uses.lastUses[value])
    let owner = owner(of: tensor)
    lastUses[owner] = max(lastUses[owner], uses.lastUses[value])
  }

  func layout(_ tensor: Int) -> Layout { function.tensors[tensor].layout }

  /// The layout that a value has, or should have, in this function.
  func layout(for value: Program.ValueIndex) -> Layout {
    context.layout(for: value, in: number)
  }

  /// The tensor whose memory a tensor has.
  func owner(of tensor: Int) -> Int {
    if case .alias(let other) = function.tensors[tensor].home { return owner(of: other) }
    return tensor
  }

  /// The tensor in the axes of another shape.
  mutating func alias(_ tensor: Int, _ layout: Layout) -> Int {
    if self.layout(tensor) == layout { return tensor }
    let original = function.tensors[tensor]
    let alias = addTensor(
      layout, original.element, home: .alias(of: owner(of: tensor)),
      category: original.category, ipu: original.ipu)
    lastUses[alias] = lastUses[tensor]
    return alias
  }

  func ipu(of value: Program.ValueIndex) -> Int { assignment?.ipu(of: value) ?? 0 }

  /// The IPU that the operation runs on.
  var ipu: Int { assignment?.operations[operationIndex] ?? 0 }

  // MARK: Operands

  /// The tensor that holds a value in a layout, on the operation's IPU: the value's own, or a temporary.
  ///
  /// - Parameter order: in which order tiles put down what arrives, where something does.
  mutating func operand(
    _ value: Program.ValueIndex, in layout: Layout, ipu: Int, order: Exchange.Order = .direct
  ) -> Int {
    let type = program.type(of: value)
    switch bindings[value] {
    case .tensor(let tensor, let view):
      let key = CopyKey(value: value, layout: layout, ipu: ipu, order: order)
      if let copy = recentCopies[key], position - copy.position <= Self.recent {
        return copy.tensor
      }
      let result = read(
        localCopy(of: tensor, for: value, ipu: ipu), view, type, in: layout, order: order)
      if owner(of: result) != owner(of: tensor), uses.lastUses[value] > position {
        recentCopies[key] = (result, position)
        lastUses[result] = min(uses.lastUses[value], position + Self.recent)
      }
      return result
    case .constant(let literal):
      let key = CopyKey(value: value, layout: layout, ipu: ipu)
      if let tensor = copies[key] { return tensor }
      let tensor = addTensor(layout, type.element, category: .constant, ipu: ipu)
      emit(.fill(tensor, literal))
      if context.rules.isReplicated(type) {
        copies[key] = tensor
        lastUses[tensor] = .max
      }
      return tensor
    case .undefined:
      return addTensor(layout, type.element, ipu: ipu)
    case .buffer, nil:
      preconditionFailure("a valid program computes with values on tiles that it has made")
    }
  }

  /// A tensor with the same contents on the IPU.
  private mutating func localCopy(
    of tensor: Int, for value: Program.ValueIndex, ipu: Int
  ) -> Int {
    let original = function.tensors[tensor]
    guard original.ipu != ipu else { return tensor }
    let key = CopyKey(value: value, layout: original.layout, ipu: ipu)
    if let copy = copies[key] { return copy }
    let copy = addTensor(original.layout, original.element, category: .temporary, ipu: ipu)
    emit(.copyBetweenIPUs(from: tensor, to: copy))
    copies[key] = copy
    lastUses[copy] = .max
    return copy
  }

  /// A tensor that has what the view reads of another, in a layout.
  mutating func read(
    _ tensor: Int, _ view: View, _ type: TensorType, in wanted: Layout,
    order: Exchange.Order = .direct
  ) -> Int {
    let source = layout(tensor)
    if view.isWhole(of: source.shape.reduce(1, *)) {
      if source.reshaped(to: type.shape) == wanted { return alias(tensor, wanted) }
      // Every tile has the whole, and needs the whole.
      if source.copies == source.tiles, wanted.boxCount == 1,
        let whole = source.reshaped(to: type.shape)
      {
        return alias(tensor, whole)
      }
    }
    let destination = addTensor(
      wanted, type.element, category: .temporary, ipu: function.tensors[tensor].ipu)
    emit(.exchange(Exchange(from: tensor, view, to: destination, order: order)))
    return destination
  }

  /// The whole tensor that a value is bound to, with its layout in the value's shape; nil where the value
  /// is no whole tensor, or its boxes are none in that shape.
  func wholeTensor(of value: Program.ValueIndex) -> (tensor: Int, layout: Layout)? {
    guard case .tensor(let tensor, let view)? = bindings[value],
      view.isWhole(of: layout(tensor).shape.reduce(1, *)),
      let layout = layout(tensor).reshaped(to: program.type(of: value).shape)
    else { return nil }
    return (tensor, layout)
  }

  // MARK: Results

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

  /// Memory for a value: the caller's, where the function returns it, or the frame's.
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

  // MARK: What is returned

  /// Finds what grows into results, from the last operation to the first.
  private mutating func findDestinations(in block: Program.BlockIndex) {
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

  private mutating func placeResults(_ returned: [Program.ValueIndex]) {
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
