import Bundle
import Foundations
import Operations

/// A piece of memory of a function that holds one value, or several one after the other.
struct Storage {
  /// What the memory belongs to.
  enum Home: Hashable {
    /// The function's frame in the arena.
    case frame
    /// The caller, or the host: an argument, which is only read.
    case argument(Int)
    /// The caller, or the host: where a result is to be.
    case result(Int)
    /// The constants in the arena, which are only read.
    case constant(Int)
  }

  var home: Home
  let byteCount: Int
  /// Whether each replica has its own.
  let isReplicated: Bool
  /// The operation that first writes it (see `Schedule`), and the last that reads or writes it.
  private(set) var lifetime: ClosedRange<Int>
  /// The last use of the values that are in it now.
  private(set) var lastUse: Int
  /// Whether the replicas have different values in it now.
  private(set) var holdsReplicas: Bool
  /// Where it begins in the frame.
  var offset = 0

  init(_ home: Home, byteCount: Int, isReplicated: Bool = false, at position: Int, lastUse: Int) {
    self.home = home
    self.byteCount = byteCount
    self.isReplicated = isReplicated
    self.lastUse = lastUse
    lifetime = position...max(position, lastUse)
    holdsReplicas = isReplicated
  }

  /// Takes in another value, made at `position`; what was there before is dead.
  mutating func write(at position: Int, lastUse: Int, holdsReplicas: Bool) {
    self.lastUse = lastUse
    self.holdsReplicas = holdsReplicas
    extend(through: max(position, lastUse))
  }

  /// Keeps what is in it until `position`.
  mutating func extend(through position: Int) {
    lifetime = lifetime.lowerBound...max(lifetime.upperBound, position)
  }

  /// Whether operations of the function may write over what is dead in it.
  var isWritable: Bool {
    switch home {
    case .frame, .result: true
    case .argument, .constant: false
    }
  }
}

/// A copy of a whole value from one storage to another of the same function.
struct StorageCopy: Hashable {
  var source: Int
  var destination: Int
  var type: TensorType
  /// Whether each replica's value is copied to its part of the destination, and not the first's alone.
  var isForEachReplica = false
}

/// How a repeat keeps its values.
struct RepeatPlan {
  /// Where the number of the iteration is.
  var iteration: Int
  /// Where each carried value is, before, during and after the iterations.
  var carried: [Int]
  /// What happens before the first iteration.
  var entryCopies: [StorageCopy] = []
  /// What happens at the end of each.
  var yieldCopies: [StorageCopy] = []
}

/// An argument of an entry function that the host keeps from run to run, with the result that is its
/// next value.
struct StateUpdate {
  var argument: Int
  var result: Int
  /// Where the result is made before it replaces the argument; nil where it is made there directly.
  var temporary: Int?
  var type: TensorType
}

/// Where a function keeps its values.
struct FunctionPlan {
  var storages: [Storage] = []
  /// The storage of each argument.
  var arguments: [Int] = []
  /// The storage of each result.
  var results: [Int] = []
  /// What happens at the end: results that are arguments, constants or other results.
  var returnCopies: [StorageCopy] = []
  var repeats: [Program.OperationIndex: RepeatPlan] = [:]
  /// For an entry function, what the host keeps.
  var stateUpdates: [StateUpdate] = []
  /// Bytes of the frame.
  var frameByteCount = 0

  /// For each storage that an operation makes the operation that first writes it, and as which of its results.
  var firstWriters: [Int: (operation: Program.OperationIndex, result: Int)] = [:]
  /// For each storage of an argument the operands as which its last user has it.
  var lastOperands: [Int: [Int]] = [:]
  /// For each result the storage of the returned value.
  var returned: [Int] = []
}
