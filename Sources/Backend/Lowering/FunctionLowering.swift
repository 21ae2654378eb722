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
  /// Of the entry, for each result that the host keeps the tensor of the argument whose next value it is.
  var stateTensors: [Int: Int] = [:]
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
    if isEntry { findState(source) }
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

  private mutating func findState(_ source: ProgramFunction) {
    var arguments: [Port: Int] = [:]
    for (argument, port) in source.arguments.enumerated() {
      if let port { arguments[port] = argument }
    }
    for (result, port) in source.results.enumerated() {
      guard let port, port.role == .parameter || port.role.isOptimizerState,
        let argument = arguments[port], case .tensor(let tensor) = function.arguments[argument]
      else { continue }
      stateTensors[result] = tensor
    }
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
      let local = localCopy(of: tensor, for: value, ipu: ipu)
      let result = read(local, view, type, in: layout, order: order)
      // A tensor that was made for this; what holds the value itself is kept as long as that is needed.
      if owner(of: result) != owner(of: local), uses.lastUses[value] > position {
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
  mutating func localCopy(
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
}
