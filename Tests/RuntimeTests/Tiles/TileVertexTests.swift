import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import TileProgram

/// Compute sets, with boxes on many tiles, against the same operations on ipu-model.
@Suite struct TileVertexTests {
  /// Numbers in [−2, 2) that f16 holds exactly, the same for the same shape.
  private func random(_ shape: [Int], _ element: ElementType = .f32) -> Tensor {
    let type = TensorType(shape, element)
    var generator = SplitMix64(seed: UInt64(shape.reduce(7) { $0 * 31 + $1 }))
    return Tensor(
      type,
      (0..<type.count).map { _ in Double(Int.random(in: -2048..<2048, using: &generator)) / 1024 })
  }

  private func indices(_ values: Int...) -> Tensor {
    Tensor(TensorType([values.count], .i32), values.map(Double.init))
  }

  /// Every operation with whole tensors on some tiles.
  @Test(arguments: [ElementType.f32, .f16, .i32, .i1])
  func everyOperationOnWholeTensors(element: ElementType) throws {
    let grid = Grid(parts: [("c", 3)])
    for sample in try OperationSamples.all(element: element, seed: 5) {
      switch sample.operation {
      case .movement(.slice), .movement(.pad), .accumulation(.slice), .source, .remote,
        .collective, .control:
        continue
      default: break
      }
      let types = sample.operands.map(\.type)
      let results = try #require(try sample.operation.resultTypes(of: types))
      if (types + results).contains(where: { $0.element == .f64 }) { continue }
      try expectVertex(
        .operation(sample.operation), in: operationModule(sample.operation, types),
        sample.operands, grid,
        (types + results).map { String(repeating: ".", count: $0.rank) }, "\(sample)")
    }
  }

  @Test func elementwiseOnBoxes() throws {
    let grid = Grid(parts: [("a", 3), ("b", 4)])
    for element in [ElementType.f32, .f16] {
      let (x, y) = (random([7, 10], element), random([10], element))
      try expectVertex(.elementwise(.binary(.multiply)), [x, y], grid, "ab", "b", "ab")
      try expectVertex(
        .elementwise(.binary(.add)), [x, y], grid, "ab", "b", "ab", replacing: [0: 0])
      try expectVertex(
        .elementwise(.binary(.subtract)), [x, random([7, 1], element)], grid, "ab", "a.", "ab")
      try expectVertex(.elementwise(.unary(.geluTanh)), [x], grid, "ab", "ab", replacing: [0: 0])
      try expectVertex(.elementwise(.convert(.f32)), [x], grid, "ab", "ab")
    }
  }

  @Test func chainsOnBoxes() throws {
    let operands = [random([7, 10], .f16), random([10], .f16), random([], .f32)]
    let main = function("main", operands.map(\.type)) { f, a in
      f.fuse(a) { f, a in
        let sum = f.add(a[0], a[1])
        let scaled = f.multiply(f.convert(sum, to: .f32), a[2])
        return [f.convert(scaled, to: .f16), f.unary(.tanh, scaled)]
      }
    }
    let grid = Grid(parts: [("a", 3), ("b", 4)])
    let letters = ["ab", "b", "", "ab", "ab"]
    try expectVertex(.chain([]), in: module(main), operands, grid, letters)
    try expectVertex(.chain([]), in: module(main), operands, grid, letters, replacing: [0: 0])
  }

  @Test func rowsOnTiles() throws {
    let grid = Grid(parts: [("a", 4), ("b", 3)])
    let x = random([9, 16], .f16)
    try expectVertex(.softmax(.softmax), [x], grid, "a.", "a.")
    try expectVertex(.softmax(.logSoftmax), [x], grid, "a.", "a.", replacing: [0: 0])
    try expectVertex(
      .normalization(.layerNorm(epsilon: 1e-3)), [x, random([16], .f16), random([16], .f16)],
      grid, "a.", ".", ".", "a.", "a", "a")
    try expectVertex(.reduction(Reduction(.sum, axes: [1])), [x], grid, "a.", "a")
    try expectVertex(.reduction(Reduction(.maximum, axes: [0])), [x], grid, ".a", "a")
    try expectVertex(.movement(.transpose([1, 0])), [x], grid, "ab", "ba")
    try expectVertex(.movement(.broadcast([5, 9, 16])), [x], grid, "ab", ".ab")
    try expectVertex(.movement(.concatenate(axis: 1)), [x, x], grid, "a.", "a.", "a.")
  }

  @Test(arguments: [false, true], [false, true])
  func products(transposesLeft: Bool, transposesRight: Bool) throws {
    let product = Contraction(
      transposesLeft: transposesLeft, transposesRight: transposesRight, partials: .f32)
    let (m, k, n) = (10, 6, 7)
    let left = counting([4] + (transposesLeft ? [k, m] : [m, k]), .f16)
    let right = counting([4] + (transposesRight ? [n, k] : [k, n]), .f16, from: 4)
    try expectVertex(
      .contraction(product), [left, right], Grid(parts: [("b", 2), ("m", 4), ("n", 3)]),
      transposesLeft ? "b.m" : "bm.", transposesRight ? "bn." : "b.n", "bmn")
  }

  @Test func tablesThatAreCut() throws {
    let grid = Grid(parts: [("v", 4), ("h", 3), ("n", 2)])
    let table = random([11, 6], .f16)
    let numbers = indices(3, 0, 10, 3, 7, 10, 3)
    let rows = random([7, 6], .f16)
    try expectVertex(.indexing(.scatterAddRows(rows: 11)), [numbers, rows], grid, ".", ".h", "vh")
    try expectVertex(
      .accumulation(.rows), [table, numbers, rows], grid, "vh", ".", ".h", "vh",
      replacing: [0: 0])
    try expectVertex(
      .accumulation(.rows), [table, numbers, rows], grid, "vh", ".", ".h", "vh")
    try expectVertex(
      .indexing(.placeColumns(columns: 11)), [numbers, random([7], .f16)], grid, "n", "n", "nv")
    // What a whole table gives.
    try expectVertex(.indexing(.gatherRows()), [table, numbers], grid, ".h", "n", "nh")
    try expectVertex(.indexing(.selectColumns), [random([7, 11]), numbers], grid, "n.", "n", "n")
  }

  /// A value in the accumulator's layout, of which only the slice's part has been written.
  @Test(arguments: [[0, 0], [3, 2], [6, 5]]) func slices(starts: [Int]) throws {
    let (accumulator, value) = (counting([9, 8], .f16), counting([3, 3], .f16, from: 5))
    let operation = Operation.accumulation(.slice(starts: starts))
    let module = operationModule(operation, [accumulator.type, value.type])
    let program = try program(module)
    let grid = Grid(parts: [("a", 2), ("b", 3)])
    var builder = TileBuilder()
    let sum = builder.tensor(grid.layout("ab", [9, 8]), .f16)
    let part = builder.tensor(grid.layout("..", [3, 3]), .f16)
    let placed = builder.tensor(grid.layout("ab", [9, 8]), .f16)
    builder.add(.exchange(Exchange(from: part, View([3, 3]), to: placed, at: starts)))
    builder.add(
      .compute(.operation(operation), operands: [sum, placed], results: [sum]),
      operation: try program.firstOperation())
    builder.function.arguments = [.tensor(sum), .tensor(part)]
    builder.function.results = [.tensor(sum)]
    let found = try runTiles(program, tileProgram([builder.finished]), [accumulator, value])
    #expect(found[0].values == (try run(module, "main", [accumulator, value]))[0].values)
  }

  /// Each tile draws what its elements have in the whole tensor.
  @Test func dropoutByNumber() throws {
    let key = Tensor(TensorType([4], .i32), [17, 4, 1, 9])
    let stream = Tensor(TensorType([], .i32), [5])
    for element in [ElementType.f16, .f32] {
      try expectVertex(
        .random(.dropout(probability: 0.4)), [random([6, 5, 33], element), key, stream],
        Grid(parts: [("a", 2), ("b", 3), ("c", 4)]), "abc", ".", "", "abc")
      try expectVertex(
        .random(.dropout(probability: 0.4)), [random([3, 2000], element), key, stream],
        Grid(parts: [("a", 3)]), "a.", ".", "", "a.", replacing: [0: 0])
    }
  }

  @Test(arguments: [0, 2, 5, -1]) func entriesOfStashes(number: Int) throws {
    let grid = Grid(parts: [("a", 3)])
    let index = Tensor(TensorType([], .i32), [Double(number)])
    let stash = random([3, 8, 2], .f16)
    try expectVertex(.stash(.read), [stash, index], grid, ".a.", "", "a.")
    try expectVertex(
      .stash(.write), [stash, random([8, 2], .f16), index], grid, ".a.", "a.", "", ".a.",
      replacing: [0: 0])
    try expectVertex(
      .stash(.write), [stash, random([8, 2], .f16), index], grid, ".a.", "a.", "", ".a.")
  }
}
