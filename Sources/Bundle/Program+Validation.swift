import Foundations
import Operations

extension Program {
  /// What a program may not exceed, so that no sum of sizes overflows and no walk is unbounded.
  package enum Limits {
    /// Axes of one tensor.
    package static let rank = 8
    /// Of one tensor: above any tensor of BERT.
    package static let elementCount = 1 << 40
    /// Of all values together: sums of sizes stay far from 2^63.
    package static let byteCount = 1 << 50
    /// Operands, and results, of one operation.
    package static let operandCount = 1 << 16
    /// Repeats inside repeats of one function.
    package static let nesting = 8
    /// Functions on one path of calls.
    package static let callDepth = 64
    /// Calls that an entry function makes, directly and through others, each repeat counted once.
    package static let callCount = 1 << 20
    /// Stages of a pipeline, and IPUs of a replica.
    package static let stageCount = 1 << 16
    /// Of one name, in UTF-8.
    package static let nameByteCount = 1024
  }

  /// Checks everything that a device relies on; a program from a file may hold any bytes.
  ///
  /// - Indices are in range; extents are positive; sizes are within `Limits`.
  /// - Names are printable and not empty; those of functions and of parameters are unique.
  /// - Each block belongs to one function, repeat or chain, each operation to one block.
  /// - Each value is made once, by a block's argument or an operation, and before its uses. A repeat
  ///   sees the values around it, a function nothing outside.
  /// - Each block ends in its only terminator: `return` for a function, `yield` for a repeat or
  ///   a chain.
  /// - Results have the types that the operation gives them; a call agrees with its function; a
  ///   repeat's block takes an i32 scalar and the carried types and yields the carried types; a
  ///   chain's block is one of `FusedBlock`.
  /// - Calls form no cycle, and are at most `Limits.callDepth` deep and `Limits.callCount` in all.
  /// - Collectives stand only in the own block of a function that nothing calls; those that split tensors
  ///   are for one number of replicas.
  /// - One host stream has one type.
  /// - A stage runs on one IPU; a function of a stage calls none of another stage.
  /// - Ports are one for each argument and result, none twice on one side; those of parameters,
  ///   moments and gradients name a parameter and have its shape, a parameter's its type too. A moment
  ///   may be in parts, wherever it stands; it then has the shape of one replica's part. Only moments lie
  ///   in streaming memory.
  ///
  /// - Throws: `TesseraError` (incompatible, `invalid-program`) with the first violation.
  package func validate() throws(TesseraError) {
    try ProgramTables(self).check()
    var flow = try ProgramFlow(self)
    try flow.check()
    try ProgramCalls(self, calls: flow.calls).check()
  }
}

/// The violation's error; `message` says where.
func invalidProgram(_ message: String) -> TesseraError {
  TesseraError(
    .incompatible, code: .invalidProgram, message,
    remedies: ["compile the bundle again with this version of tesserac"])
}

func requireValid(
  _ condition: Bool, _ message: @autoclosure () -> String
) throws(TesseraError) {
  guard condition else { throw invalidProgram(message()) }
}

/// Whether a name can be printed on a terminal as it is.
func isPrintableName(_ name: String) -> Bool {
  guard !name.isEmpty, name.utf8.count <= Program.Limits.nameByteCount else { return false }
  // Most names are ASCII, which is looked at faster.
  let isASCII = name.utf8.withContiguousStorageIfAvailable { bytes in
    bytes.allSatisfy { (0x20..<0x7F).contains($0) }
  }
  return isASCII ?? false
    || name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
}

/// Checks each row of the tables alone: ranges, sizes and names.
private struct ProgramTables {
  let program: Program

  init(_ program: Program) {
    self.program = program
  }

  func check() throws(TesseraError) {
    for (index, type) in program.types.enumerated() {
      try requireValid(type.isWithinLimits, "type \(index) has an extent below 1, or is too large")
    }
    try checkValues()
    for (index, operation) in program.operations.enumerated() { try check(operation, index) }
    for (index, block) in program.blocks.enumerated() {
      try requireRange(block.arguments, program.values.count, "argument of block \(index)")
      try requireRange(block.operations, program.operations.count, "operation of block \(index)")
    }
    try checkFunctions()
    try checkParameters()
  }

  private func checkValues() throws(TesseraError) {
    var byteCount = 0
    for (index, type) in program.values.enumerated() {
      try requireRange([type], program.types.count, "type of value \(index)")
      byteCount += program.types[type].byteCount
      try requireValid(
        byteCount <= Program.Limits.byteCount,
        "the values take more than \(Program.Limits.byteCount) bytes")
    }
  }

  private func check(_ operation: ProgramOperation, _ index: Int) throws(TesseraError) {
    var name: String { "operation \(index) (\(operation.operation.mnemonic))" }
    try requireRange(operation.operands, program.values.count, "operand of \(name)")
    try requireRange(operation.results, program.values.count, "result of \(name)")
    try requireValid(
      max(operation.operands.count, operation.results.count) <= Program.Limits.operandCount,
      "\(name) has more than \(Program.Limits.operandCount) operands or results")
    switch operation.operation {
    case .control(.repeat), .control(.fuse):
      guard let body = operation.body else { throw invalidProgram("\(name) has no body") }
      try requireRange([body], program.blocks.count, "body of \(name)")
    default: try requireValid(operation.body == nil, "\(name) must not have a body")
    }
    if case .control(.repeat(let count)) = operation.operation {
      try requireValid(
        count <= Int(Int32.max), "\(name) runs \(count) times, which an i32 cannot count")
    }
  }

  private func checkFunctions() throws(TesseraError) {
    var names: Set<String> = []
    var ipus: [Int: Int] = [:]
    for (index, function) in program.functions.enumerated() {
      try requireValid(
        isPrintableName(function.name), "the name of function \(index) cannot be printed")
      try requireValid(
        names.insert(function.name).inserted, "two functions are named '\(function.name)'")
      try requireRange([function.body], program.blocks.count, "body of '\(function.name)'")
      if let placement = function.placement {
        let known = ipus.updateValue(placement.ipu, forKey: placement.stage)
        try checkPlacement(placement, known: known, "'\(function.name)'")
      }
    }
  }

  /// - Parameter known: the IPU on which another function has the stage.
  private func checkPlacement(
    _ placement: Placement, known: Int?, _ name: String
  ) throws(TesseraError) {
    let numbers = 0..<Program.Limits.stageCount
    try requireValid(
      numbers.contains(placement.stage) && numbers.contains(placement.ipu),
      "\(name) is of stage \(placement.stage) on IPU \(placement.ipu), both must be at least 0 and "
        + "below \(numbers.upperBound)")
    try requireValid(
      known == nil || known == placement.ipu,
      "\(name) has stage \(placement.stage) on IPU \(placement.ipu), another function has it on "
        + "IPU \(known ?? 0)")
  }

  private func checkParameters() throws(TesseraError) {
    var names: Set<String> = []
    for (index, parameter) in program.parameters.enumerated() {
      try requireValid(
        isPrintableName(parameter.name), "the name of parameter \(index) cannot be printed")
      var name: String { "parameter '\(parameter.name)'" }
      try requireValid(names.insert(parameter.name).inserted, "\(name) stands twice")
      try requireRange([parameter.type], program.types.count, "type of \(name)")
      try requireValid(
        program.types[parameter.type].element.isFloat, "\(name) is not of a floating-point type")
      try requireValid(
        program.types[parameter.type].memory == .tile, "\(name) is in streaming memory")
      if case .truncatedNormal(let deviation) = parameter.initializer {
        try requireValid(
          deviation > 0 && deviation.isFinite,
          "the standard deviation of \(name) must be positive, is \(deviation)")
      }
    }
  }

  private func requireRange(
    _ indices: [Int], _ count: Int, _ name: @autoclosure () -> String
  ) throws(TesseraError) {
    for index in indices where !(0..<count).contains(index) {
      throw invalidProgram("\(name()) is number \(index), there are \(count)")
    }
  }
}

extension TensorType {
  /// Whether the extents are positive and the tensor is no larger than a program may have.
  var isWithinLimits: Bool {
    guard rank <= Program.Limits.rank else { return false }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= Program.Limits.elementCount else { return false }
      count = product
    }
    return true
  }
}

/// Checks who calls whom.
struct ProgramCalls {
  let program: Program
  /// For each function the functions that its operations call, one entry an operation.
  let calls: [[Int]]

  init(_ program: Program, calls: [[Int]]) {
    self.program = program
    self.calls = calls
  }

  /// Takes the functions in an order in which each comes after all that it calls.
  func check() throws(TesseraError) {
    var callers = Array(repeating: [Int](), count: calls.count)
    for (caller, callees) in calls.enumerated() {
      for callee in callees { callers[callee].append(caller) }
    }
    var waitingFor = calls.map(\.count)
    var depth = Array(repeating: 1, count: calls.count)
    var callCount = calls.map(\.count)
    var ready = calls.indices.filter { waitingFor[$0] == 0 }
    var finished = 0
    while let callee = ready.popLast() {
      finished += 1
      let name = program.functions[callee].name
      try requireValid(
        depth[callee] <= Program.Limits.callDepth,
        "'\(name)' calls deeper than \(Program.Limits.callDepth) functions")
      try requireValid(
        callCount[callee] <= Program.Limits.callCount,
        "'\(name)' makes more than \(Program.Limits.callCount) calls in all")
      for caller in callers[callee] {
        depth[caller] = max(depth[caller], depth[callee] + 1)
        callCount[caller] += callCount[callee]
        waitingFor[caller] -= 1
        if waitingFor[caller] == 0 { ready.append(caller) }
      }
    }
    if finished < calls.count,
      let inCycle = calls.indices.first(where: { waitingFor[$0] > 0 })
    {
      throw invalidProgram("'\(program.functions[inCycle].name)' calls itself through its calls")
    }
  }
}
