import Bundle
import Foundations
import Operations
import Testing

/// A way to break a rule, and words of the message that says so.
struct Violation: Sendable, CustomTestStringConvertible {
  var words: String
  var breaks: @Sendable (inout Program) throws -> Void

  init(_ words: String, _ breaks: @escaping @Sendable (inout Program) throws -> Void) {
    self.words = words
    self.breaks = breaks
  }

  var testDescription: String { words }
}

private let violations = [
  // Tables
  Violation("type 0 has an extent below 1") { $0.types[0].shape = [0, 3] },
  Violation("type 0 has an extent below 1") { $0.types[0].shape = [-2, 3] },
  Violation("or is too large") { $0.types[0].shape = [1 << 41] },
  Violation("or is too large") { $0.types[0].shape = [.max, .max] },
  Violation("or is too large") { $0.types[0].shape = Array(repeating: 1, count: 9) },
  Violation("the values take more than") { program in
    program.types.append(TensorType([1 << 40], .f64))
    program.values += Array(repeating: program.types.count - 1, count: 129)
  },
  Violation("type of value 0 is number 9") { $0.values[0] = 9 },
  Violation("type of value 0 is number -1") { $0.values[0] = -1 },
  Violation("operand of operation 0 (tessera.multiply) is number 99") {
    $0.operations[0].operands[0] = 99
  },
  Violation("result of operation 0 (tessera.multiply) is number -1") {
    $0.operations[0].results[0] = -1
  },
  Violation("more than 65536 operands") {
    $0.operations[1].operands = Array(repeating: 4, count: 65537)
  },
  Violation("argument of block 1 is number 77") { $0.blocks[1].arguments[0] = 77 },
  Violation("operation of block 1 is number 77") { $0.blocks[1].operations[0] = 77 },
  Violation("body of 'step' is number 3") { $0.functions[0].body = 3 },
  Violation("body of operation 7 (tessera.repeat) is number 3") { $0.operations[7].body = 3 },
  Violation("operation 7 (tessera.repeat) has no body") { $0.operations[7].body = nil },
  Violation("operation 0 (tessera.multiply) must not have a body") { $0.operations[0].body = 2 },
  Violation("which an i32 cannot count") {
    $0.operations[7].operation = .control(.repeat(count: 1 << 31))
  },
  Violation("two functions are named 'step'") { $0.functions[1].name = "step" },
  Violation("the name of function 0 cannot be printed") { $0.functions[0].name = "" },
  Violation("the name of function 0 cannot be printed") { $0.functions[0].name = "a\u{1B}[2J" },
  Violation("parameter 'w' stands twice") { $0.parameters[1].name = "w" },
  Violation("the name of parameter 0 cannot be printed") { $0.parameters[0].name = "\n" },
  Violation("type of parameter 'w' is number 5") { $0.parameters[0].type = 5 },
  Violation("parameter 'w' is not of a floating-point type") { $0.parameters[0].type = 2 },
  Violation("the standard deviation of parameter 'w' must be positive") {
    $0.parameters[0].initializer = .truncatedNormal(standardDeviation: .nan)
  },
  Violation("'layer' is of stage -1 on IPU 0") {
    $0.functions[1].placement = Placement(stage: -1, ipu: 0)
  },
  Violation("both must be at least 0 and below 65536") {
    $0.functions[1].placement = Placement(stage: 0, ipu: 65536)
  },
  Violation("'layer' has stage 1 on IPU 3, another function has it on IPU 2") {
    $0.functions[0].placement = Placement(stage: 1, ipu: 2)
  },
  Violation("a function of stage 0 calls 'layer' of stage 1") {
    $0.functions[0].placement = Placement(stage: 0, ipu: 2)
  },
  Violation("operation 0 (tessera.multiply): operand 0 must be loaded from streaming memory") {
    // The function that has it comes first, so that no call of it is looked at before.
    $0.functions.swapAt(0, 1)
    $0.types.append(TensorType([2, 3], .f32, in: .streaming))
    $0.values[2] = $0.types.count - 1
  },
  // Blocks and values
  Violation("block 1 is used twice") { program in
    program.functions.append(
      ProgramFunction(name: "again", body: 1, arguments: [nil, nil], results: [nil]))
  },
  Violation("block 1 is used twice") { program in
    // A repeat in its own body.
    program = nestedProgram(nesting: 2)
    program.operations[2].body = 1
  },
  Violation("block 3 belongs to nothing") { $0.blocks.append(ProgramBlock()) },
  Violation("operation 14 belongs to no block") {
    $0.operations.append(ProgramOperation(.source(.replicaIndex)))
  },
  Violation("operation 2 (tessera.constant) stands twice") {
    $0.blocks[0].operations.insert(2, at: 1)
  },
  Violation("value 17 is made by nothing") { $0.values.append(0) },
  Violation("makes value 9 a second time") { $0.operations[7].results = [9] },
  Violation("makes value 1 a second time") { $0.blocks[0].arguments = [1, 1] },
  Violation("uses value 9, which is not made before it") {
    $0.blocks[0].operations.swapAt(4, 5)
  },
  Violation("uses value 14, which is not made before it") {
    // The repeat's own value, after it.
    $0.operations[12].operands = [14]
  },
  Violation("uses value 1, which is not made before it") {
    // A value of another function.
    $0.operations[0].operands = [2, 1]
  },
  Violation("block 1 is empty") { program in
    program.blocks[1].operations = []
    program.operations[6].results = []
    program.functions[1].results = []
    program.operations[6].operands = [0, 1]
    program.functions.swapAt(0, 1)
  },
  Violation("a block ends in its only 'func.return'") { program in
    program.blocks[1].operations = [0]
    program.functions.swapAt(0, 1)
  },
  Violation("a block ends in its only 'func.return'") {
    $0.operations[1].operation = .control(.yield)
  },
  Violation("a block ends in its only 'tessera.yield'") {
    $0.operations[10].operation = .control(.return)
  },
  Violation("a block ends in its only 'func.return'") { program in
    program.blocks[1].operations = [1, 0]
    program.functions.swapAt(0, 1)
  },
  Violation("(func.return) must not have results") { program in
    program.values.append(0)
    program.operations[13].results = [17]
  },
  // Types
  Violation("the results: number 0 is tensor<2x3xf32>, must be tensor<3xf32>") {
    $0.operations[0].operands = [3, 3]
  },
  Violation("takes 2 operands, has 1") { $0.operations[0].operands = [2] },
  Violation("the results are 0, must be 1") { program in
    program.operations[2].results = []
  },
  Violation("a call is of 'nothing'") { $0.operations[6].operation = .control(.call("nothing")) },
  Violation("operation 6 (func.call): the operands are 1, must be 2") {
    $0.operations[6].operands = [0]
  },
  Violation("operation 6 (func.call): the operands: number 1 is tensor<2x3xf32>") {
    $0.operations[6].operands = [0, 0]
  },
  Violation("operation 6 (func.call): the results: number 0 is tensor<3xf32>") {
    $0.values[9] = 1
  },
  Violation("the arguments of the block: number 0 is tensor<2x3xf32>, must be tensor<i32>") {
    $0.values[11] = 0
  },
  Violation("the arguments of the block are 1, must be 2") { $0.blocks[2].arguments = [11] },
  Violation("the yielded values: number 0 is tensor<3xf32>") { $0.operations[10].operands = [1] },
  Violation("operation 7 (tessera.repeat): the results: number 0 is tensor<3xf32>") {
    $0.values[10] = 1
  },
  // Calls and collectives
  Violation("calls itself through its calls") { program in
    program.operations[0] = ProgramOperation(
      .control(.call("layer")), operands: [2, 3], results: [4])
  },
  Violation("a collective stands only") { program in
    program.operations[0] = ProgramOperation(
      .collective(.allReduceSum), operands: [2], results: [4])
  },
  Violation("a collective stands only") { program in
    program.operations[9] = ProgramOperation(
      .collective(.allReduceSum), operands: [13], results: [14])
  },
  Violation("is for another number of replicas than 2") { program in
    program.types.append(TensorType([2], .f32))
    program.values += [5, 5]
    program.operations += [2, 3].enumerated().map { index, replicas in
      ProgramOperation(
        .collective(.replicaSlice(replicas: replicas)), operands: [1], results: [17 + index])
    }
    program.blocks[0].operations.insert(contentsOf: [14, 15], at: 0)
  },
  // Streams and ports
  Violation("the name of the stream cannot be printed") {
    $0.operations[11].operation = .source(.infeed(stream: "", TensorType([], .i32)))
  },
  Violation("stream 'labels' has another type elsewhere") { program in
    program.values.append(1)
    program.operations.append(
      ProgramOperation(
        .source(.infeed(stream: "labels", TensorType([3], .f32))), results: [17]))
    program.blocks[0].operations.insert(14, at: 0)
  },
  Violation("has 2 arguments and 1 ports") { $0.functions[0].arguments.removeLast() },
  Violation("has 2 results and 3 ports") { $0.functions[0].results.append(nil) },
  Violation("result port output: the name cannot be printed") {
    $0.functions[0].results[0]?.name = ""
  },
  Violation("argument port batch 'x' stands twice") {
    $0.functions[0].arguments[1] = Port(name: "x", role: .batch)
  },
  Violation("argument port parameter 'v' does not name a parameter") {
    $0.functions[0].arguments[1]?.name = "v"
  },
  Violation("'b' is tensor<3xf32>, the parameter tensor<2x3xf32>") {
    $0.functions[0].results[1] = Port(name: "b", role: .secondMoment)
  },
  Violation("parameter 'w' is in parts, and only moments") {
    $0.functions[0].arguments[1]?.isSharded = true
  },
  Violation("first_moment 'b' is in parts, and only moments of a program for a number") {
    $0.functions[0].arguments[0] = Port(name: "b", role: .firstMoment, isSharded: true)
  },
  Violation("first_moment 'b' is in parts here and whole elsewhere") {
    $0.functions[0].arguments[0] = Port(name: "b", role: .firstMoment)
    $0.functions[0].results[0] = Port(name: "b", role: .firstMoment, isSharded: true)
  },
  Violation("first_moment 'b' is tensor<3xf32>, the parameter tensor<6xf32>") { program in
    program = try shardedProgram()
    program.functions[0].arguments[1]?.name = "b"
    program.functions[0].results[1]?.name = "b"
  },
]

/// The sample with parts of the first moment of `g` in place of `w`, for one replica.
func shardedProgram() throws -> Program {
  var program = try sampleProgram()
  let port = Port(name: "g", role: .firstMoment, isSharded: true)
  program.functions[0].arguments[1] = port
  program.functions[0].results[1] = port
  program.values.append(1)
  program.operations.append(
    ProgramOperation(.collective(.replicaSlice(replicas: 1)), operands: [1], results: [17]))
  program.blocks[0].operations.insert(14, at: 0)
  return program
}

private let chainViolations = [
  Violation("operation 0 (tessera.fuse) has no body") { $0.operations[0].body = nil },
  Violation("body of operation 0 (tessera.fuse) is number 2") { $0.operations[0].body = 2 },
  Violation("block 1 is used twice") { program in
    program.operations.append(
      ProgramOperation(.control(.fuse), operands: [0, 1], results: [9, 10], body: 1))
    program.values += [0, 2]
    program.blocks[0].operations.insert(6, at: 1)
  },
  Violation("the region must take the operands") { $0.operations[0].operands = [1, 0] },
  Violation("the results: number 0 is tensor<2x3xi1>, must be tensor<2x3xf32>") {
    $0.operations[0].results = [3, 2]
  },
  Violation("the region yields nothing") { $0.operations[5].operands = [] },
  Violation("the region must yield what its operations make") {
    $0.operations[5].operands = [4, 8]
  },
  Violation("'tessera.multiply' in the region reads a value from outside") {
    $0.operations[2].operands = [4, 1]
  },
  Violation("'tessera.softmax' in the region is not elementwise") {
    $0.operations[2] = ProgramOperation(.softmax(.softmax), operands: [4], results: [6])
  },
  Violation("'tessera.fuse' in the region is not elementwise") { program in
    program = fusedProgram()
    program.operations[2] = ProgramOperation(
      .control(.fuse), operands: [4, 5], results: [6], body: 2)
    program.operations += [
      ProgramOperation(.elementwise(.binary(.multiply)), operands: [9, 10], results: [11]),
      ProgramOperation(.control(.yield), operands: [11]),
    ]
    program.values += [0, 1, 0]
    program.blocks.append(ProgramBlock(arguments: [9, 10], operations: [6, 7]))
  },
  Violation("'tessera.negate' in the region has another shape than [2, 3]") { program in
    program.operations[2] = ProgramOperation(
      .elementwise(.unary(.negate)), operands: [5], results: [6])
    program.values[6] = 1
    program.operations[3].operands = [4, 6]
  },
  Violation("does not broadcast to the chain's shape [2, 3]") { program in
    program.types.append(TensorType([2], .f32))
    program.values[1] = 3
    program.values[5] = 3
    for index in 2...4 {
      program.operations[index].operands = program.operations[index].operands.map {
        $0 == 5 ? 4 : $0
      }
    }
  },
  Violation("a block ends in its only 'tessera.yield'") {
    $0.operations[5].operation = .control(.return)
  },
]

@Suite struct ProgramValidationTests {
  @Test(arguments: chainViolations)
  func violationOfAChainIsReported(_ violation: Violation) throws {
    var program = fusedProgram()
    try violation.breaks(&program)
    let error = try #require(throws: TesseraError.self) { try program.validate() }
    #expect(error.diagnostics.map(\.code.rawValue) == ["invalid-program"])
    #expect(error.description.contains(violation.words), "\(error)")
  }

  @Test func sampleIsValid() throws {
    try sampleProgram().validate()
    try shardedProgram().validate()

    try fusedProgram().validate()
    try Program().validate()
  }

  @Test(arguments: violations)
  func violationIsReported(_ violation: Violation) throws {
    var program = try sampleProgram()
    try violation.breaks(&program)
    let error = try #require(throws: TesseraError.self) { try program.validate() }
    #expect(error.exitCode == .incompatible)
    #expect(error.diagnostics.map(\.code.rawValue) == ["invalid-program"])
    #expect(error.description.contains(violation.words))
  }

  @Test func callsAreBounded() throws {
    try chainedProgram(depth: 64, calls: 1).validate()
    try chainedProgram(depth: 20, calls: 2).validate()
    let deep = try #require(throws: TesseraError.self) {
      try chainedProgram(depth: 65, calls: 1).validate()
    }
    #expect(deep.description.contains("calls deeper than 64 functions"))
    // Each level doubles the calls: 2^22 in all, from 44 operations.
    let wide = try #require(throws: TesseraError.self) {
      try chainedProgram(depth: 22, calls: 2).validate()
    }
    #expect(wide.description.contains("makes more than 1048576 calls"))
  }

  @Test func nestingIsBounded() throws {
    try nestedProgram(nesting: 8).validate()
    let error = try #require(throws: TesseraError.self) {
      try nestedProgram(nesting: 9).validate()
    }
    #expect(error.description.contains("lies in more than 8 repeats"))
  }
}
