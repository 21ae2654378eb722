import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import TileProgram

/// What a tile program must not do, each by a program that does it.
@Suite struct TileTrapTests {
  private static let type = TensorType([6, 8], .f32)
  private static let grid = Grid(parts: [("a", 3), ("b", 2)])

  /// y = (x + 1)ᵀ by hand, through a call: a program that is right until `change` alters it.
  private struct Sample {
    var callee = TileBuilder("callee")
    var main = TileBuilder()
    var base: Int?
    let program: Program
    let (x, one, y, source, moved): (Int, Int, Int, Int, Int)

    init() throws {
      let layout = TileTrapTests.grid.layout("ab", TileTrapTests.type.shape)
      program = try RuntimeTests.program(
        module(
          function("main", [TileTrapTests.type]) { f, a in
            [f.transpose(f.add(a[0], a[0]), [1, 0])]
          }))
      x = callee.tensor(layout, .f32, home: .argument(0))
      one = callee.tensor(layout, .f32)
      y = callee.tensor(layout, .f32, home: .result(0))
      callee.add(.fill(one, TensorLiteral(splat: 1, TileTrapTests.type)))
      callee.add(
        .compute(.operation(.elementwise(.binary(.add))), operands: [x, one], results: [y]),
        operation: try program.firstOperation())
      callee.function.arguments = [.tensor(x)]
      callee.function.results = [.tensor(y)]
      source = main.tensor(layout, .f32)
      let sum = main.tensor(layout, .f32)
      moved = main.tensor(TileTrapTests.grid.layout("ba", [8, 6]), .f32)
      main.add(.call(function: 0, ipu: 0, arguments: [.tensor(source)], results: [.tensor(sum)]))
      main.add(
        .exchange(Exchange(from: sum, View([6, 8]).transposed([1, 0]), to: moved)))
      main.function.arguments = [.tensor(source)]
      main.function.results = [.tensor(moved)]
    }

    func run() throws -> [Double] {
      var tiles = tileProgram([callee.finished, main.finished])
      if let base { tiles.frameBases[0] = [base] }
      return try runTiles(program, tiles, [counting([6, 8])])[0].values
    }
  }

  private func expectTrap(
    _ code: String, sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ change: (inout Sample) throws -> Void
  ) throws {
    var sample = try Sample()
    try change(&sample)
    let found = errorCode { _ = try sample.run() }
    #expect(found == code, sourceLocation: sourceLocation)
  }

  @Test func theSampleIsRight() throws {
    let x = counting([6, 8]).values
    var expected: [Double] = []
    for column in 0..<8 {
      for row in 0..<6 { expected.append(x[row * 8 + column] + 1) }
    }
    let found = try Sample().run()
    #expect(found == expected)
  }

  @Test func memoryThatNothingWrote() throws {
    try expectTrap("tile-read-before-write") { _ = $0.callee.function.steps.removeFirst() }
    try expectTrap("tile-read-before-write") { _ = $0.main.function.steps.removeFirst() }
    try expectTrap("tile-read-before-write") { _ = $0.main.function.steps.removeLast() }
    // Only a part of what is read.
    try expectTrap("tile-read-before-write") {
      let part = View([8, 5])
      $0.main.function.steps[1].kind = .exchange(
        Exchange(
          from: 1, View(shape: part.shape, strides: [1, 8], offset: 0), to: $0.moved,
          at: [0, 1]))
    }
    // What another call left there.
    try expectTrap("tile-read-before-write") {
      let fill = $0.callee.function.steps.removeFirst()
      var other = $0.callee
      other.function.name = "callee"
      $0.main.function.steps.insert($0.main.function.steps[0], at: 0)
      other.function.steps = [
        other.function.steps[0], fill,
      ]
      $0.callee = other
    }
  }

  @Test func memoryThatIsNotThere() throws {
    try expectTrap("tile-out-of-bounds") {
      $0.callee.function.tensors[$0.one].home = .frame(offset: 40)
    }
    try expectTrap("tile-out-of-bounds") {
      $0.callee.function.tensors[$0.one].home = .frame(offset: -4)
    }
    try expectTrap("tile-out-of-bounds") { $0.base = TileBuilder.tileBytes - 16 }
    try expectTrap("tile-out-of-bounds") { $0.base = -8 }
    try expectTrap("tile-out-of-bounds") { $0.callee.function.tensors[$0.one].home = .argument(3) }
    try expectTrap("tile-out-of-bounds") {
      $0.main.function.steps[1].kind = .exchange(
        Exchange(from: 1, View(shape: [8, 6], strides: [1, 8], offset: 1), to: $0.moved))
    }
    try expectTrap("tile-out-of-bounds") {
      $0.main.function.steps[1].kind = .exchange(
        Exchange(from: 1, View([6, 8]).transposed([1, 0]), to: $0.moved, at: [0, 1]))
    }
    try expectTrap("tile-out-of-bounds") {
      $0.callee.function.tensors[$0.one].layout = Layout.replicated([6, 8], tiles: 100)
    }
  }

  @Test func resultsOverWhatIsNeeded() throws {
    // A frame of which the constant begins in the middle of the sum.
    try expectTrap("tile-overlap") {
      $0.base = 0
      $0.main.function.tensors[1].home = .frame(offset: 4)
      $0.callee.function.tensors[$0.one].home = .frame(offset: 0)
    }
    // In place, of an operation that may not be.
    try expectTrap("tile-overlap") {
      let less = $0.callee.function.steps[1]
      guard case .compute(_, let operands, _) = less.kind else { return }
      let product = Operation.contraction(Contraction(partials: .f32))
      let square = $0.callee.tensor(Grid(parts: [("a", 3)]).layout("..", [4, 4]), .f32)
      $0.callee.add(.fill(square, TensorLiteral(splat: 1, TensorType([4, 4], .f32))))
      $0.callee.add(
        .compute(.operation(product), operands: [square, square], results: [square]),
        operation: less.operation)
      #expect(operands.count == 2)
    }
  }

  @Test func boxesThatDoNotFit() throws {
    // The constant's boxes are on other tiles, or of other elements.
    for layout in [
      Grid(parts: [("a", 3), ("b", 2)], start: 20).layout("ab", [6, 8]),
      Grid(parts: [("b", 2), ("a", 3)]).layout("ab", [6, 8]),
    ] {
      try expectTrap("tile-shape-mismatch") { $0.callee.function.tensors[$0.one].layout = layout }
    }
    // The caller's argument lies otherwise.
    try expectTrap("tile-shape-mismatch") {
      $0.main.function.tensors[$0.source].layout = Self.grid.layout("a.", [6, 8])
    }
    // A sum over columns of which others have some.
    try expectTrap("tile-shape-mismatch") {
      let sum = $0.callee.tensor(Self.grid.layout("a", [6]), .f32)
      $0.callee.add(
        .compute(
          .operation(.reduction(Reduction(.sum, axes: [1]))), operands: [$0.one],
          results: [sum]), operation: 0)
    }
    try expectTrap("tile-shape-mismatch") {
      $0.callee.function.steps[0].kind = .fill(
        $0.one, TensorLiteral(splat: 1, TensorType([6, 7], .f32)))
    }
    try expectTrap("tile-shape-mismatch") { $0.callee.add(.replicaIndex(77)) }
    // The host's tensors are others.
    try expectTrap("tile-shape-mismatch") { $0.main.function.results = [.tensor($0.source)] }
    try expectTrap("tile-shape-mismatch") { $0.main.function.arguments = [] }
  }

  @Test func verticesThatThereAreNot() throws {
    try expectTrap("tile-unsupported-vertex") {
      let slice = Operation.movement(.slice(starts: [0, 0], shape: [6, 8]))
      let other = $0.callee.tensor(Self.grid.layout("ab", [6, 8]), .f32)
      $0.callee.add(
        .compute(.operation(slice), operands: [$0.one], results: [other]), operation: 0)
    }
  }

  /// An index that no tile's rows have, though each tile has some of its own to leave to others.
  @Test(arguments: [-1, 11]) func indicesOutsideTheWholeTable(index: Int) throws {
    let operation = Operation.indexing(.scatterAddRows(rows: 11))
    let indices = Tensor(TensorType([3], .i32), [0, Double(index), 10])
    let rows = counting([3, 4])
    let module = operationModule(operation, [indices.type, rows.type])
    let program = try program(module)
    let grid = Grid(parts: [("v", 4)])
    var builder = TileBuilder()
    let i = builder.tensor(grid.layout(".", [3]), .i32)
    let x = builder.tensor(grid.layout("..", [3, 4]), .f32)
    let y = builder.tensor(grid.layout("v.", [11, 4]), .f32)
    builder.add(
      .compute(.operation(operation), operands: [i, x], results: [y]),
      operation: try program.firstOperation())
    builder.function.arguments = [.tensor(i), .tensor(x)]
    builder.function.results = [.tensor(y)]
    let error = #expect(throws: TesseraError.self) {
      try runTiles(program, tileProgram([builder.finished]), [indices, rows])
    }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code == .indexOutOfRange)
    #expect(error?.description.contains("index 1 is \(index)") == true)
    #expect(error?.description.contains("tile 3") == true)
  }

  /// Iterations beyond those that are watched fill their entries of a stash all the same.
  @Test(arguments: [0, 2, 3]) func entriesThatNothingWrote(entry: Int) throws {
    let operation = Operation.stash(.write)
    let types = [TensorType([4, 3], .f32), TensorType([3], .f32), TensorType([], .i32)]
    let program = try program(operationModule(operation, types))
    let number = try program.firstOperation()
    let grid = Grid(parts: [("a", 3)])
    var builder = TileBuilder()
    let value = builder.tensor(grid.layout("a", [3]), .f32)
    let iteration = builder.tensor(grid.layout("", []), .i32)
    let stash = builder.tensor(grid.layout(".a", [4, 3]), .f32)
    let read = builder.tensor(grid.layout("a", [3]), .f32)
    let write = TileStep(
      .compute(.operation(operation), operands: [stash, value, iteration], results: [stash]),
      operation: number)
    builder.add(.repeat(count: 3, iteration: [iteration], steps: [write]))
    builder.add(.fill(iteration, TensorLiteral(splat: Double(entry), TensorType([], .i32))))
    builder.add(
      .compute(.operation(.stash(.read)), operands: [stash, iteration], results: [read]),
      operation: number)
    builder.function.arguments = [.tensor(stash), .tensor(value), .tensor(iteration)]
    let rows = builder.tensor(grid.layout("..", [4, 3]), .f32)
    builder.add(.exchange(Exchange(from: read, View([3]).broadcast(to: [4, 3]), to: rows)))
    builder.function.results = [.tensor(rows)]
    // The host would write the stash, so it writes another tensor.
    builder.function.arguments[0] = .tensor(
      builder.tensor(grid.layout("a.", [4, 3]), .f32))
    let tiles = tileProgram([builder.finished])
    let arguments = [counting([4, 3]), counting([3]), Tensor(types[2], [0])]
    var found: [Double] = []
    let code = errorCode {
      let engine = try TileEngine(program, tiles, on: try TileBuilder.system())
      found = Array(try engine.run("main", arguments.map(HostTensor.init))[0].values.prefix(3))
    }
    #expect(code == (entry == 3 ? "tile-read-before-write" : nil))
    if entry < 3 { #expect(found == counting([3]).values) }
  }
}
