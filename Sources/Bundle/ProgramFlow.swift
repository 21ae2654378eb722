import Foundations
import Operations

/// Checks the blocks as they run: definitions before uses, types, terminators, calls and ports.
/// The tables must have been checked alone before, so that every index is in range.
struct ProgramFlow {
  private let program: Program
  private let signatures: [Signature]
  private let functionNumbers: [String: Int]
  private let isCalled: [Bool]
  private let parametersByName: [String: ParameterEntry]

  private var states: [ValueState]
  private var isBlockPlaced: [Bool]
  private var isOperationPlaced: [Bool]
  private var streams: [String: TensorType] = [:]
  /// Whether tensors that the host knows by role and name are in parts; empty where none is.
  private var isSharded: [Port: Bool] = [:]
  private let hasShards: Bool
  private var currentFunction = 0
  /// The number of replicas that the program's collectives are for.
  private let replicas: Int?

  /// For each function the functions that its operations call, one entry an operation.
  private(set) var calls: [[Int]]

  private struct Signature {
    var arguments: [Program.ValueIndex]
    var results: [Program.ValueIndex]
  }

  /// Where something stands, for messages: spelled only where one is needed.
  private struct Place: CustomStringConvertible {
    private let function: String
    private let number: Int
    private let operation: Operation?

    init(function: String, block: Program.BlockIndex) {
      (self.function, number, operation) = (function, block, nil)
    }

    init(function: String, operation number: Int, _ operation: Operation) {
      (self.function, self.number, self.operation) = (function, number, operation)
    }

    var description: String {
      guard let operation else { return "function '\(function)', block \(number)" }
      return "function '\(function)', operation \(number) (\(operation.mnemonic))"
    }
  }

  private enum ValueState {
    case notMade
    case visible
    case outOfScope
  }

  init(_ program: Program) throws(TesseraError) {
    self.program = program
    var numbers: [String: Int] = [:]
    var signatures: [Signature] = []
    for (number, function) in program.functions.enumerated() {
      numbers[function.name] = number
      signatures.append(
        Signature(
          arguments: program.blocks[function.body].arguments,
          results: program.returned(by: function)))
    }
    var isCalled = program.functions.map { _ in false }
    for operation in program.operations {
      guard case .control(.call(let callee)) = operation.operation else { continue }
      guard let number = numbers[callee] else {
        throw invalidProgram("a call is of '\(callee)', which is not a function")
      }
      isCalled[number] = true
    }
    self.signatures = signatures
    self.isCalled = isCalled
    functionNumbers = numbers
    replicas = program.replicas
    hasShards = program.functions.contains { function in
      (function.arguments + function.results).contains { $0?.isSharded == true }
    }
    parametersByName = Dictionary(
      program.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    states = program.values.map { _ in .notMade }
    isBlockPlaced = program.blocks.map { _ in false }
    isOperationPlaced = program.operations.map { _ in false }
    calls = program.functions.map { _ in [] }
  }

  mutating func check() throws(TesseraError) {
    for number in program.functions.indices {
      currentFunction = number
      let function = program.functions[number]
      try check(block: function.body, terminator: .return, nesting: 0)
      try checkPorts(function, signatures[number])
    }
    if let block = isBlockPlaced.firstIndex(of: false) {
      throw invalidProgram("block \(block) belongs to nothing")
    }
    if let operation = isOperationPlaced.firstIndex(of: false) {
      throw invalidProgram("operation \(operation) belongs to no block")
    }
    if let value = states.firstIndex(of: .notMade) {
      throw invalidProgram("value \(value) is made by nothing")
    }
  }

  /// Recurses by the nesting of regions, which is bounded.
  private mutating func check(
    block index: Program.BlockIndex, terminator: Control, nesting: Int
  ) throws(TesseraError) {
    let block = program.blocks[index]
    let place = Place(function: program.functions[currentFunction].name, block: index)
    try requireValid(!isBlockPlaced[index], "\(place) is used twice")
    isBlockPlaced[index] = true
    try requireValid(
      nesting <= Program.Limits.nesting,
      "\(place) lies in more than \(Program.Limits.nesting) repeats")

    var made = block.arguments
    for value in block.arguments { try define(value, place) }
    for (position, operationIndex) in block.operations.enumerated() {
      let operation = program.operations[operationIndex]
      let place = Place(
        function: program.functions[currentFunction].name, operation: operationIndex,
        operation.operation)
      try requireValid(!isOperationPlaced[operationIndex], "\(place) stands twice")
      isOperationPlaced[operationIndex] = true
      let isLast = position == block.operations.count - 1
      try requireValid(
        operation.operation.isTerminator == isLast
          && (!isLast || operation.operation == .control(terminator)),
        "\(place): a block ends in its only '\(Operation.control(terminator).mnemonic)'")
      for value in operation.operands {
        try requireValid(
          states[value] == .visible, "\(place) uses value \(value), which is not made before it")
      }
      try check(operation, place, nesting: nesting)
      for value in operation.results { try define(value, place) }
      made += operation.results
    }
    try requireValid(!block.operations.isEmpty, "\(place) is empty")
    for value in made { states[value] = .outOfScope }
  }

  private mutating func define(
    _ value: Program.ValueIndex, _ place: Place
  ) throws(TesseraError) {
    try requireValid(states[value] == .notMade, "\(place) makes value \(value) a second time")
    states[value] = .visible
  }

  /// Checks what the operation is and the types of its results.
  private mutating func check(
    _ operation: ProgramOperation, _ place: Place, nesting: Int
  ) throws(TesseraError) {
    var operandTypes: [TensorType] { operation.operands.map(program.type(of:)) }
    var resultTypes: [TensorType] { operation.results.map(program.type(of:)) }
    switch operation.operation {
    case .control(.call(let callee)): try checkCall(operation, callee, place)
    case .control(.repeat):
      try checkResults(operation, operandTypes, resultTypes, place)
      try checkRepeat(operation, carried: operandTypes, place, nesting: nesting)
      try requireEqual(resultTypes, operandTypes, "\(place): the results")
    case .control(.fuse):
      try checkChain(operation, operandTypes, resultTypes, place, nesting: nesting)
    case .control(.yield), .control(.return):
      try requireValid(resultTypes.isEmpty, "\(place) must not have results")
    case .collective(let collective):
      try requireValid(
        nesting == 0 && !isCalled[currentFunction],
        "\(place): a collective stands only in the own block of a function that nothing calls")
      try requireValid(
        collective.replicas == nil || collective.replicas == replicas,
        "\(place) is for another number of replicas than \(replicas ?? 0)")
      try checkResults(operation, operandTypes, resultTypes, place)
    case .source(.infeed(let stream, let type)):
      try requireValid(
        isPrintableName(stream), "\(place): the name of the stream cannot be printed")
      try requireValid(
        streams[stream] == nil || streams[stream] == type,
        "\(place): stream '\(stream)' has another type elsewhere")
      streams[stream] = type
      try checkResults(operation, operandTypes, resultTypes, place)
    case .elementwise, .movement, .reduction, .contraction, .indexing, .accumulation,
      .normalization, .softmax, .random, .stash, .source, .remote:
      try checkResults(operation, operandTypes, resultTypes, place)
    }
  }

  private mutating func checkCall(
    _ operation: ProgramOperation, _ callee: String, _ place: Place
  ) throws(TesseraError) {
    guard let number = functionNumbers[callee] else {
      throw invalidProgram("\(place): '\(callee)' is not a function")
    }
    calls[currentFunction].append(number)
    if let own = program.functions[currentFunction].placement,
      let other = program.functions[number].placement
    {
      try requireValid(
        own == other,
        "\(place): a function of stage \(own.stage) calls '\(callee)' of stage \(other.stage)")
    }
    let signature = signatures[number]
    try requireAgreement(operation.operands, signature.arguments, "\(place): the operands")
    try requireAgreement(operation.results, signature.results, "\(place): the results")
  }

  private func checkResults(
    _ operation: ProgramOperation, _ operandTypes: [TensorType], _ resultTypes: [TensorType],
    _ place: Place
  ) throws(TesseraError) {
    let expected: [TensorType]?
    do {
      expected = try operation.operation.resultTypes(of: operandTypes)
    } catch {
      throw invalidProgram("\(place): \(error.description)")
    }
    if let expected { try requireEqual(resultTypes, expected, "\(place): the results") }
  }

  private mutating func checkRepeat(
    _ operation: ProgramOperation, carried: [TensorType], _ place: Place, nesting: Int
  ) throws(TesseraError) {
    guard let body = operation.body else { throw invalidProgram("\(place) has no body") }
    try requireEqual(
      program.blocks[body].arguments.map(program.type(of:)),
      [TensorType([], .i32)] + carried, "\(place): the arguments of the block")
    try check(block: body, terminator: .yield, nesting: nesting + 1)
    let yielded = program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
    try requireEqual(yielded.map(program.type(of:)), carried, "\(place): the yielded values")
  }

  private mutating func checkChain(
    _ operation: ProgramOperation, _ operandTypes: [TensorType], _ resultTypes: [TensorType],
    _ place: Place, nesting: Int
  ) throws(TesseraError) {
    guard let body = operation.body else { throw invalidProgram("\(place) has no body") }
    try check(block: body, terminator: .yield, nesting: nesting + 1)
    let expected: [TensorType]
    do {
      expected = try program.fusedBlock(body).resultTypes(of: operandTypes)
    } catch {
      throw invalidProgram("\(place): \(error.description)")
    }
    try requireEqual(resultTypes, expected, "\(place): the results")
  }

  /// Values must have the types of others. A call has many, most with the same entry of the table.
  private func requireAgreement(
    _ values: [Program.ValueIndex], _ others: [Program.ValueIndex],
    _ name: @autoclosure () -> String
  ) throws(TesseraError) {
    let isSame =
      values.count == others.count
      && zip(values, others).allSatisfy { program.values[$0] == program.values[$1] }
    if isSame { return }
    try requireEqual(
      values.map(program.type(of:)), others.map(program.type(of:)), name())
  }

  private func requireEqual(
    _ types: [TensorType], _ expected: [TensorType], _ name: @autoclosure () -> String
  ) throws(TesseraError) {
    guard types != expected else { return }
    try requireValid(
      types.count == expected.count,
      "\(name()) are \(types.count), must be \(expected.count)")
    for (index, (type, expected)) in zip(types, expected).enumerated() where type != expected {
      throw invalidProgram("\(name()): number \(index) is \(type), must be \(expected)")
    }
  }

  private mutating func checkPorts(
    _ function: ProgramFunction, _ signature: Signature
  ) throws(TesseraError) {
    let sides = [
      ("argument", function.arguments, signature.arguments),
      ("result", function.results, signature.results),
    ]
    for (side, ports, values) in sides {
      let place = "function '\(function.name)'"
      try requireValid(
        ports.count == values.count,
        "\(place) has \(values.count) \(side)s and \(ports.count) ports")
      var seen = Set<Port>(minimumCapacity: ports.count)
      for (port, value) in zip(ports, values) {
        guard let port else { continue }
        let type = program.type(of: value)
        var name: String { "\(place), \(side) port \(port.role.rawValue)" }
        try requireValid(isPrintableName(port.name), "\(name): the name cannot be printed")
        var whole = port
        whole.isSharded = false
        try requireValid(seen.insert(whole).inserted, "\(name) '\(port.name)' stands twice")
        if hasShards {
          let known = isSharded.updateValue(port.isSharded, forKey: whole)
          try requireValid(
            known == nil || known == port.isSharded,
            "\(name) '\(port.name)' is in parts here and whole elsewhere")
        }
        try checkParameter(port, type, "\(name) '\(port.name)'")
      }
    }
  }

  private func checkParameter(
    _ port: Port, _ type: TensorType, _ name: @autoclosure () -> String
  ) throws(TesseraError) {
    try requireValid(
      !port.isSharded || port.role.isOptimizerState && replicas != nil,
      "\(name()) is in parts, and only moments of a program for a number of replicas are")
    switch port.role {
    case .parameter, .firstMoment, .secondMoment, .gradient:
      guard let entry = parametersByName[port.name] else {
        throw invalidProgram("\(name()) does not name a parameter")
      }
      var expected = program.types[entry.type]
      if port.isSharded, let replicas {
        expected.shape = [Collective.partCount(of: expected.count, replicas: replicas)]
      }
      try requireValid(
        type.shape == expected.shape && (port.role != .parameter || type == expected),
        "\(name()) is \(type), the parameter \(expected)")
      try requireValid(
        type.memory == .tile || port.role.isOptimizerState, "\(name()) is in streaming memory")
    case .batch, .learningRate, .lossScale, .seed, .weightUpdate, .microBatch, .replica, .loss,
      .accuracy, .output:
      try requireValid(type.memory == .tile, "\(name()) is in streaming memory")
    }
  }
}
