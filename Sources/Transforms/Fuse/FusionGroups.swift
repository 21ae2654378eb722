import GraphIR
import Operations

/// The groups of linked elementwise operations of a function's block that can each be one.
///
/// Every operation has a level. From an operation to a reader the level never falls, and it rises where
/// the two are not linked. So a way from one operation of a level to another of that level passes links
/// only: what is linked within a level is a group that no way leaves and comes back to, and the groups
/// can all be made at once. Time is linear in the operations and their operands.
///
/// 1. Levels begin as low as they can be.
/// 2. From the last operation to the first, each is raised as far as its readers allow: an elementwise
///    one only where it then is linked with more of them than it loses of those that it reads and that
///    cannot follow, or with as many where one that follows meets another reader. So the moments of an
///    optimizer come to be where the bias corrections, scalars, that their readers need are known.
///
/// A chain that is there already stays at its level.
struct FusionGroups {
  /// What joins two operations of which one must stand before the other.
  enum Tie {
    /// The second reads the first, and the two may be one.
    case link
    /// The second reads the first.
    case use
    /// The two keep their order. So does a constant with its reader, as it could stand anywhere before.
    case order

    /// How far the level rises at least from the first to the second.
    var rise: Int { self == .use ? 1 : 0 }
  }

  /// An operation that another is tied to, by its number in the block.
  struct Neighbour {
    let operation: Int
    let tie: Tie
  }

  /// The operations of the block.
  let operations: [OperationID]
  /// What must stand before each operation.
  private var predecessors: [[Neighbour]] = []
  /// The members of each group, in the block's order.
  private(set) var members: [[Int]] = []
  private var groupOf: [Int] = []
  private var levels: [Int] = []
  /// What each operation must stand before.
  private var successors: [[Neighbour]] = []

  /// Readers of an operand that are looked at when one is to be raised.
  private static let largestSearch = 32

  private enum Kind {
    case elementwise
    /// What was fused before.
    case chain
    case other
  }

  private var kinds: [Kind] = []

  init(_ function: Function, effects: Set<String>) {
    operations = function[function.body].operations
    groupOf = Array(repeating: -1, count: operations.count)
    guard hasLink(function) else { return }
    findPredecessors(function, effects)
    findLevels()
    raise()
    findMembers()
  }

  /// Whether nothing can be fused.
  var isEmpty: Bool { members.isEmpty }

  /// The group of an operation, or nil.
  func group(of number: Int) -> Int? { groupOf[number] < 0 ? nil : groupOf[number] }

  /// The operations that are written together with one.
  func unit(of number: Int) -> ArraySlice<Int> {
    if let group = group(of: number) { members[group][...] } else { [number] }
  }

  /// What must stand before an operation and its group, without these.
  func needs(of number: Int) -> [Int] {
    guard let group = group(of: number) else { return predecessors[number].map(\.operation) }
    return members[group].flatMap { member in
      predecessors[member].map(\.operation).filter { groupOf[$0] != group }
    }
  }

  /// Whether an elementwise operation could be one with another that it reads.
  private func hasLink(_ function: Function) -> Bool {
    operations.contains { id in
      let node = function[id]
      guard case .elementwise = node.operation else { return false }
      return node.operands.contains { operand in
        guard let maker = function.operation(defining: operand),
          function[maker].parent == function.body
        else { return false }
        return Self.tie(of: function[maker], to: node, function) == .link
      }
    }
  }

  private mutating func findPredecessors(_ function: Function, _ effects: Set<String>) {
    /// By `ValueID.number`; -1 for what comes from outside of the block.
    var makerOf = Array(repeating: -1, count: function.values.count)
    /// The operation that last read what each made.
    var lastReader = Array(repeating: -1, count: operations.count)
    var lastEffect: Int?
    for (number, id) in operations.enumerated() {
      let node = function[id]
      switch node.operation {
      case .elementwise: kinds.append(.elementwise)
      case .control(.fuse): kinds.append(.chain)
      default: kinds.append(.other)
      }
      var found: [Neighbour] = []
      for value in function.valuesRead(by: id) {
        let maker = makerOf[Int(value.number)]
        guard maker >= 0, lastReader[maker] != number else { continue }
        lastReader[maker] = number
        let tie = Self.tie(of: function[operations[maker]], to: node, function)
        found.append(Neighbour(operation: maker, tie: tie))
      }
      if function.movesStream(id, effects) {
        if let lastEffect, lastReader[lastEffect] != number {
          found.append(Neighbour(operation: lastEffect, tie: .order))
        }
        lastEffect = number
      }
      predecessors.append(found)
      for result in node.results { makerOf[Int(result.number)] = number }
    }
  }

  private static func tie(
    of maker: OperationNode, to reader: OperationNode, _ function: Function
  ) -> Tie {
    if maker.operation.isConstant { return .order }
    guard case .elementwise = maker.operation, case .elementwise = reader.operation,
      function.type(of: maker.results[0]).shape == function.type(of: reader.results[0]).shape,
      !isSummedSquare(reader, function) || function[maker.results[0]].uses.count == 2,
      !isStored(maker, function)
    else { return .use }
    return .link
  }

  /// Whether streaming memory gets what an operation makes. Once it is there its place on the tiles can be
  /// taken by what is made from it next.
  private static func isStored(_ node: OperationNode, _ function: Function) -> Bool {
    function[node.results[0]].uses.contains {
      function[$0.operation].operation == .remote(.store)
    }
  }

  /// Whether an operation squares what is then only summed, as norms do. In a chain with others the squares
  /// would lie beside all else that it makes until they are summed, and an optimizer's tensors are the
  /// largest there are. So it is linked only with what nothing else reads.
  static func isSummedSquare(_ node: OperationNode, _ function: Function) -> Bool {
    guard case .elementwise(.binary(.multiply)) = node.operation,
      node.operands[0] == node.operands[1]
    else { return false }
    let uses = function[node.results[0]].uses
    return !uses.isEmpty
      && uses.allSatisfy {
        if case .reduction = function[$0.operation].operation { return true }
        return false
      }
  }

  private mutating func findLevels() {
    levels = Array(repeating: 0, count: operations.count)
    successors = Array(repeating: [], count: operations.count)
    for number in operations.indices {
      for before in predecessors[number] {
        levels[number] = max(levels[number], levels[before.operation] + before.tie.rise)
        successors[before.operation].append(Neighbour(operation: number, tie: before.tie))
      }
    }
    // The block's end reads at any level.
    levels[levels.count - 1] = .max
  }

  private mutating func raise() {
    let limits = findLimits()
    for number in operations.indices.reversed() {
      guard let highest = highestLevel(before: number, levels), highest > levels[number] else {
        continue
      }
      switch kinds[number] {
      case .chain: continue
      case .other: levels[number] = highest
      case .elementwise:
        let gain = successors[number].count { $0.tie == .link && levels[$0.operation] == highest }
        let loss = predecessors[number].count { before in
          before.tie == .link && levels[before.operation] == levels[number]
            && limits[before.operation] < highest
        }
        if gain > loss || gain == loss && joinsSiblings(number, at: highest, limits) {
          levels[number] = highest
        }
      }
    }
  }

  /// Whether an operation that it reads could follow it to a level, and there meet another reader, which
  /// is or could be there.
  private func joinsSiblings(_ number: Int, at level: Int, _ limits: [Int]) -> Bool {
    predecessors[number].contains { before in
      before.tie == .link && levels[before.operation] == levels[number]
        && limits[before.operation] >= level
        && successors[before.operation].prefix(Self.largestSearch).contains {
          $0.tie == .link && $0.operation != number
            && (levels[$0.operation]...max(limits[$0.operation], levels[$0.operation]))
              .contains(level)
        }
    }
  }

  /// The highest level that each operation could come to.
  private func findLimits() -> [Int] {
    var limits = levels
    for number in operations.indices.reversed() where kinds[number] != .chain {
      limits[number] = highestLevel(before: number, limits) ?? levels[number]
    }
    return limits
  }

  /// The highest level that those behind an operation allow; nil where none bounds it.
  private func highestLevel(before number: Int, _ levels: [Int]) -> Int? {
    var highest: Int?
    for behind in successors[number] where levels[behind.operation] != .max {
      highest = min(highest ?? .max, levels[behind.operation] - behind.tie.rise)
    }
    return highest
  }

  /// Groups are numbered by their first members.
  private mutating func findMembers() {
    var root = Array(operations.indices)
    func find(_ number: Int) -> Int {
      var number = number
      while root[number] != number {
        root[number] = root[root[number]]
        number = root[number]
      }
      return number
    }
    for number in operations.indices {
      for before in predecessors[number]
      where before.tie == .link && levels[before.operation] == levels[number] {
        let (one, other) = (find(before.operation), find(number))
        root[max(one, other)] = min(one, other)
      }
    }
    var together = Array(repeating: [Int](), count: operations.count)
    for number in operations.indices { together[find(number)].append(number) }
    for found in together where found.count > 1 {
      for number in found { groupOf[number] = members.count }
      members.append(found)
    }
  }
}
