import Foundations
import Glibc

/// Where an axis has marks: multiples of 1, 2 or 5 times a power of ten.
package struct AxisTicks: Hashable, Sendable {
  /// The marks, ascending, all within the axis.
  package let values: [Double]
  private let step: Double

  /// Marks of an axis from `low` to `high`, which must be finite: about `count`, at least one if the axis
  /// has a length.
  package init(from low: Double, to high: Double, count: Int) {
    // Each is divided first: the difference of two huge values may not be finite.
    let rough = high / Double(max(1, count)) - low / Double(max(1, count))
    guard rough > 0, rough.isNormal else {
      (values, step) = ([low], 1)
      return
    }
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.6 } ?? 10 * power
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    self.step = step
    guard first <= last, abs(first) < 1e15, last - first < 1000 else {
      values = [low]
      return
    }
    values = (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The mark's number with as many decimals as the marks need to differ: `0.25`, `2e-7`, `30,000`.
  package func label(_ value: Double) -> String {
    let exponent = Int((log10(step) + 1e-9).rounded(.down))
    if value == 0 { return "0" }
    if exponent < -4 {
      return NumberText.fixed(value / pow(10, Double(exponent)), decimals: 0) + "e\(exponent)"
    }
    guard abs(value) < 1e15 else { return value.description }
    return Self.grouped(NumberText.fixed(value, decimals: max(0, -exponent)))
  }

  /// A decimal with commas between its thousands.
  private static func grouped(_ text: String) -> String {
    let whole = text.prefix { $0 != "." }
    let digits = whole.drop { $0 == "-" }
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return (whole.hasPrefix("-") ? "-" : "") + result + text.dropFirst(whole.count)
  }
}
