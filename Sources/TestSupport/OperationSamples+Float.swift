import Foundations
import Interpreter
import Operations

extension OperationSamples {
  mutating func addReductions() {
    let cases: [(shape: [Int], axes: [Int])] = [
      ([], []), ([67], [0]), ([5, 19], [0]), ([5, 19], [1]), ([5, 19], [0, 1]), ([4, 3], []),
      ([3, 4, 5], [1]), ([2, 3, 4, 5], [0, 2]), ([2, 3, 4, 5], [1, 3]), ([6, 1, 7], [1, 2]),
    ]
    for function in Reduction.Function.allCases {
      for (shape, axes) in cases {
        let operand =
          switch function {
          case .sum: tensor(shape)
          case .maximum: generator.spreadTensor(shape, element)
          }
        add("\(shape) over \(axes)", .reduction(Reduction(function, axes: axes)), operand)
      }
    }
  }

  mutating func addMatrixProducts() {
    let cases: [(batch: [Int], rows: Int, columns: Int, contracted: Int)] = [
      ([], 1, 1, 1), ([], 7, 13, 5), ([], 17, 33, 19), ([], 1, 37, 8), ([], 9, 1, 3),
      ([3], 4, 5, 6), ([2, 3], 5, 7, 11),
    ]
    let partials = element == .f64 ? [ElementType.f64] : [.f32, element]
    for (number, (batch, rows, columns, contracted)) in cases.enumerated() {
      for transposes in 0..<4 {
        let contraction = Contraction(
          transposesLeft: transposes & 1 != 0, transposesRight: transposes & 2 != 0,
          partials: partials[(number + transposes) % partials.count])
        let left = contraction.transposesLeft ? [contracted, rows] : [rows, contracted]
        let right = contraction.transposesRight ? [columns, contracted] : [contracted, columns]
        add(
          "\(batch + left) by \(batch + right), \(contraction.partials.rawValue) partials"
            + (contraction.transposesLeft ? ", left transposed" : "")
            + (contraction.transposesRight ? ", right transposed" : ""),
          .contraction(contraction), tensor(batch + left), tensor(batch + right))
      }
    }
  }

  mutating func addIndexing() {
    for (count, extent, width) in [(1, 1, 1), (9, 5, 7), (4, 33, 16), (40, 3, 5)] {
      let note = "\(count) of \(extent), width \(width)"
      let indices = generator.indices(count, below: extent)
      add(note, .indexing(.gatherRows()), tensor([extent, width]), indices)
      add(note, .indexing(.scatterAddRows(rows: extent)), indices, tensor([count, width]))
      add(
        note, .accumulation(.rows), tensor([extent, width]), indices, tensor([count, width]))
      add(note, .indexing(.selectColumns), tensor([count, extent]), indices)
      add(note, .indexing(.placeColumns(columns: extent)), indices, tensor([count]))
    }
  }

  mutating func addNormalizations() throws {
    for (rows, width) in [(1, 2), (5, 19), (3, 64), (2, 131)] {
      let x = tensor([rows, width])
      let gamma = generator.tensor([width], element, from: 0.5, to: 1.5)
      let beta = generator.tensor([width], element, from: -0.5, to: 0.5)
      let forward = Operation.normalization(.layerNorm(epsilon: 1e-3))
      let note = "\(rows) rows of \(width)"
      add(note, forward, x, gamma, beta)
      let results = try forward.evaluate([x, gamma, beta]) ?? []
      add(
        note, .normalization(.layerNormGradient), tensor([rows, width]), x, gamma, results[1],
        results[2])
    }
  }

  mutating func addSoftmax() throws {
    for shape in [[1], [37], [5, 19], [2, 3, 7], [4, 1]] {
      for softmax in Softmax.allCases {
        switch softmax {
        case .softmax, .logSoftmax:
          add("\(shape)", .softmax(softmax), tensor(shape))
        case .softmaxGradient:
          try addGradient(softmax, of: .softmax, shape)
        case .logSoftmaxGradient:
          try addGradient(softmax, of: .logSoftmax, shape)
        }
      }
    }
  }

  private mutating func addGradient(
    _ gradient: Softmax, of forward: Softmax, _ shape: [Int]
  ) throws {
    let dy = tensor(shape)
    for y in try Operation.softmax(forward).evaluate([tensor(shape)]) ?? [] {
      add("\(shape)", .softmax(gradient), dy, y)
    }
  }

  mutating func addStashes() {
    for (shape, number) in [([1], 0), ([3, 5], 7), ([4, 2, 9], -1), ([2, 33], -2)] {
      let index = Tensor(TensorType([], .i32), splat: Double(number))
      add("\(shape), number \(number)", .stash(.read), tensor(shape), index)
      add(
        "\(shape), number \(number)", .stash(.write), tensor(shape),
        tensor(Array(shape.dropFirst())), index)
    }
  }

  mutating func addDropout() {
    let key = TensorType([4], .i32)
    let words = (0..<4).map { _ in generator.number(-0x1p31, 0x1p31) }
    for (probability, shape) in [(0.0, [7]), (0.1, [5, 29]), (0.5, [2, 3, 11]), (0.9, [])] {
      add(
        "probability \(probability) on \(shape)", .random(.dropout(probability: probability)),
        tensor(shape), Tensor(key, words),
        Tensor(TensorType([], .i32), splat: Double(generator.index(below: 100))))
    }
  }
}
