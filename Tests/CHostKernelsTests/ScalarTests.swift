import CHostKernels
import Foundation
import Foundations
import Testing

@Suite struct ScalarTests {
  @Test func everyHalfConvertsToItsFloat() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let actual = hk_float_from_half(bits)
      if expected.isNaN {
        #expect(actual.isNaN)
        #expect(actual.bitPattern & 0x40_0000 != 0, "quiet")
      } else if actual.bitPattern != expected.bitPattern {
        Issue.record("\(bits): \(actual), expected \(expected)")
      }
      if !expected.isNaN && hk_half_from_float(actual) != bits {
        Issue.record("\(bits) does not come back")
      }
    }
  }

  @Test func floatsRoundToTheNearestHalf() {
    // Each half's value, the midpoint to the next and the floats beside both, both signs.
    for bits in UInt16(0)..<0x7c00 {
      let low = Float(Float16(bitPattern: bits))
      let next = bits == 0x7bff ? 65536 : Float(Float16(bitPattern: bits + 1))
      let middle = (low + next) / 2
      for value in [low, low.nextUp, middle.nextDown, middle, middle.nextUp] {
        for signed in [value, -value]
        where hk_half_from_float(signed) != Float16(signed).bitPattern {
          Issue.record("\(signed): \(hk_half_from_float(signed))")
        }
      }
    }
    #expect(hk_half_from_float(.infinity) == 0x7c00)
    #expect(hk_half_from_float(-.infinity) == 0xfc00)
    #expect(hk_half_from_float(1e30) == 0x7c00)
    #expect(hk_half_from_float(65519.996) == 0x7bff)
    #expect(hk_half_from_float(65520) == 0x7c00)
    #expect(hk_half_from_float(.leastNonzeroMagnitude) == 0)
    #expect(Float16(bitPattern: hk_half_from_float(.nan)).isNaN)
  }

  /// The largest error of `function` in units in the last place over `values`.
  private func worst(
    _ values: some Sequence<Float>, _ function: (Float) -> Float, _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    for x in values {
      let expected = exact(Double(x))
      let error = abs(Double(function(x)) - expected) / Double(Float(expected).ulp)
      if !(error <= worst) { worst = error }
    }
    return worst
  }

  @Test func functionsAreWithinTwoUlp() {
    let near = stride(from: Float(-12), through: 12, by: 0.00037)
    let wide = stride(from: Float(-103), through: 88.7, by: 0.0031)
    let positive = (0..<60_000).map { Float(bitPattern: UInt32($0) * 35_000 + 1) }
    let aroundOne = stride(from: Float(0.5), through: 2, by: 0.00002)
    #expect(worst(wide, hk_exp, exp) <= 1.5)
    #expect(worst(near, hk_exp, exp) <= 1.5)
    #expect(worst(near, hk_tanh, tanh) <= 2)
    #expect(worst(near, hk_erf, erf) <= 2)
    #expect(worst(positive.filter { $0.isFinite }, hk_log, log) <= 2)
    #expect(worst(aroundOne, hk_log, log) <= 2)
    let tiny = (0..<5000).map { Float(bitPattern: UInt32($0) * 170_000 + 1) }
    #expect(worst(tiny, hk_tanh, tanh) <= 1)
    #expect(worst(tiny, hk_erf, erf) <= 1.5)
  }

  @Test func functionsAtTheirEnds() {
    #expect(hk_exp(0) == 1)
    #expect(hk_exp(-.infinity) == 0)
    #expect(hk_exp(.infinity) == .infinity)
    #expect(hk_exp(88.73) == .infinity)
    #expect(hk_exp(-105) == 0)
    #expect(hk_exp(.nan).isNaN)
    #expect(hk_log(1) == 0)
    #expect(hk_log(0) == -.infinity)
    #expect(hk_log(-1).isNaN)
    #expect(hk_log(.nan).isNaN)
    #expect(hk_log(.infinity) == .infinity)
    #expect(hk_tanh(.infinity) == 1)
    #expect(hk_tanh(-.infinity) == -1)
    #expect(hk_tanh(-0.0).bitPattern == Float(-0.0).bitPattern)
    #expect(hk_tanh(.nan).isNaN)
    #expect(hk_erf(.infinity) == 1)
    #expect(hk_erf(-40) == -1)
    #expect(hk_erf(.nan).isNaN)
    #expect(hk_gelu_tanh_derivative(.infinity) == 1)
    #expect(hk_gelu_tanh_derivative(-3e30) == 0)
    #expect(hk_gelu_erf_derivative(-3e30) == 0)
  }

  @Test func geluFormsAndTheirDerivatives() {
    let c = (2 / Double.pi).squareRoot()
    for x in stride(from: Float(-9), through: 9, by: 0.0173) {
      let d = Double(x)
      let u = c * (d + 0.044715 * d * d * d)
      let tanhForm = 0.5 * d * (1 + tanh(u))
      let erfForm = 0.5 * d * (1 + erf(d / 2.0.squareRoot()))
      let tanhSlope =
        0.5 * (1 + tanh(u)) + 0.5 * d * (1 - tanh(u) * tanh(u)) * c * (1 + 0.134145 * d * d)
      let erfSlope =
        0.5 * (1 + erf(d / 2.0.squareRoot())) + d * exp(-d * d / 2) / (2 * Double.pi).squareRoot()
      expectClose(
        [
          hk_gelu_tanh(x), hk_gelu_erf(x), hk_gelu_tanh_derivative(x), hk_gelu_erf_derivative(x),
        ], [tanhForm, erfForm, tanhSlope, erfSlope], tolerance: 6e-7, "x = \(x)")
    }
  }

  @Test func philoxEqualsTheFoundations() {
    let stream = RandomStream(
      seed: 0x1234_5678_9abc_def0, stream: 17, replica: 3, microBatch: 0xffff_fffe)
    for index in [0, 1, 2, 3, 4, 5, 1023, 1 << 20, (1 << 34) + 7] {
      #expect(
        hk_random_word(stream.seed, stream.stream, stream.replica, stream.microBatch, UInt64(index))
          == stream.word(index))
    }
  }
}
