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
/// 2. From the last operation to the first, one is raised to its readers' level where it then is linked
///    with more of them than it loses of those that it reads. So the moments of an optimizer come
///    to be where the bias corrections, scalars, that their readers need are known.
///
/// Run on what was fused the levels are the same, so that nothing more is found.
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

  /// Readers of an operand that are looked at before a rise; one with more is taken to stay.
  private static let largestSearch = 32

  init(_ function: Function, effects: Set<String>) {
    operations = function[function.body].operations
    groupOf = Array(repeating: -1, count: operations.count)
    findPredecessors(function, effects)
    guard predecessors.contains(where: { $0.contains { $0.tie == .link } }) else { return }
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

  private mutating func findPredecessors(_ function: Function, _ effects: Set<String>) {
    var makerOf: [ValueID: Int] = [:]
    var lastEffect: Int?
    for (number, id) in operations.enumerated() {
      let node = function[id]
      var seen: Set<Int> = []
      var found: [Neighbour] = []
      for value in function.valuesRead(by: id) {
        guard let maker = makerOf[value], seen.insert(maker).inserted else { continue }
        let tie = Self.tie(of: function[operations[maker]], to: node, function)
        found.append(Neighbour(operation: maker, tie: tie))
      }
      if function.movesStream(id, effects) {
        if let lastEffect, !seen.contains(lastEffect) {
          found.append(Neighbour(operation: lastEffect, tie: .order))
        }
        lastEffect = number
      }
      predecessors.append(found)
      for result in node.results { makerOf[result] = number }
    }
  }

  private static func tie(
    of maker: OperationNode, to reader: OperationNode, _ function: Function
  ) -> Tie {
    if maker.operation.isConstant { return .order }
    guard case .elementwise = maker.operation, case .elementwise = reader.operation,
      function.type(of: maker.results[0]).shape == function.type(of: reader.results[0]).shape
    else { return .use }
    return .link
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
    for number in operations.indices.reversed() {
      guard let highest = highestLevel(of: number, besides: nil), highest > levels[number] else {
        continue
      }
      let gain = successors[number].count { $0.tie == .link && levels[$0.operation] == highest }
      let loss = predecessors[number].count { before in
        guard before.tie == .link, levels[before.operation] == levels[number] else { return false }
        guard successors[before.operation].count <= Self.largestSearch else { return true }
        let other = highestLevel(of: before.operation, besides: number)
        return other.map { $0 < highest } ?? false
      }
      if gain > loss { levels[number] = highest }
    }
  }

  /// The highest level that the operations behind, but for one, allow; nil where none bounds it.
  private func highestLevel(of number: Int, besides excluded: Int?) -> Int? {
    var highest: Int?
    for behind in successors[number] where behind.operation != excluded {
      let level = levels[behind.operation]
      if level == .max { continue }
      highest = min(highest ?? .max, level - behind.tie.rise)
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
