import Foundations
import GraphIR
import Operations

/// The operations of a block in the order in which they run, as numbers: what repeats are sought in.
///
/// Constants are no part of it. They read nothing, so that a function may hold a constant of its own
/// or take it as an argument wherever the constant stands. Positions count the other operations; two
/// with equal tokens are of one kind, with equal attributes and types.
struct BlockSchedule {
  /// Where a value comes from, seen from the block.
  enum Origin: Equatable {
    /// The operation at a position makes it as one of its results.
    case position(Int)
    /// A constant; equal numbers are equal constants.
    case constant(Int)
    /// It comes from outside of the block, or is an argument of it.
    case outside
  }

  let function: Function
  let block: BlockID
  /// The operations but for constants.
  private(set) var operations: [OperationID] = []
  /// What each operation is; one that must not move has a token that no other has.
  private(set) var tokens: [Int32] = []
  /// The estimate of each operation's code.
  private(set) var code: [Double] = []
  /// Whether an operation computes: does more than rename a value or call a function.
  private(set) var computes: [Bool] = []
  /// The constants, by the number in `Origin.constant`.
  private(set) var literals: [TensorLiteral] = []
  /// By `ValueID.number`.
  private var origins: [Origin]
  /// The last position that reads a value, or -1, by `ValueID.number`.
  private var lastUses: [Int32]
  private var literalNumbers: [TensorLiteral: Int] = [:]

  /// The schedule of a block of a function.
  init(_ block: BlockID, of function: Function, effects: Set<String>) {
    self.function = function
    self.block = block
    origins = Array(repeating: .outside, count: function.values.count)
    lastUses = Array(repeating: -1, count: function.values.count)
    var kinds = Tokens()
    for id in function[block].operations {
      let node = function[id]
      if node.operation.isConstant { continue }
      let position = operations.count
      operations.append(id)
      for operand in node.operands { noteConstant(operand) }
      for result in node.results { origins[Int(result.number)] = .position(position) }
      code.append(OutliningCost.code(of: node, in: function))
      computes.append(node.operation.computes)
      noteUses(of: id, at: position)
      tokens.append(kinds.token(of: node, in: function, mayMove: Self.mayMove(node, effects)))
    }
  }

  /// Whether a block has enough operations that compute for two bodies of `minimum`; those that list
  /// layers, with calls of a thousand operands, have not.
  static func mayRepeat(_ block: BlockID, of function: Function, _ minimum: Int) -> Bool {
    function[block].operations.count { function[$0].operation.computes } >= 2 * minimum
  }

  /// The number of positions.
  var count: Int { operations.count }

  func origin(_ value: ValueID) -> Origin { origins[Int(value.number)] }

  /// The last position that reads the value, or -1.
  func lastUse(_ value: ValueID) -> Int { Int(lastUses[Int(value.number)]) }

  /// The values read at a position, in the operation's order.
  func operands(_ position: Int) -> [ValueID] { function[operations[position]].operands }

  /// The values made at a position.
  func results(_ position: Int) -> [ValueID] { function[operations[position]].results }

  /// A constant is one whether it stands in this block or in one around it.
  private mutating func noteConstant(_ value: ValueID) {
    guard origin(value) == .outside, case .result(let id, _) = function[value].definition,
      case .source(.constant(let literal)) = function[id].operation
    else { return }
    let number = literalNumbers[literal, default: literals.count]
    if number == literals.count {
      literalNumbers[literal] = number
      literals.append(literal)
    }
    origins[Int(value.number)] = .constant(number)
  }

  /// What an operation in a region reads is read where the region's owner stands.
  private mutating func noteUses(of id: OperationID, at position: Int) {
    for operand in function[id].operands { lastUses[Int(operand.number)] = Int32(position) }
    guard let body = function[id].body else { return }
    for inner in function[body].operations { noteUses(of: inner, at: position) }
  }

  private struct Kind: Hashable {
    let operation: Operation
    let operands: [TensorType]
    let results: [TensorType]
    /// What a chain computes.
    let region: FunctionForm?

    /// A call has many operands, whose types are compared faster than they are hashed.
    func hash(into hasher: inout Hasher) {
      hasher.combine(operation)
      hasher.combine(operands.count)
      hasher.combine(results.first)
    }
  }

  /// The numbers of kinds. What must not move gets a number of its own each time.
  private struct Tokens {
    private var numbers: [Kind: Int32] = [:]
    private var next: Int32 = 0

    mutating func token(
      of node: OperationNode, in function: Function, mayMove: Bool
    ) -> Int32 {
      let fresh = next
      if mayMove {
        let kind = Kind(
          operation: node.operation, operands: node.operands.map(function.type(of:)),
          results: node.results.map(function.type(of:)),
          region: node.body.map { FunctionForm(region: $0, of: function) })
        if let known = numbers[kind] { return known }
        numbers[kind] = fresh
      }
      next += 1
      return fresh
    }
  }

  /// Effects keep their order in their block, replicas meet in the body of an entry only, and regions
  /// of repeats are schedules of their own.
  private static func mayMove(_ node: OperationNode, _ effects: Set<String>) -> Bool {
    switch node.operation {
    case .collective, .control(.repeat): false
    case .control(.call(let callee)): !effects.contains(callee)
    default: !node.operation.hasEffect && !node.results.isEmpty
    }
  }
}

extension Operation {
  var isConstant: Bool {
    if case .source(.constant) = self { true } else { false }
  }

  fileprivate var computes: Bool {
    switch self {
    case .control(.fuse): true
    case .control, .movement(.reshape), .source: false
    default: true
    }
  }
}
