import Foundations
import Glibc
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct NormalizationTests {
  private func statistics(_ element: ElementType) -> ElementType {
    element == .f64 ? .f64 : .f32
  }

  /// The row 1, 3 has mean 2 and variance 1; with ε = 3 the inverse deviation is 1/2.
  @Test(arguments: floatElements)
  func smallValues(element: ElementType) throws {
    let results = try #require(
      try Operation.normalization(.layerNorm(epsilon: 3)).evaluate([
        tensor(element, [2, 2], [1, 3, 5, 5]), tensor(element, [2], [2, 1]),
        tensor(element, [2], [0, 1]),
      ]))
    #expect(results[0] == tensor(element, [2, 2], [-1, 1.5, 0, 1]))
    #expect(results[1] == tensor(statistics(element), [2], [2, 5]))
    #expect(results[2] == tensor(statistics(element), [2], [0.5, 1 / 3.0.squareRoot()]))
  }

  /// The statistics 0 and 1/2 are not those of the row (0 and 1): the given ones count.
  /// x̂ = ∓1/2, mean(g) = 2.5, mean(g x̂) = 1/2.
  @Test(arguments: floatElements)
  func gradientUsesTheGivenStatistics(element: ElementType) throws {
    let x = tensor(element, [1, 4], [-1, -1, 1, 1])
    let dy = tensor(element, [1, 4], [1, 2, 3, 4])
    func gradients(_ inverseDeviation: Double) throws -> [Tensor] {
      try #require(
        try Operation.normalization(.layerNormGradient).evaluate([
          dy, x, Tensor(TensorType([4], element), splat: 1),
          tensor(statistics(element), [1], [0]),
          tensor(statistics(element), [1], [inverseDeviation]),
        ]))
    }
    let own = try gradients(1)
    #expect(own[0] == tensor(element, [1, 4], [-0.5, 0.5, -0.5, 0.5]))
    #expect(own[1] == tensor(element, [4], [-1, -2, 3, 4]))
    #expect(own[2] == tensor(element, [4], [1, 2, 3, 4]))
    let given = try gradients(0.5)
    #expect(given[0] == tensor(element, [1, 4], [-0.625, -0.125, 0.125, 0.625]))
    #expect(given[1] == tensor(element, [4], [-0.5, -1, 1.5, 2]))
  }

  /// With γ = 1 and β = 0 a row of the result has mean 0 and variance v/(v + ε).
  @Test func rowsAreNormalized() throws {
    let (width, epsilon) = (64, 1e-3)
    let row = (0..<width).map { sin(Double($0)) * 3 + 10 }
    let results = try #require(
      try Operation.normalization(.layerNorm(epsilon: epsilon)).evaluate([
        tensor(.f64, [1, width], row), Tensor(TensorType([width], .f64), splat: 1),
        Tensor(TensorType([width], .f64), splat: 0),
      ]))
    let y = results[0].values
    let mean = row.reduce(0, +) / Double(width)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
    #expect(abs(y.reduce(0, +)) < 1e-12)
    let varianceOfY = y.reduce(0) { $0 + $1 * $1 } / Double(width)
    #expect(abs(varianceOfY - variance / (variance + epsilon)) < 1e-12)
    #expect(abs(results[1].values[0] - mean) < 1e-14)
  }

  /// The mean 1 + 2⁻¹² of f16 elements is no number of f16: y and mean keep it.
  @Test func statisticsOfHalfPrecisionAreFloats() throws {
    let x = tensor(.f16, [1, 4], [1, 1, 1, 1 + 0x1p-10])
    let one = Tensor(TensorType([4], .f16), splat: 1)
    let zero = Tensor(TensorType([4], .f16), splat: 0)
    let results = try #require(
      try Operation.normalization(.layerNorm(epsilon: 0)).evaluate([x, one, zero]))
    #expect(results[1].values == [1 + 0x1p-12])
    // Deviations −1/4, −1/4, −1/4, 3/4 of 2⁻¹⁰ over √(3/16): −1/√3 and √3.
    let expected = [-1, -1, -1, 3].map { $0 / 3.0.squareRoot() }
    #expect(results[0] == tensor(.f16, [1, 4], expected))
  }

  /// Σ dy·y changes with each operand as the gradient says.
  @Test func gradientIsASlope() throws {
    let forward = Operation.normalization(.layerNorm(epsilon: 1e-3))
    let sample = try #require(
      try OperationSamples.all(element: .f64, seed: 9).first {
        $0.operation.kind == .layerNorm && $0.operands[0].type.shape == [5, 19]
      })
    let dy = tensor(.f64, [5, 19], (0..<95).map { cos(Double($0)) })
    func loss(_ operands: [Tensor]) throws -> Double {
      let y = try #require(try forward.evaluate(operands))[0]
      return zip(y.values, dy.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let results = try #require(try forward.evaluate(sample.operands))
    let gradients = try #require(
      try Operation.normalization(.layerNormGradient).evaluate([
        dy, sample.operands[0], sample.operands[1], results[1], results[2],
      ]))
    let step = 0x1p-17
    for (number, gradient) in gradients.enumerated() {
      for index in gradient.values.indices {
        func moved(_ distance: Double) -> [Tensor] {
          var operands = sample.operands
          var values = operands[number].values
          values[index] += distance
          operands[number] = Tensor(operands[number].type, values)
          return operands
        }
        let slope = try (loss(moved(step)) - loss(moved(-step))) / (2 * step)
        #expect(abs(slope - gradient.values[index]) < 1e-8, "operand \(number), \(index)")
      }
    }
  }
}
