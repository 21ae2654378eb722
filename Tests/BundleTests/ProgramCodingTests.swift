import Bundle
import Foundations
import Operations
import TestSupport
import Testing

@Suite struct ProgramCodingTests {
  @Test func roundTrip() throws {
    let program = try sampleProgram()
    let bytes = try program.encoded()
    let read = try Program(encoded: bytes)
    #expect(read == program)
    #expect(try read.encoded() == bytes)
    // Equality of numbers does not see the sign of zero.
    guard case .source(.constant(let literal)) = read.operations[2].operation else {
      Issue.record("operation 2 is not a constant")
      return
    }
    #expect(literal[1].sign == .minus)
  }

  /// A stage and an IPU are part of what is digested.
  @Test func placementIsInTheBytes() throws {
    let program = try sampleProgram()
    var encodings: Set<[UInt8]> = []
    let placements = [
      nil, Placement(stage: 0, ipu: 0), .init(stage: 1, ipu: 0), .init(stage: 1, ipu: 1),
    ]
    for placement in placements {
      var placed = program
      placed.functions[1].placement = placement
      let bytes = try placed.encoded()
      encodings.insert(bytes)
      #expect(try Program(encoded: bytes).functions.map(\.placement) == [nil, placement])
    }
    #expect(encodings.count == placements.count)
  }

  @Test func shardedPortsRoundTrip() throws {
    let program = try shardedProgram()
    let read = try Program(encoded: program.encoded())
    #expect(read == program)
    #expect(read.functions[0].arguments[1]?.isSharded == true)
    #expect(read.functions[0].arguments[0]?.isSharded == false)
  }

  @Test func chainRoundTrips() throws {
    let program = fusedProgram()
    #expect(try Program(encoded: program.encoded()) == program)
  }

  @Test func everyAttributeKindRoundTrips() throws {
    // slice has integers, matmul an element type and truth values, dropout a real number.
    let matrix = TensorType([4, 4], .f16)
    let program = Program(
      types: [matrix, TensorType([4], .i32), TensorType([], .i32), TensorType([2, 4], .f16)],
      values: [0, 1, 2, 3, 0, 0],
      operations: [
        ProgramOperation(
          .movement(.slice(starts: [2, 0], shape: [2, 4])), operands: [0], results: [3]),
        ProgramOperation(
          .contraction(Contraction(transposesRight: true, partials: .f32)), operands: [0, 0],
          results: [4]),
        ProgramOperation(
          .random(.dropout(probability: 0.1)), operands: [4, 1, 2], results: [5]),
        ProgramOperation(.control(.return), operands: [3, 5]),
      ],
      blocks: [ProgramBlock(arguments: [0, 1, 2], operations: [0, 1, 2, 3])],
      functions: [
        ProgramFunction(
          name: "f", body: 0, arguments: [nil, nil, nil], results: [nil, nil])
      ])
    #expect(try Program(encoded: program.encoded()) == program)
  }

  /// A function that puts a value in the place of what is in a buffer.
  private func storing() -> Program {
    let value = TensorType([2, 3], .f32)
    return Program(
      types: [value.placed(in: .streaming), value], values: [0, 1, 0],
      operations: [
        ProgramOperation(.remote(.store), operands: [0, 1], results: [2]),
        ProgramOperation(.control(.return), operands: [2]),
      ],
      blocks: [ProgramBlock(arguments: [0, 1], operations: [0, 1])],
      functions: [ProgramFunction(name: "f", body: 0, arguments: [nil, nil], results: [nil])])
  }

  @Test func memoriesRoundTrip() throws {
    let program = storing()
    #expect(try Program(encoded: program.encoded()) == program)
  }

  /// Of the two types one says where it lies; any other word there is an error.
  @Test func unknownMemoriesAreRefused() throws {
    let bytes = try storing().encoded()
    let word = Array("streaming".utf8)
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: word) })
    var damaged = bytes
    damaged[place] = UInt8(ascii: "S")
    let error = try #require(throws: TesseraError.self) { try Program(encoded: damaged) }
    #expect(error.description.contains("a type in a memory 'Streaming', which is unknown"))
  }

  /// A repeat keeps its carried values in the memory of the tiles.
  @Test func buffersAreNotCarried() throws {
    let program = Program(
      types: [TensorType([2], .f32, in: .streaming), TensorType([], .i32)], values: [0, 1, 0, 0],
      operations: [
        ProgramOperation(.control(.repeat(count: 2)), operands: [0], results: [3], body: 1),
        ProgramOperation(.control(.yield), operands: [2]),
        ProgramOperation(.control(.return), operands: [3]),
      ],
      blocks: [
        ProgramBlock(arguments: [0], operations: [0, 2]),
        ProgramBlock(arguments: [1, 2], operations: [1]),
      ],
      functions: [ProgramFunction(name: "f", body: 0, arguments: [nil], results: [nil])])
    let error = try #require(throws: TesseraError.self) { try program.validate() }
    #expect(error.description.contains("operand 0 must be loaded from streaming memory"))
  }

  @Test func onlyMomentsLieInStreamingMemory() throws {
    var program = storing()
    program.parameters = [
      ParameterEntry(name: "w", type: 1, initializer: .zeros, randomStream: 0)
    ]
    let batch = Port(name: "x", role: .batch)
    for role in [PortRole.firstMoment, .secondMoment] {
      let moment = Port(name: "w", role: role)
      program.functions[0].arguments = [moment, batch]
      program.functions[0].results = [moment]
      try program.validate()
    }
    for role in [PortRole.gradient, .output, .loss] {
      program.functions[0].results = [Port(name: "w", role: role)]
      let error = try #require(throws: TesseraError.self) { try program.validate() }
      #expect(error.description.contains("is in streaming memory"))
    }
    program.parameters[0].type = 0
    let error = try #require(throws: TesseraError.self) { try program.validate() }
    #expect(error.description.contains("parameter 'w' is in streaming memory"))
  }

  @Test func invalidProgramIsNotEncoded() throws {
    var program = try sampleProgram()
    program.values[0] = 99
    #expect(throws: TesseraError.self) { try program.encoded() }
  }

  /// Every beginning of the bytes, and 20,000 damages of one to three bytes, without any digest in
  /// front: each gives an error or a valid program.
  @Test func damagedBytesGiveErrors() throws {
    let bytes = try sampleProgram().encoded()
    for count in 0..<bytes.count {
      expectErrorOrValid(Array(bytes[..<count]))
    }
    var numbers = SplitMix64(seed: 1984)
    var refused = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<3, using: &numbers) {
        damaged[Int.random(in: 0..<bytes.count, using: &numbers)] =
          UInt8.random(in: 0...255, using: &numbers)
      }
      refused += expectErrorOrValid(damaged) ? 1 : 0
    }
    // Some damages only rename something; most must be seen.
    #expect(refused > 10_000)
  }

  /// - Returns: whether the bytes were refused.
  @discardableResult
  private func expectErrorOrValid(_ bytes: [UInt8]) -> Bool {
    do {
      let program = try Program(encoded: bytes)
      #expect(throws: Never.self) { try program.validate() }
      return false
    } catch {
      #expect(error.exitCode == .incompatible)
      return true
    }
  }

  /// Two bytes of an empty operation make a message of about a hundred: the limit ends that.
  @Test func unpackingIsBounded() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      try #require(throws: TesseraError.self) { try Program(encoded: bytes) }.description
    }
    let emptyOperation: [UInt8] = [0x22, 0x00]
    let few = Array(repeatElement(emptyOperation, count: 100).joined())
    let many = Array(repeatElement(emptyOperation, count: 1 << 20).joined())
    #expect(try message(few).contains("refers to string 0, it has 0"))
    #expect(try message(many).contains("not a program, or a bloated one"))
  }

  @Test func hostileConstantsAreRefused() throws {
    // A literal of 2^62 elements, and one of extents whose product overflows.
    for shape in [[1 << 62], [1 << 40, 1 << 40], [0], [-1]] {
      let type = TensorType(shape, .f32)
      var program = try sampleProgram()
      program.operations[2].operation = .source(.constant(TensorLiteral(splat: 1, type)))
      #expect(throws: TesseraError.self) { try program.validate() }
    }
  }

  private static let protoc = Command.path(of: "protoc-c")

  @Test(.enabled(if: protoc != nil, "needs protobuf-c-compiler"))
  func protocReadsTheProgram() throws {
    let text = try Command.text(
      of: try #require(Self.protoc),
      [
        "--proto_path=\(Checkout.path("schemas"))", "--decode=tessera.bundle.v1.Program",
        "bundle.proto",
      ],
      input: try sampleProgram().encoded())
    let lines = text.split(separator: "\n")
    #expect(lines.contains("strings: \"tessera.multiply\""))
    #expect(lines.count { $0 == "operations {" } == 14)
    #expect(lines.contains("  standard_deviation: 0.02"))
    #expect(lines.contains("  stage: 2") && lines.contains("  ipu: 3"))
  }
}
