import Bundle
import Foundations
import Operations
import TileProgram

/// A plan of `sampleProgram` with every kind of step, vertex and home: 8 tiles of one IPU.
func sampleTileProgram() -> TileProgram {
  let tiles = 8
  let matrix = Layout(shape: [2, 3], parts: [2, 3], start: 1, tiles: tiles)
  let row = Layout(shape: [3], parts: [3], copies: 2, start: 1, tiles: tiles)
  let scalar = Layout.replicated([], tiles: tiles)

  var layer = TileFunction(name: "layer")
  layer.tensors = [
    TileTensor(matrix, .f32, home: .argument(0), category: .activation),
    TileTensor(row, .f32, home: .argument(1), category: .weight),
    TileTensor(
      Layout(shape: [2, 3], parts: [2, 3], grains: [1, 2], start: 1, tiles: tiles), .f32,
      home: .frame(offset: 0), category: .temporary),
    TileTensor(matrix, .f32, home: .result(0), category: .activation),
  ]
  layer.steps = [
    TileStep(
      .exchange(Exchange(from: 1, View([3]).broadcast(to: [2, 3]), to: 2, order: .streamed)),
      operation: 0),
    TileStep(
      .compute(
        .operation(.elementwise(.binary(.multiply))), operands: [0, 2], results: [3]),
      operation: 0),
  ]
  layer.arguments = [.tensor(0), .tensor(1)]
  layer.results = [.tensor(3)]
  layer.updates = [nil]
  layer.frameBytes = [8]

  var step = TileFunction(name: "step")
  step.tensors = [
    TileTensor(matrix, .f32, home: .argument(0), category: .activation),
    TileTensor(row, .f32, home: .argument(1), category: .weight),
    TileTensor(row, .f32, home: .frame(offset: 8), category: .constant),
    TileTensor(matrix, .f32, home: .frame(offset: 0), category: .accumulator),
    TileTensor(scalar, .i32, home: .frame(offset: 16), category: .optimizerState),
    TileTensor(
      Layout(shape: [1, 2, 3], parts: [1, 2, 3], start: 1, tiles: tiles), .f32,
      home: .alias(of: 3), category: .stash),
    TileTensor(matrix, .f32, home: .result(0), category: .activation),
    TileTensor(matrix, .f32, home: .frame(offset: 20), category: .temporary),
  ]
  step.steps = [
    TileStep(.fill(2, TensorLiteral(splat: -0.0, TensorType([3], .f32))), operation: 2),
    TileStep(.fill(4, TensorLiteral(splat: -2_147_483_648, TensorType([], .i32))), operation: 5),
    TileStep(
      .call(
        function: 1, ipu: 0, arguments: [.tensor(0), .tensor(1)], results: [.tensor(3)]),
      operation: 6),
    TileStep(
      .repeat(
        count: 4, iteration: [4],
        steps: [
          TileStep(
            .repeat(
              count: 2, iteration: [],
              steps: [
                TileStep(
                  .exchange(
                    Exchange(
                      from: 0, View([2, 3]).sliced(starts: [1, 0], shape: [1, 2]), to: 3,
                      at: [0, 1], order: .staged(7))), operation: 9)
              ]), operation: 9),
          TileStep(.compute(.addPartials, operands: [5], results: [7]), operation: 9),
        ]), operation: 7),
    TileStep(
      .compute(
        .partial(.reduction(Reduction(.sum, axes: [0]))), operands: [5], results: [5]),
      operation: 12),
    TileStep(.infeed(stream: "labels", to: 4), operation: 11),
    TileStep(.replicaIndex(4), operation: 11),
    TileStep(.collective(.allReduceSum, operands: [7], results: [6]), operation: 12),
  ]
  step.arguments = [.tensor(0), .tensor(1)]
  step.results = [.tensor(6), .tensor(1)]
  step.updates = [nil, 1]
  step.frameBytes = [24]
  var plan = TileProgram(system: "mk2", ipus: 1, functions: [step, layer], entry: 0)
  plan.frameBases = [[0], [24]]
  plan.figures = [
    TileFigures(computeCycles: 1 << 40, receivedBytes: 7, copiedBytes: 3), TileFigures(),
  ]
  return plan
}

/// A plan of `fusedProgram`, with a chain.
func fusedTileProgram() -> TileProgram {
  let matrix = Layout(shape: [2, 3], parts: [2, 1], tiles: 2)
  var function = TileFunction(name: "f")
  function.tensors = [
    TileTensor(matrix, .f32, home: .argument(0), category: .activation),
    TileTensor(.replicated([3], tiles: 2), .f32, home: .argument(1), category: .weight),
    TileTensor(matrix, .f32, home: .result(0), category: .activation),
    TileTensor(matrix, .i1, home: .result(1), category: .activation),
  ]
  function.steps = [
    TileStep(
      .compute(
        .chain([.binary(.multiply), .binary(.add), .compare(.less)]), operands: [0, 1],
        results: [2, 3]), operation: 0)
  ]
  function.arguments = [.tensor(0), .tensor(1)]
  function.results = [.tensor(2), .tensor(3)]
  function.updates = [nil, nil]
  function.frameBytes = [0, 0]
  function.ipus = 2
  var plan = TileProgram(system: "pod4", ipus: 2, functions: [function], entry: 0)
  plan.frameBases = [[0, nil]]
  plan.figures = [TileFigures(computeCycles: 12)]
  return plan
}
