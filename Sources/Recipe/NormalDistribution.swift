/// The standard normal distribution.
enum NormalDistribution {
  /// The value x with Φ(x) = ½ + q, for |q| < ½, to about 16 digits: Wichura's PPND16 (Applied
  /// Statistics algorithm AS 241, 1988). The branch for probabilities below e⁻²⁵ is left out; there
  /// the result loses digits.
  static func quantile(centred q: Double) -> Double {
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * polynomial(r, centralNumerator) / polynomial(r, centralDenominator)
    }
    let r = (-logarithm(0.5 - abs(q))).squareRoot() - 1.6
    let x = polynomial(r, tailNumerator) / polynomial(r, tailDenominator)
    return q < 0 ? -x : x
  }

  /// The natural logarithm of a positive normal number. The C library's differs between machines
  /// in the last digit; this one does not.
  ///
  /// ln(2ᵉ·m) = e·ln 2 + 2·artanh((m − 1)/(m + 1)) with m near 1, the series cut after s²³.
  private static func logarithm(_ value: Double) -> Double {
    var mantissa = value.significand
    var exponent = Double(value.exponent)
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 0.0
    for power in stride(from: 23, through: 1, by: -2) {
      sum = sum * square + 1 / Double(power)
    }
    return exponent * 0.6931471805599453 + 2 * s * sum
  }

  /// The polynomial with `coefficients`, the constant term first.
  private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
    var result = 0.0
    for coefficient in coefficients.reversed() { result = result * x + coefficient }
    return result
  }

  private static let centralNumerator = [
    3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ]
  private static let centralDenominator = [
    1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
    21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
  ]
  private static let tailNumerator = [
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
    3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
    0.0227238449892691845833, 7.74545014278341407640e-4,
  ]
  private static let tailDenominator = [
    1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
    0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
    1.05075007164441684324e-9,
  ]
}
