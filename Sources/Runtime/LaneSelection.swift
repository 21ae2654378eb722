import Bundle
import Operations

/// The operations of a repeat's body by what they wait for, each part in the body's order.
struct IterationParts {
  /// Host streams that are read. They wait for nothing, but the host is asked by one thread, in order.
  var infeeds: [Program.OperationIndex] = []
  /// What depends on nothing that earlier iterations made.
  var independent: [Program.OperationIndex] = []
  /// What depends on carried values, and the terminator.
  var dependent: [Program.OperationIndex] = []
}

/// The repeats of which several iterations can be computed at a time, in lanes: of an accumulation the
/// micro-batches, but not the additions.
///
/// Kernels of a small model take microseconds. Splitting each among threads moves its operands from
/// core to core and waits for the slowest thread: on a machine of two virtual cores a training step of
/// BERT-tiny took two threads 0.65 of one thread's time when the machine was calm, and up to twice as
/// long when it was not. A lane keeps a whole iteration on one core, and threads meet once in as many
/// iterations as there are lanes: the same step then takes 0.58 on the calm machine.
struct LaneSelection {
  /// The share of a repeat's work that lanes must save.
  static let smallestGain = 0.02

  /// The program, with the bodies of these repeats in the order host streams, independent operations,
  /// dependent operations. Then whatever the memory plan lets an operation write over is also dead
  /// where a lane runs the dependent part later than the others run their independent ones.
  private(set) var program: Program
  private(set) var parts: [Program.OperationIndex: IterationParts] = [:]
  /// For each operation whether it stands in the host streams or in the independent part.
  private(set) var runsAhead: [Bool]
  /// Iterations of the longest of these repeats; 0 where there is none.
  private(set) var largestCount = 0

  /// No repeat: all iterations run one after the other.
  init(without program: Program) {
    self.program = program
    runsAhead = program.operations.map { _ in false }
  }

  /// Lets the iterations of a repeat run in lanes.
  mutating func select(
    _ index: Program.OperationIndex, _ body: Program.BlockIndex, _ parts: IterationParts,
    count: Int
  ) {
    let ahead = parts.infeeds + parts.independent
    program.blocks[body].operations = ahead + parts.dependent
    for index in ahead { runsAhead[index] = true }
    self.parts[index] = parts
    largestCount = max(largestCount, count)
  }
}

extension IterationParts {
  /// Nil where nothing would be computed in lanes, or where a call or a repeat in the body reads a
  /// host stream, so that the order in which the host is asked would change.
  init?(of body: Program.BlockIndex, _ program: Program, _ calls: CallGraph) {
    var carried = Set(program.blocks[body].arguments.dropFirst())
    var computes = false
    for index in program.blocks[body].operations {
      let operation = program.operations[index]
      if case .source(.infeed) = operation.operation {
        infeeds.append(index)
        continue
      }
      var readsStream = calls.readsStream(operation)
      var waits = operation.operation.isTerminator
      waits = waits || operation.operands.contains(where: carried.contains)
      if let inner = operation.body {
        program.forEachOperation(in: inner) { operation in
          readsStream = readsStream || calls.readsStream(operation)
          waits = waits || operation.operands.contains(where: carried.contains)
        }
      }
      if readsStream { return nil }
      if waits {
        carried.formUnion(operation.results)
        dependent.append(index)
      } else {
        independent.append(index)
        computes = computes || operation.computes(program)
      }
    }
    guard computes else { return nil }
  }
}

extension ProgramOperation {
  /// Whether the operation makes new numbers from others, and more than a number of the run, such as a
  /// part of the key of random draws.
  fileprivate func computes(_ program: Program) -> Bool {
    switch operation {
    case .source, .movement, .control(.yield), .control(.return): false
    case .elementwise: results.contains { program.type(of: $0).count > 1 }
    case .reduction, .contraction, .indexing, .accumulation, .normalization, .softmax, .random,
      .stash, .remote, .collective, .control(.call), .control(.repeat), .control(.fuse):
      true
    }
  }
}
