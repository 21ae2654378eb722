import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import TileProgram

/// Sums in parts, one a tile, and their sum: on whole numbers, which are exact in every order.
@Suite struct TilePartialTests {
  /// Partial results, brought together and summed.
  ///
  /// - Parameters:
  ///   - letters: those of each operand's axes, then of each result's, and of its axis of parts.
  ///   - partials: the element type of partial results.
  private func expectSum(
    _ operation: Operation, _ vertex: Vertex, _ operands: [Tensor], _ grid: Grid,
    _ letters: [String], partials: ElementType, parts: Int,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let module = operationModule(operation, operands.map(\.type))
    let expected = try run(module, "main", operands)
    let program = try program(module)
    let number = try program.firstOperation()
    var builder = TileBuilder()
    let arguments = zip(operands, letters).map { operand, letters in
      builder.tensor(grid.layout(letters, operand.type.shape), operand.type.element)
    }
    var made: [Int] = []
    for (result, letters) in zip(expected, letters.dropFirst(operands.count)) {
      let isPartial = letters.count > result.type.rank
      made.append(
        builder.tensor(
          grid.layout(letters, (isPartial ? [parts] : []) + result.type.shape),
          isPartial ? partials : result.type.element))
    }
    builder.add(.compute(vertex, operands: arguments, results: made), operation: number)
    var results: [Int] = []
    for (partial, result) in zip(made, expected) {
      let type = builder.function.tensors[partial].type
      guard type.rank > result.type.rank else {
        results.append(partial)
        continue
      }
      // All parts of a few elements on each tile.
      let spread = Grid(parts: [("x", min(5, type.shape[1]))], start: 40)
      let dots = String(repeating: ".", count: type.rank - 2)
      let together = builder.tensor(spread.layout(".x" + dots, type.shape), type.element)
      let sum = builder.tensor(spread.layout("x" + dots, result.type.shape), result.type.element)
      builder.add(
        .exchange(Exchange(from: partial, View(type.shape), to: together)), operation: number)
      builder.add(
        .compute(.addPartials, operands: [together], results: [sum]), operation: number)
      results.append(sum)
    }
    builder.function.arguments = arguments.map { .tensor($0) }
    builder.function.results = results.map { .tensor($0) }
    let found = try runTiles(program, tileProgram([builder.finished]), operands)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      #expect(
        found.values == expected.values, "\(operation.mnemonic), result \(index)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [ElementType.f32, .f16], [ElementType.f32, .f16])
  func products(element: ElementType, partials: ElementType) throws {
    let product = Contraction(transposesRight: true, partials: .f32)
    try expectSum(
      .contraction(product), .partialProduct(product),
      [counting([5, 12], element), counting([7, 12], element, from: 3)],
      Grid(parts: [("p", 4), ("m", 3), ("n", 2)]), ["mp", "np", "pmn"], partials: partials,
      parts: 4)
  }

  @Test(arguments: [ElementType.f32, .f16], [ElementType.f32, .f16])
  func reductions(element: ElementType, partials: ElementType) throws {
    let sum = Operation.reduction(Reduction(.sum, axes: [0]))
    try expectSum(
      sum, .partial(sum), [counting([17, 6], element)], Grid(parts: [("p", 5), ("n", 3)]),
      ["pn", "pn"], partials: partials, parts: 5)
  }

  @Test(arguments: [ElementType.f32, .f16], [ElementType.f32, .f16])
  func tablesThatAreCut(element: ElementType, partials: ElementType) throws {
    let numbers = Tensor(TensorType([6], .i32), [10, 0, 3, 3, 9, 6])
    let grid = Grid(parts: [("p", 4), ("n", 3)])
    if element == partials {
      let gather = Operation.indexing(.gatherRows())
      try expectSum(
        gather, .partial(gather), [counting([11, 5], element), numbers], grid,
        ["p.", "n", "pn."], partials: partials, parts: 4)
      let select = Operation.indexing(.selectColumns)
      try expectSum(
        select, .partial(select), [counting([6, 11], element), numbers], grid, ["np", "n", "pn"],
        partials: partials, parts: 4)
    }
  }

  /// The gradient of a normalisation: dx as on ipu-model, dγ and dβ in parts.
  @Test(arguments: [ElementType.f32, .f16]) func layerNormGradient(element: ElementType) throws {
    let gradient = Operation.normalization(.layerNormGradient)
    // Of mean 0 and deviation 1 all products are whole.
    let x = Tensor(TensorType([9, 4], element), (0..<36).map { $0 % 2 == 0 ? 1 : -1 })
    let dy = counting([9, 4], element)
    let ones = Tensor(TensorType([4], element), [1, 1, 1, 1])
    let mean = Tensor(TensorType([9], .f32), [Double](repeating: 0, count: 9))
    let inverse = Tensor(TensorType([9], .f32), [Double](repeating: 1, count: 9))
    for partials in [ElementType.f32, .f16] {
      try expectSum(
        gradient, .partial(gradient), [dy, x, ones, mean, inverse], Grid(parts: [("p", 3)]),
        ["p.", "p.", ".", "p", "p", "p.", "p.", "p."], partials: partials, parts: 3)
    }
  }
}
