import Bundle
import Foundations
import Operations
import Testing
import TileProgram

/// One change of a valid plan at a time, and what the error says of it.
@Suite struct TileProgramValidationTests {
  private func expect(_ words: String, _ change: (inout TileProgram) -> Void) throws {
    var plan = sampleTileProgram()
    change(&plan)
    let error = try #require(throws: TesseraError.self, "\(words)") {
      try plan.validate(for: sampleProgram())
    }
    #expect(error.diagnostics[0].code == .invalidProgram)
    #expect(error.description.contains(words), "\(error.description)")
  }

  private func expectInStep(_ words: String, _ kind: TileStep.Kind) throws {
    try expect(words) { $0.functions[0]?.steps[0].kind = kind }
  }

  @Test func theSamplesAreValid() throws {
    try sampleTileProgram().validate(for: sampleProgram())
    try fusedTileProgram().validate(for: fusedProgram())
  }

  @Test func systemsAndFunctions() throws {
    try expect("a system 'mk3', which is unknown") { $0.system = "mk3" }
    try expect("of 5 IPUs, 'pod4' has 4") { ($0.system, $0.ipus) = ("pod4", 5) }
    try expect("of 0 IPUs, 'mk2' has 1") { $0.ipus = 0 }
    try expect("have 1 functions, the program 2") { $0.functions.removeLast() }
    try expect("the entry of the tiles is function 2") { $0.entry = 2 }
    try expect("has a frame, and the tiles do not run it") { $0.functions[1] = nil }
    try expect("are function 1, which is 'layer'") { $0.functions[1]?.name = "other" }
    try expect("of 'layer' do not state what they do") { $0.figures[1] = nil }
    try expect("of 'step' do not state what they do") { $0.figures[0]?.receivedBytes = -1 }
    try expect("are of 2 IPUs, the plan has 1") { $0.functions[1]?.ipus = 2 }
  }

  @Test func frames() throws {
    try expect("have frames of [41000000] bytes") { $0.functions[1]?.frameBytes = [41_000_000] }
    try expect("a frame of 8 bytes at byte 40894460") { $0.frameBases[1] = [40_894_460] }
    try expect("have frames on 2 IPUs of 1") { $0.frameBases[1] = [0, 0] }
    try expect("tensor 2 of 8 bytes lies at byte 6 of a frame of 8") {
      $0.functions[1]?.tensors[2].home = .frame(offset: 6)
    }
    try expect("lies in argument or result 4") { $0.functions[1]?.tensors[0].home = .argument(4) }
    try expect("is an alias of tensor 9") { $0.functions[0]?.tensors[5].home = .alias(of: 9) }
    try expect("is an alias of itself") { $0.functions[0]?.tensors[3].home = .alias(of: 5) }
    try expect("is on IPU 1") { $0.functions[0]?.tensors[5].ipu = 1 }
  }

  @Test func layouts() throws {
    func layout(_ words: String, _ layout: Layout) throws {
      try expect(words) { $0.functions[0]?.tensors[7].layout = layout }
    }
    try layout(
      "has an extent below 1", Layout(axes: [.init(extent: 0)], digits: [], tiles: 8))
    try layout(
      "has a grain below 1", Layout(axes: [.init(extent: 3, grain: 0)], digits: [], tiles: 8))
    try layout(
      "of an axis that it does not have",
      Layout(
        axes: [.init(extent: 3)], digits: [.init(axis: 1, count: 2, stride: 1)], tiles: 8))
    try layout("begins on tile 8 of 8", Layout(axes: [], digits: [], start: 8, tiles: 8))
    try layout("begins on tile 0 of 9", Layout(axes: [], digits: [], tiles: 9))
  }

  @Test func ports() throws {
    try expect("have 1 arguments") { $0.functions[1]?.arguments.removeLast() }
    try expect("have no tensor(7)") { $0.functions[1]?.results = [.tensor(7)] }
    try expect("have a buffer that is no argument") { $0.functions[1]?.bufferCount = 1 }
    try expect("make a result in argument 2") { $0.functions[1]?.updates = [2] }
  }

  @Test func exchanges() throws {
    func exchange(_ words: String, _ view: View, at starts: [Int]? = nil, to: Int = 3) throws {
      try expectInStep(words, .exchange(Exchange(from: 0, view, to: to, at: starts)))
    }
    try exchange("uses tensor 9", View([2, 3]), to: 9)
    try exchange("between element types", View([2, 3]), to: 4)
    try exchange("reads past the end", View(shape: [2, 3], strides: [3, 1], offset: 1))
    try exchange("reads past the end", View(shape: [2, 3], strides: [.max, 1], offset: 0))
    try exchange("reads past the end", View(shape: [2, 3], strides: [-1, 1], offset: 0))
    try exchange("reads through no view", View(shape: [2, 3], strides: [1], offset: 0))
    try exchange("reads through no view", View(shape: [2, 3], strides: [3, 1], offset: 6))
    try exchange("fills a tensor<2x3xf32> with [3]", View([3]))
    try exchange("writes [2, 3] at [0, 1]", View([2, 3]), at: [0, 1])
    try exchange("writes [2, 3] at [0]", View([2, 3]), at: [0])
    try exchange("writes [2, 3] at [-1, 0]", View([2, 3]), at: [-1, 0])
    try expectInStep(
      "is staged in another tensor",
      .exchange(Exchange(from: 0, View([2, 3]), to: 3, order: .staged(2))))
  }

  @Test func vertices() throws {
    func vertex(_ words: String, _ vertex: Vertex, _ operands: [Int], _ results: [Int]) throws {
      try expectInStep(words, .compute(vertex, operands: operands, results: results))
    }
    let add = Vertex.operation(.elementwise(.binary(.add)))
    try vertex("tessera.add", add, [0], [7])
    try vertex("makes [], must be", add, [0, 1], [])
    try vertex("makes [tensor<3xf32>], must be", add, [0, 1], [2])
    try vertex("nothing that a tile computes", .operation(.control(.return)), [], [])
    try vertex("does not add partial sums", .addPartials, [0], [7])
    try vertex("is not the chain", .chain([.binary(.add)]), [0, 1], [7])
    try vertex("makes", .partial(.elementwise(.binary(.add))), [0, 1], [7])
  }

  @Test func otherSteps() throws {
    try expect("is part of operation 99") { $0.functions[0]?.steps[0].operation = 99 }
    try expectInStep("fills a", .fill(4, TensorLiteral(splat: 0, TensorType([], .f32))))
    try expectInStep("copies to the same IPU", .copyBetweenIPUs(from: 0, to: 3))
    try expectInStep("cannot be printed", .infeed(stream: "\u{1B}", to: 4))
    try expectInStep("uses buffer 0", .load(buffer: 0, to: 4))
    try expectInStep("uses buffer 0", .store(4, buffer: 0))
    try expectInStep("runs 0 times", .repeat(count: 0, iteration: [], steps: []))
    try expectInStep("counts in no i32", .repeat(count: 1, iteration: [0], steps: []))
    try expectInStep("makes no i32", .replicaIndex(0))
    try expectInStep("must be", .collective(.allReduceSum, operands: [0], results: [4]))
    var steps: [TileStep] = []
    for _ in 0...Program.Limits.nesting {
      steps = [TileStep(.repeat(count: 1, iteration: [], steps: steps), operation: 0)]
    }
    try expect("lies in more than 8 repeats") { $0.functions[0]?.steps = steps }
  }

  @Test func calls() throws {
    func call(
      _ words: String, function: Int = 1, ipu: Int = 0,
      arguments: [TileStep.Place] = [.tensor(0), .tensor(1)],
      results: [TileStep.Place] = [.tensor(3)]
    ) throws {
      try expectInStep(
        words, .call(function: function, ipu: ipu, arguments: arguments, results: results))
    }
    try call("calls function 2", function: 2)
    try call("on IPU 1", ipu: 1)
    try call("with 1 arguments", arguments: [.tensor(0)])
    try call("with 2 arguments and 0 results", results: [])
    try call("buffer(0), which is missing", results: [.buffer(0)])
    try call("lies otherwise", results: [.tensor(1)])
    try call(
      "calls itself", function: 0, arguments: [.tensor(0), .tensor(1)],
      results: [.tensor(6), .tensor(1)])
  }
}
