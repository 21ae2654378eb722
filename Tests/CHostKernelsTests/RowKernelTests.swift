import CHostKernels
import Foundation
import TestSupport
import Testing

/// Layer normalisation, softmax and dropout.
@Suite struct RowKernelTests {
  static let shapes = [[1, 1], [3, 17], [130, 128], [65, 1100], [2, 20_001]]

  private func rows(_ values: [Double], _ width: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  private func checkLayerNorm<E: KernelElement>(_ count: Int, _ width: Int, _: E.Type) throws {
    var numbers = SplitMix64(seed: 31)
    let x: [E] = numbers.values(count * width)
    let dy: [E] = numbers.values(count * width)
    let gamma: [E] = numbers.values(width)
    let beta: [E] = numbers.values(width)
    let epsilon = 1e-3
    let total = count * width

    var y: [Double] = []
    var (means, inverses): ([Double], [Double]) = ([], [])
    var dx: [Double] = []
    var dgamma = [Double](repeating: 0, count: width)
    var dbeta = [Double](repeating: 0, count: width)
    for row in 0..<count {
      let values = (0..<width).map { Double(x[row * width + $0].float) }
      let mean = values.reduce(0, +) / Double(width)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let inverse = 1 / (variance + epsilon).squareRoot()
      let h = values.map { ($0 - mean) * inverse }
      let d = (0..<width).map { Double(dy[row * width + $0].float) }
      let g = (0..<width).map { d[$0] * Double(gamma[$0].float) }
      let meanG = g.reduce(0, +) / Double(width)
      let meanGH = zip(g, h).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
      means.append(mean)
      inverses.append(inverse)
      y += (0..<width).map { h[$0] * Double(gamma[$0].float) + Double(beta[$0].float) }
      dx += (0..<width).map { inverse * (g[$0] - meanG - h[$0] * meanGH) }
      for j in 0..<width {
        dgamma[j] += d[j] * h[j]
        dbeta[j] += d[j]
      }
    }

    let bits = try onEveryPool { pool in
      var output = [E](repeating: E(0), count: total)
      var mean = [Float](repeating: 0, count: count)
      var inverse = mean
      hk_layer_norm(
        pool, E.type, Int64(count), Int64(width), Float(epsilon), x, gamma, beta, &output, &mean,
        &inverse)
      var gradient = output
      var (dg, db) = (gamma, gamma)
      hk_layer_norm_gradient(
        pool, E.type, Int64(count), Int64(width), dy, x, gamma, mean, inverse, &gradient, &dg, &db)
      return [output, gradient, dg, db].flatMap { $0.map { $0.float.bitPattern } }
        + (mean + inverse).map(\.bitPattern)
    }
    let all = bits.map { Float(bitPattern: $0) }
    var start = 0
    func next(_ n: Int) -> [Float] {
      defer { start += n }
      return Array(all[start..<start + n])
    }
    expectClose(next(total), y, tolerance: E.tolerance * 3, "y")
    expectClose(next(total), dx, tolerance: E.tolerance * 3, scale: 3, "dx")
    let scale = Double(count).squareRoot() * 3
    expectClose(next(width), dgamma, tolerance: E.tolerance * 2, scale: scale, "dgamma")
    expectClose(next(width), dbeta, tolerance: E.tolerance * 2, scale: scale, "dbeta")
    expectClose(next(count), means, tolerance: 1e-6, "mean")
    expectClose(next(count), inverses, tolerance: 2e-6, "inverse")
  }

  @Test(arguments: shapes) func layerNorm(_ shape: [Int]) throws {
    try checkLayerNorm(shape[0], shape[1], Float.self)
    try checkLayerNorm(shape[0], shape[1], Float16.self)
  }

  private func checkSoftmax<E: KernelElement>(_ count: Int, _ width: Int, _: E.Type) throws {
    var numbers = SplitMix64(seed: 33)
    let x: [E] = numbers.values(count * width, bound: 6)
    let dy: [E] = numbers.values(count * width)
    let (r, w) = (Int64(count), Int64(width))
    let x64 = rows(x.map { Double($0.float) }, width)
    let dy64 = rows(dy.map { Double($0.float) }, width)
    let exact = x64.map { row in
      let maximum = row.max() ?? 0
      let e = row.map { exp($0 - maximum) }
      let sum = e.reduce(0, +)
      return e.map { $0 / sum }
    }
    // Small results deserve a relative test: the scale is far below 1.
    let y = try outputOnEveryPool(count * width, of: E.self) { pool, out in
      hk_softmax(pool, E.type, r, w, x, out)
    }
    expectClose(
      y, exact.flatMap { $0 }, tolerance: E.tolerance * 3, scale: 1.0 / Double(width), "softmax")
    let logY = try outputOnEveryPool(count * width, of: E.self) { pool, out in
      hk_log_softmax(pool, E.type, r, w, x, out)
    }
    expectClose(
      logY, exact.flatMap { $0.map { log($0) } }, tolerance: E.tolerance * 2, "log softmax")

    let given = y.map { E($0) }
    let given64 = rows(y.map(Double.init), width)
    let dx = try outputOnEveryPool(count * width, of: E.self) { pool, out in
      hk_softmax_gradient(pool, E.type, r, w, dy, given, out)
    }
    let exactDx = zip(dy64, given64).flatMap { dy, y in
      let sum = zip(dy, y).reduce(0.0) { $0 + $1.0 * $1.1 }
      return zip(dy, y).map { $1 * ($0 - sum) }
    }
    expectClose(
      dx, exactDx, tolerance: E.tolerance * 3, scale: 1.0 / Double(width), "softmax gradient")
    let givenLog = logY.map { E($0) }
    let givenLog64 = rows(logY.map(Double.init), width)
    let dxLog = try outputOnEveryPool(count * width, of: E.self) { pool, out in
      hk_log_softmax_gradient(pool, E.type, r, w, dy, givenLog, out)
    }
    let exactDxLog = zip(dy64, givenLog64).flatMap { dy, y in
      let sum = dy.reduce(0, +)
      return zip(dy, y).map { $0 - exp($1) * sum }
    }
    expectClose(dxLog, exactDxLog, tolerance: E.tolerance * 3, "log softmax gradient")

    let inPlace = try outputOnEveryPool(count * width, of: E.self) { pool, out in
      copy(x, to: out)
      hk_softmax(pool, E.type, r, w, out, out)
    }
    #expect(inPlace == y)
  }

  @Test(arguments: shapes) func softmax(_ shape: [Int]) throws {
    try checkSoftmax(shape[0], shape[1], Float.self)
    try checkSoftmax(shape[0], shape[1], Float16.self)
  }

  @Test func maskedPositionsGetNoProbability() throws {
    let x: [Float] = [1, -10_000, 1, -.infinity]
    let y = try outputOnEveryPool(4, of: Float.self) { pool, out in
      hk_softmax(pool, hk_f32, 1, 4, x, out)
    }
    #expect(y == [0.5, 0, 0.5, 0])
  }
}
