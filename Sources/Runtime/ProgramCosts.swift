import Bundle
import Foundations
import Operations

/// How long operations take on one thread, roughly: enough to tell what is worth a thread of its own, and
/// to begin with what takes longest.
struct ProgramCosts {
  /// Nanoseconds of each operation; of calls and repeats with all that they run.
  private(set) var operations: [Double]
  /// Nanoseconds of each function.
  private(set) var functions: [Double]
  /// For each function the nanoseconds before each argument is read; all where nothing reads it.
  private(set) var firstUses: [[Double]]
  /// For each function the nanoseconds until each result is made.
  private(set) var readyTimes: [[Double]]

  init(_ program: Program, _ calls: CallGraph) {
    operations = program.operations.map { _ in 0 }
    functions = program.functions.map { _ in 0 }
    firstUses = program.functions.map { _ in [] }
    readyTimes = firstUses
    for number in calls.calleesFirst {
      let function = program.functions[number]
      functions[number] = fill(function.body, program, calls)
      setTimes(of: number, program, calls)
    }
  }

  private mutating func setTimes(of number: Int, _ program: Program, _ calls: CallGraph) {
    let function = program.functions[number]
    var time = 0.0
    var used: [Program.ValueIndex: Double] = [:]
    var made: [Program.ValueIndex: Double] = [:]
    for index in program.blocks[function.body].operations {
      let operation = program.operations[index]
      guard !operation.operation.isTerminator else { break }
      if case .control(.call(let name)) = operation.operation {
        let callee = calls.number(of: name)
        for (value, start) in zip(operation.operands, firstUses[callee]) {
          used[value] = min(used[value] ?? .infinity, time + start)
        }
        for (value, end) in zip(operation.results, readyTimes[callee]) { made[value] = time + end }
        time += operations[index]
        continue
      }
      var operands = operation.operands
      if let body = operation.body {
        program.forEachOperation(in: body) { operands += $0.operands }
      }
      for value in operands where used[value] == nil { used[value] = time }
      time += operations[index]
      for value in operation.results { made[value] = time }
    }
    firstUses[number] = program.blocks[function.body].arguments.map { used[$0] ?? time }
    readyTimes[number] = program.returned(by: function).map { made[$0] ?? time }
  }

  /// Recurses by the nesting of repeats, which is bounded.
  private mutating func fill(
    _ block: Program.BlockIndex, _ program: Program, _ calls: CallGraph
  ) -> Double {
    var sum = 0.0
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      switch operation.operation {
      case .control(.call(let callee)): operations[index] = functions[calls.number(of: callee)]
      case .control(.repeat(let count)):
        operations[index] = Double(count) * (operation.body.map { fill($0, program, calls) } ?? 0)
      case .control(.fuse): operations[index] = operation.body.map { fill($0, program, calls) } ?? 0
      case .control(.yield), .control(.return): break
      case .elementwise, .movement, .reduction, .contraction, .indexing, .accumulation,
        .normalization, .softmax, .random, .stash, .source, .remote, .collective:
        operations[index] = operation.operation.nanoseconds(
          operation.operands.map(program.type(of:)), operation.results.map(program.type(of:)))
      }
      sum += operations[index]
    }
    return sum
  }
}

extension Operation {
  /// Of a kernel on one thread, by what its kind of kernel needs for an element on a machine with AVX2;
  /// only the ratios matter.
  fileprivate func nanoseconds(_ operands: [TensorType], _ results: [TensorType]) -> Double {
    let read = operands.reduce(0) { $0 + $1.byteCount }
    let written = results.reduce(0) { $0 + $1.byteCount }
    let elements = Double(results.first?.count ?? 0)
    let start = 100.0
    // 16 bytes a nanosecond through the caches.
    let moved = start + Double(read + written) / 16
    switch self {
    case .elementwise(.unary(.negate)): return moved
    case .elementwise(.unary): return moved + elements * 0.8
    case .elementwise(.binary(let function)):
      switch function {
      case .add, .subtract, .multiply, .divide, .maximum: return moved
      case .tanhGradient, .geluTanhGradient, .geluErfGradient: return moved + elements * 0.8
      }
    case .elementwise, .reduction, .collective, .remote: return moved
    case .movement(.reshape), .source(.constant), .source(.undefined): return 0
    case .movement, .source(.infeed), .source(.replicaIndex): return moved
    case .contraction(let contraction):
      guard operands.count == 2,
        let extents = try? contraction.extents(operands[0], operands[1])
      else { return moved }
      // 60 products and sums a nanosecond.
      return moved + elements * Double(extents.contracted) / 60
    // The rows that are read or written, not the table.
    case .indexing(.gatherRows), .indexing(.selectColumns): return start + elements
    case .indexing(.scatterAddRows), .indexing(.placeColumns):
      return start + Double(written) / 16 + Double(operands.first?.count ?? 0)
    case .accumulation(.slice): return start + 3 * Double(operands[1].byteCount) / 16
    case .accumulation(.rows): return start + 3 * Double(operands[2].byteCount) / 16
    case .normalization, .softmax: return moved + elements
    case .random: return moved + elements * 1.5
    case .stash(.read): return start + 2 * Double(written) / 16
    case .stash(.write): return start + 2 * Double(operands.dropFirst().first?.byteCount ?? 0) / 16
    case .control: return 0
    }
  }
}
