import Bundle
import Foundations
import Operations
import TestSupport
import Testing
import TileProgram

@Suite struct TileProgramCodingTests {
  @Test func roundTrip() throws {
    let program = try sampleProgram()
    let plan = sampleTileProgram()
    let bytes = try plan.encoded(for: program)
    let read = try TileProgram(encoded: bytes, for: program)
    #expect(read == plan)
    #expect(try read.encoded(for: program) == bytes)
  }

  @Test func chainsAndUnusedFunctionsRoundTrip() throws {
    let fused = fusedTileProgram()
    #expect(
      try TileProgram(encoded: fused.encoded(for: fusedProgram()), for: fusedProgram()) == fused)
    var plan = sampleTileProgram()
    plan.functions = [nil, plan.functions[1]]
    plan.frameBases = [[nil], [24]]
    plan.figures[0] = nil
    plan.entry = 1
    let program = try sampleProgram()
    #expect(try TileProgram(encoded: plan.encoded(for: program), for: program) == plan)
  }

  /// What differs between IPUs, and copies between them.
  @Test func severalIPUsRoundTrip() throws {
    var plan = fusedTileProgram()
    plan.functions[0]?.tensors[2].ipu = 1
    plan.functions[0]?.tensors.append(
      TileTensor(
        Layout(shape: [2, 3], parts: [2, 1], tiles: 2), .f32, home: .frame(offset: 4),
        category: .temporary))
    plan.functions[0]?.frameBytes = [16, 0]
    plan.functions[0]?.steps.append(TileStep(.copyBetweenIPUs(from: 2, to: 4), operation: 0))
    plan.functions[0]?.steps.append(
      TileStep(
        .compute(
          .partialProduct(Contraction(partials: .f32)), operands: [0, 5], results: [6]),
        operation: 0))
    plan.functions[0]?.tensors += [
      TileTensor(.replicated([3, 2], tiles: 2), .f32, home: .argument(0), category: .weight),
      TileTensor(
        Layout(shape: [1, 2, 2], parts: [1, 2, 1], tiles: 2), .f32, home: .frame(offset: 0),
        category: .temporary),
    ]
    // The matrix [3, 2] does not lie in the argument, which is smaller.
    #expect(throws: TesseraError.self) { try plan.encoded(for: fusedProgram()) }
    plan.functions[0]?.tensors[5].home = .frame(offset: 0)
    plan.functions[0]?.frameBytes = [24, 0]
    #expect(
      try TileProgram(encoded: plan.encoded(for: fusedProgram()), for: fusedProgram()) == plan)
  }

  @Test func aBundleHasThePlan() throws {
    let folder = try TemporaryFolder()
    let plan = sampleTileProgram()
    let bundle = try Bundle(
      producer: "p", program: sampleProgram(), recipeProgram: [], recipeRun: [],
      tileProgram: plan)
    try bundle.write(to: folder.file("a.ipub"))
    let file = try BundleFile(path: folder.file("a.ipub"))
    try file.verify()
    #expect(file.sections.map(\.kind.name).contains("tiles"))
    let read = try file.bundle()
    #expect(read.tileProgram == plan)
    try read.write(to: folder.file("b.ipub"))
    #expect(try folder.contents("a.ipub") == folder.contents("b.ipub"))
    let without = try sampleBundle()
    #expect(without.tileProgram == nil)
    try without.write(to: folder.file("c.ipub"))
    #expect(try Bundle.read(path: folder.file("c.ipub")).tileProgram == nil)
  }

  /// Every beginning of the bytes, and 20,000 damages of one to three bytes: each gives an error or a
  /// valid plan.
  @Test func damagedBytesGiveErrors() throws {
    for (plan, program) in [
      (sampleTileProgram(), try sampleProgram()), (fusedTileProgram(), fusedProgram()),
    ] {
      let bytes = try plan.encoded(for: program)
      for count in 0..<bytes.count { expectErrorOrValid(Array(bytes[..<count]), program) }
      var numbers = SplitMix64(seed: 1984)
      var refused = 0
      for _ in 0..<10_000 {
        var damaged = bytes
        for _ in 0...Int.random(in: 0..<3, using: &numbers) {
          damaged[Int.random(in: 0..<bytes.count, using: &numbers)] =
            UInt8.random(in: 0...255, using: &numbers)
        }
        refused += expectErrorOrValid(damaged, program) ? 1 : 0
      }
      #expect(refused > 5000)
    }
  }

  /// - Returns: whether the bytes were refused.
  @discardableResult
  private func expectErrorOrValid(_ bytes: [UInt8], _ program: Program) -> Bool {
    do {
      let plan = try TileProgram(encoded: bytes, for: program)
      #expect(throws: Never.self) { try plan.encoded(for: program) }
      for function in plan.functions.compactMap({ $0 }) {
        for tensor in function.tensors { #expect(tensor.layout.elementCounts.max() ?? 0 > 0) }
      }
      return false
    } catch {
      #expect(error.exitCode == .incompatible)
      return true
    }
  }

  /// A plan of 100 functions and 20,000 steps takes no more than 2 MB.
  @Test func largePlansAreSmall() throws {
    let (program, plan) = try largePlan(functions: 100, stepPairs: 100)
    let folder = try TemporaryFolder()
    let bundle = try Bundle(
      producer: "p", program: program, recipeProgram: [], recipeRun: [], tileProgram: plan)
    try bundle.write(to: folder.file("a.ipub"))
    #expect(try TileProgram(encoded: plan.encoded(for: program), for: program) == plan)
    let size = try folder.contents("a.ipub").count
    #expect(size < 2 << 20)
  }

  /// Functions that each multiply a matrix by itself over and over, in changing layouts.
  private func largePlan(
    functions: Int, stepPairs: Int
  ) throws -> (Program, TileProgram) {
    let types = [TensorType([768, 768], .f16)]
    var program = Program(types: types)
    var plans: [TileFunction?] = []
    for number in 0..<functions {
      let first = program.values.count
      program.values += [Int](repeating: 0, count: stepPairs + 1)
      var block = ProgramBlock(arguments: [first])
      var plan = TileFunction(name: "f\(number)")
      func layout(_ index: Int) -> Layout {
        Layout(
          shape: [768, 768], parts: [8 + (index + number) % 40, 12], grains: [1, 4],
          start: index % 256, tiles: 1472)
      }
      plan.tensors = [TileTensor(layout(0), .f16, home: .argument(0), category: .activation)]
      for index in 0..<stepPairs {
        let operation = program.operations.count
        block.operations.append(operation)
        program.operations.append(
          ProgramOperation(
            .elementwise(.binary(.multiply)), operands: [first + index, first + index],
            results: [first + index + 1]))
        plan.tensors.append(
          TileTensor(
            layout(index + 1), .f16, home: .frame(offset: index % 7 * 16384), category: .temporary))
        plan.tensors.append(
          TileTensor(
            layout(index + 1), .f16, home: .frame(offset: index % 11 * 16384), category: .activation
          ))
        plan.steps.append(
          TileStep(
            .exchange(Exchange(from: 2 * index, View([768, 768]), to: 2 * index + 1)),
            operation: operation))
        plan.steps.append(
          TileStep(
            .compute(
              .operation(.elementwise(.binary(.multiply))),
              operands: [2 * index + 1, 2 * index + 1], results: [2 * index + 2]),
            operation: operation))
      }
      block.operations.append(program.operations.count)
      program.operations.append(
        ProgramOperation(.control(.return), operands: [first + stepPairs]))
      program.functions.append(
        ProgramFunction(
          name: "f\(number)", body: number, arguments: [nil], results: [nil]))
      program.blocks.append(block)
      plan.arguments = [.tensor(0)]
      plan.results = [.tensor(2 * stepPairs)]
      plan.updates = [nil]
      plan.frameBytes = [200_000]
      plans.append(plan)
    }
    var plan = TileProgram(system: "bow", ipus: 1, functions: plans, entry: 0)
    plan.frameBases = plans.map { _ in [0] }
    return (program, plan)
  }
}
