import Foundations
import Operations

extension Normalization {
  /// The results for operands that the type rule has accepted.
  func evaluate(_ operands: [Tensor], _ types: [TensorType]) -> [Tensor] {
    switch self {
    case .layerNorm(let epsilon): Self.normalized(operands, types, epsilon: epsilon)
    case .layerNormGradient: Self.gradients(operands, types)
    }
  }

  /// y = (x − mean) / √(variance + ε) · γ + β, from the statistics before they are rounded.
  private static func normalized(
    _ operands: [Tensor], _ types: [TensorType], epsilon: Double
  ) -> [Tensor] {
    let (x, gamma, beta) = (operands[0].values, operands[1].values, operands[2].values)
    let (rows, width) = (types[0].shape[0], types[0].shape[1])
    var y = Array(repeating: 0.0, count: x.count)
    var means = Array(repeating: 0.0, count: rows)
    var inverseDeviations = means
    for row in 0..<rows {
      let elements = row * width..<(row + 1) * width
      let mean = x[elements].reduce(0, +) / Double(width)
      let variance =
        x[elements].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let inverseDeviation = 1 / (variance + epsilon).squareRoot()
      for column in 0..<width {
        let index = row * width + column
        y[index] = (x[index] - mean) * inverseDeviation * gamma[column] + beta[column]
      }
      means[row] = mean
      inverseDeviations[row] = inverseDeviation
    }
    return [
      Tensor(types[0], y), Tensor(types[1], means), Tensor(types[2], inverseDeviations),
    ]
  }

  /// With x̂ = (x − mean)/σ and g = dy·γ: dx = (g − mean(g) − x̂ mean(g x̂))/σ, dγ = Σ dy x̂,
  /// dβ = Σ dy; the sums run over the rows. The statistics are those given, not computed again.
  private static func gradients(_ operands: [Tensor], _ types: [TensorType]) -> [Tensor] {
    let (dy, x, gamma) = (operands[0].values, operands[1].values, operands[2].values)
    let (means, inverseDeviations) = (operands[3].values, operands[4].values)
    let (rows, width) = (types[0].shape[0], types[0].shape[1])
    var dx = Array(repeating: 0.0, count: x.count)
    var dGamma = Array(repeating: 0.0, count: width)
    var dBeta = dGamma
    var whitened = dGamma
    for row in 0..<rows {
      var (sumOfG, sumOfGWhitened) = (0.0, 0.0)
      for column in 0..<width {
        let index = row * width + column
        whitened[column] = (x[index] - means[row]) * inverseDeviations[row]
        dGamma[column] += dy[index] * whitened[column]
        dBeta[column] += dy[index]
        sumOfG += dy[index] * gamma[column]
        sumOfGWhitened += dy[index] * gamma[column] * whitened[column]
      }
      let (meanOfG, meanOfGWhitened) = (sumOfG / Double(width), sumOfGWhitened / Double(width))
      for column in 0..<width {
        let index = row * width + column
        let g = dy[index] * gamma[column]
        dx[index] = inverseDeviations[row] * (g - meanOfG - whitened[column] * meanOfGWhitened)
      }
    }
    return [Tensor(types[0], dx), Tensor(types[1], dGamma), Tensor(types[2], dBeta)]
  }
}
