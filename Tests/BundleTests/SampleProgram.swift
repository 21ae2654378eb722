import Bundle
import Foundations
import Operations

/// A small valid program with every kind of row: a call, a repeat that sees a value around it,
/// constants of each element type, a collective, an infeed, ports and parameters.
///
/// `step` is block 0, `layer` block 1, the repeat's body block 2. Operations: 0-1 `layer`; 2-5 the
/// constants; 6 call, 7 repeat, 8-10 its body, 11 infeed, 12 all-reduce, 13 return.
func sampleProgram() throws -> Program {
  let matrix = 0
  let row = 1
  let scalar = 2
  let half = 3
  let truth = 4
  return Program(
    types: [
      TensorType([2, 3], .f32), TensorType([3], .f32), TensorType([], .i32),
      TensorType([2], .f16), TensorType([1, 2], .i1),
    ],
    // 0 x, 1 w; 2 x, 3 w, 4 product; 5-8 constants; 9 called; 10 repeated; 11 i, 12 a, 13 b, 14 sum;
    // 15 infeed; 16 reduced
    values: [
      matrix, row, matrix, row, matrix, row, half, truth, scalar, matrix, matrix, scalar, matrix,
      matrix, matrix, scalar, matrix,
    ],
    operations: [
      ProgramOperation(.elementwise(.binary(.multiply)), operands: [2, 3], results: [4]),
      ProgramOperation(.control(.return), operands: [4]),
      constant(try TensorLiteral(TensorType([3], .f32), [0.5, -0.0, 3e38]), 5),
      constant(try TensorLiteral(TensorType([2], .f16), [1, 65504]), 6),
      constant(TensorLiteral(splat: 1, TensorType([1, 2], .i1)), 7),
      constant(TensorLiteral(splat: -2_147_483_648, TensorType([], .i32)), 8),
      ProgramOperation(.control(.call("layer")), operands: [0, 1], results: [9]),
      ProgramOperation(.control(.repeat(count: 4)), operands: [9], results: [10], body: 2),
      ProgramOperation(.control(.call("layer")), operands: [12, 1], results: [13]),
      ProgramOperation(.elementwise(.binary(.add)), operands: [13, 5], results: [14]),
      ProgramOperation(.control(.yield), operands: [14]),
      ProgramOperation(.source(.infeed(stream: "labels", TensorType([], .i32))), results: [15]),
      ProgramOperation(.collective(.allReduceSum), operands: [10], results: [16]),
      ProgramOperation(.control(.return), operands: [16, 1]),
    ],
    blocks: [
      ProgramBlock(arguments: [0, 1], operations: [2, 3, 4, 5, 6, 7, 11, 12, 13]),
      ProgramBlock(arguments: [2, 3], operations: [0, 1]),
      ProgramBlock(arguments: [11, 12], operations: [8, 9, 10]),
    ],
    functions: [
      ProgramFunction(
        name: "step", body: 0,
        arguments: [Port(name: "x", role: .batch), Port(name: "w", role: .parameter)],
        results: [Port(name: "y", role: .output), Port(name: "w", role: .parameter)]),
      ProgramFunction(
        name: "layer", body: 1, arguments: [nil, nil], results: [nil],
        placement: Placement(stage: 1, ipu: 3)),
    ],
    parameters: [
      ParameterEntry(
        name: "w", type: row, initializer: .truncatedNormal(standardDeviation: 0.02),
        randomStream: 7),
      ParameterEntry(name: "b", type: matrix, initializer: .zeros, randomStream: 8),
      ParameterEntry(name: "g", type: row, initializer: .ones, randomStream: 9),
    ])
}

private func constant(_ literal: TensorLiteral, _ result: Int) -> ProgramOperation {
  ProgramOperation(.source(.constant(literal)), results: [result])
}

/// One function with a `tessera.fuse`: of x [2, 3] and w [3] it gives x·w + w and its sign.
///
/// Blocks: 0 the function's, 1 the chain's. Operations: 0 the chain, 1 the return, 2-5 in the chain.
func fusedProgram() -> Program {
  Program(
    types: [TensorType([2, 3], .f32), TensorType([3], .f32), TensorType([2, 3], .i1)],
    // 0 x, 1 w; 2 sum, 3 sign; in the chain 4 x, 5 w, 6 product, 7 sum, 8 sign
    values: [0, 1, 0, 2, 0, 1, 0, 0, 2],
    operations: [
      ProgramOperation(.control(.fuse), operands: [0, 1], results: [2, 3], body: 1),
      ProgramOperation(.control(.return), operands: [2, 3]),
      ProgramOperation(.elementwise(.binary(.multiply)), operands: [4, 5], results: [6]),
      ProgramOperation(.elementwise(.binary(.add)), operands: [6, 5], results: [7]),
      ProgramOperation(.elementwise(.compare(.less)), operands: [7, 5], results: [8]),
      ProgramOperation(.control(.yield), operands: [7, 8]),
    ],
    blocks: [
      ProgramBlock(arguments: [0, 1], operations: [0, 1]),
      ProgramBlock(arguments: [4, 5], operations: [2, 3, 4, 5]),
    ],
    functions: [
      ProgramFunction(name: "f", body: 0, arguments: [nil, nil], results: [nil, nil])
    ])
}

/// A chain of `depth` functions, each of which calls the one before it `calls` times.
func chainedProgram(depth: Int, calls: Int) -> Program {
  var program = Program(types: [TensorType([], .f32)])
  for level in 0..<depth {
    let argument = program.values.count
    program.values.append(0)
    var block = ProgramBlock(arguments: [argument])
    for _ in 0..<(level == 0 ? 0 : calls) {
      block.operations.append(program.operations.count)
      program.operations.append(
        ProgramOperation(
          .control(.call("f\(level - 1)")), operands: [argument], results: [program.values.count]))
      program.values.append(0)
    }
    block.operations.append(program.operations.count)
    program.operations.append(ProgramOperation(.control(.return), operands: [argument]))
    program.functions.append(
      ProgramFunction(name: "f\(level)", body: level, arguments: [nil], results: [nil]))
    program.blocks.append(block)
  }
  return program
}

/// One function with `nesting` repeats, one in the other.
func nestedProgram(nesting: Int) -> Program {
  var program = Program(types: [TensorType([], .i32)])
  for level in 0...nesting {
    let isInner = level == nesting
    let first = program.operations.count
    let terminator: Control = level == 0 ? .return : .yield
    if !isInner {
      program.operations.append(
        ProgramOperation(.control(.repeat(count: 2)), body: level + 1))
    }
    program.operations.append(ProgramOperation(.control(terminator)))
    program.blocks.append(
      ProgramBlock(
        arguments: level == 0 ? [] : [level - 1],
        operations: Array(first..<program.operations.count)))
    if level > 0 { program.values.append(0) }
  }
  program.functions = [ProgramFunction(name: "f", body: 0)]
  return program
}

func sampleBundle(tensors: [NamedTensorData] = []) throws -> Bundle {
  try Bundle(
    producer: "tesserac 0.0.0", program: sampleProgram(), recipeProgram: Array("steps".utf8),
    recipeRun: Array("name = \"run\"".utf8), irText: "\"builtin.module\"() ({\n}) : () -> ()\n",
    tensors: tensors)
}

func sampleTensors() -> [NamedTensorData] {
  // A slow ramp, whose high bytes are alike: what byte planes are for.
  let bytes = (0..<3000).flatMap { index in
    withUnsafeBytes(of: (Float(index) * 0.001).bitPattern.littleEndian) { Array($0) }
  }
  let type = TensorType([30, 100], .f32)
  return [
    NamedTensorData(name: "planes", type: type, bytes: bytes),
    NamedTensorData(name: "plain", type: type, bytes: bytes, storage: .zstd),
    NamedTensorData(name: "raw", type: type, bytes: bytes, storage: .raw),
    NamedTensorData(
      name: "small", type: TensorType([3], .i1), bytes: [1, 0, 1], storage: .bytePlaneZstd),
  ]
}
