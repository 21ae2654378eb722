import Bundle
import Foundations
import GraphIR
import IPUTarget
import Interpreter
import Operations
import Runtime
import Testing
import TileProgram

/// How axes are cut: for each letter into so many parts. What has no axis of a letter has copies instead, so
/// that boxes of several tensors on a tile are of the same elements.
struct Grid {
  static let tiles = 64

  var parts: [(letter: Character, count: Int)]
  var start = 3

  /// The layout of a tensor whose axes have these letters; a dot is an axis that is not cut.
  func layout(_ letters: String, _ shape: [Int]) -> Layout {
    let axes = Array(letters)
    var stride = 1
    var digits: [Layout.Digit] = []
    for (letter, count) in parts {
      digits.append(
        Layout.Digit(axis: axes.firstIndex(of: letter), count: count, stride: stride))
      stride *= count
    }
    return Layout(
      axes: shape.map { Layout.Axis(extent: $0) }, digits: digits, start: start,
      tiles: Self.tiles)
  }
}

/// A function on the tiles of a small IPU.
struct TileBuilder {
  /// Bytes of a tile's memory.
  static let tileBytes = 64 * 1024

  var function: TileFunction
  /// Bytes of the frame that are taken, on every IPU.
  private(set) var taken = 0

  init(_ name: String = "main", ipus: Int = 1) {
    function = TileFunction(name: name)
    function.ipus = ipus
  }

  static func system(ipus: Int = 4) throws -> IPUSystem {
    var system = try #require(IPUSystem(named: "pod4"))
    system.ipu.tiles = Grid.tiles
    system.ipu.tileBytes = tileBytes
    return system
  }

  /// A tensor in memory of its own, or at `home`.
  mutating func tensor(
    _ layout: Layout, _ element: ElementType, ipu: Int = 0, home: TileTensor.Home? = nil
  ) -> Int {
    var tensor = TileTensor(
      layout, element, home: home ?? .frame(offset: taken), category: .temporary, ipu: ipu)
    if home == nil { taken += (tensor.tileBytes + 7) / 8 * 8 }
    tensor.ipu = ipu
    function.tensors.append(tensor)
    return function.tensors.count - 1
  }

  mutating func add(_ kind: TileStep.Kind, operation: Int = 0) {
    function.steps.append(TileStep(kind, operation: operation))
  }

  /// The function with a frame that holds its tensors.
  var finished: TileFunction {
    var function = function
    function.frameBytes = Array(repeating: taken, count: function.ipus)
    if function.updates.isEmpty { function.updates = function.results.map { _ in nil } }
    return function
  }
}

/// The functions as a tile program, their frames one behind the other on every IPU. The last is the entry.
func tileProgram(_ functions: [TileFunction], ipus: Int = 1) -> TileProgram {
  var program = TileProgram(
    system: "pod4", ipus: ipus, functions: functions, entry: functions.count - 1)
  var base = 0
  for (index, function) in functions.enumerated() {
    program.frameBases[index] = Array(repeating: base, count: ipus)
    base += function.frameBytes.max() ?? 0
  }
  return program
}

/// Runs the entry of a tile program.
func runTiles(
  _ program: Program, _ tiles: TileProgram, _ arguments: [Tensor], replicas: Int = 1,
  threads: Int = 2, infeed: Infeed? = nil
) throws -> [HostTensor] {
  let engine = try TileEngine(
    program, tiles, on: try TileBuilder.system(), replicas: replicas, threads: threads)
  let entry = try #require(tiles.functions[tiles.entry]?.name)
  return try engine.run(entry, arguments.map(HostTensor.init), infeed: infeed)
}

/// A module of one function that runs an operation, and the number of the operation in its program.
func operationModule(_ operation: Operation, _ types: [TensorType]) -> Module {
  module(function("main", types) { f, a in f.insert(operation, a) })
}

extension Program {
  /// The number of the operation that a function runs first.
  func firstOperation(of name: String = "main") throws -> Int {
    try #require(function(named: name).flatMap { blocks[$0.body].operations.first })
  }
}

/// Bits, but all NaNs are one.
func comparable(_ tensor: HostTensor) -> [UInt64] {
  tensor.values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
}

/// Runs a module's `main`, which is one operation, on tiles by `vertex`, and on ipu-model, and expects the
/// same bits.
///
/// - Parameters:
///   - letters: those of each operand's axes, then of each result's.
///   - replacing: for results that are made in the place of an operand its number.
func expectVertex(
  _ vertex: Vertex, in module: Module, _ operands: [Tensor], _ grid: Grid, _ letters: [String],
  replacing: [Int: Int] = [:], _ note: String = "",
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let expected = try run(module, "main", operands, threads: 1)
  let program = try program(module)
  var builder = TileBuilder()
  let arguments = operands.enumerated().map { index, operand in
    builder.tensor(grid.layout(letters[index], operand.type.shape), operand.type.element)
  }
  let results = expected.enumerated().map { index, result in
    replacing[index].map { arguments[$0] }
      ?? builder.tensor(
        grid.layout(letters[operands.count + index], result.type.shape), result.type.element)
  }
  builder.add(
    .compute(vertex, operands: arguments, results: results),
    operation: try program.firstOperation())
  builder.function.arguments = arguments.map { .tensor($0) }
  builder.function.results = results.map { .tensor($0) }
  for threads in 1...2 {
    let found = try runTiles(program, tileProgram([builder.finished]), operands, threads: threads)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      #expect(
        comparable(found) == comparable(expected), "\(note), result \(index)",
        sourceLocation: sourceLocation)
    }
  }
}

/// The same with the operation as the vertex.
func expectVertex(
  _ operation: Operation, _ operands: [Tensor], _ grid: Grid, _ letters: String...,
  replacing: [Int: Int] = [:], sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  try expectVertex(
    .operation(operation), in: operationModule(operation, operands.map(\.type)), operands, grid,
    letters, replacing: replacing, operation.mnemonic, sourceLocation: sourceLocation)
}
