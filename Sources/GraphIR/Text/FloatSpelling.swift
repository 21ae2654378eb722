import Foundations

/// Floating-point numbers as mlir-opt 16 spells them.
///
/// MLIR prints six significant digits where they read back as the same number, else the digits that
/// LLVM's `APFloat::toString` gives, and hexadecimal bits where that has no decimal point. The digits
/// are LLVM's, which truncates in binary before it rounds in decimal; so the same steps are taken here.
enum FloatSpelling {
  /// The spelling of `value`, a number of the floating-point type `element`.
  static func spell(_ value: Double, _ element: ElementType) -> String {
    guard value.isFinite else { return bitPattern(value, element) }
    let six = decimal(value, significantDigits: 6, maximumPadding: 0, keepsZeros: true)
    if let readBack = Double(six), read(readBack, six, element).bitPattern == value.bitPattern {
      return six
    }
    let digits = 2 + precision(of: element) * 59 / 196
    let full = decimal(value, significantDigits: digits, maximumPadding: 3, keepsZeros: false)
    return full.contains(".") ? full : bitPattern(value, element)
  }

  /// Rounds text to the element type at once, not by way of Double.
  private static func read(_ value: Double, _ text: String, _ element: ElementType) -> Double {
    switch element {
    case .f32: Float(text).map(Double.init) ?? value
    case .f16: Float16(text).map(Double.init) ?? value
    case .f64, .i32, .i1: value
    }
  }

  /// Bits of the significand, the implicit one with them (`APFloat::semanticsPrecision`).
  private static func precision(of element: ElementType) -> Int {
    switch element {
    case .f16: 11
    case .f32: 24
    case .f64, .i32, .i1: 53
    }
  }

  private static func bitPattern(_ value: Double, _ element: ElementType) -> String {
    let (bits, digits): (UInt64, Int) =
      switch element {
      case .f16: (UInt64(Float16(value).bitPattern), 4)
      case .f32: (UInt64(Float(value).bitPattern), 8)
      case .f64, .i32, .i1: (value.bitPattern, 16)
      }
    return "0x" + hexadecimal(bits, digits: digits, uppercase: true)
  }

  /// `APFloat::toString(FormatPrecision, FormatMaxPadding, TruncateZero)` of LLVM 16.
  private static func decimal(
    _ value: Double, significantDigits: Int, maximumPadding: Int, keepsZeros: Bool
  ) -> String {
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else {
      guard keepsZeros else { return sign + "0.0E+0" }
      return sign + "0." + String(repeating: "0", count: significantDigits) + "e+00"
    }
    var (digits, exponent) = exactDigits(value, atLeast: significantDigits)
    (digits, exponent) = rounded(digits, exponent, to: significantDigits)
    let count = digits.count
    let leading = exponent + count - 1
    let isScientific =
      if maximumPadding == 0 {
        true
      } else if exponent >= 0 {
        exponent > maximumPadding || count + exponent > significantDigits
      } else {
        leading < 0 && -leading > maximumPadding
      }
    let text = digits.map(String.init).joined()
    if isScientific {
      var fraction = String(text.dropFirst())
      if count == 1 && !keepsZeros { fraction = "0" }
      if keepsZeros && significantDigits > count - 1 {
        fraction += String(repeating: "0", count: significantDigits - count + 1)
      }
      var power = String(leading.magnitude)
      if keepsZeros && power.count < 2 { power = "0" + power }
      return sign + text.prefix(1) + "." + fraction + (keepsZeros ? "e" : "E")
        + (leading < 0 ? "-" : "+") + power
    }
    if exponent >= 0 { return sign + text + String(repeating: "0", count: exponent) }
    if leading >= 0 { return sign + text.prefix(leading + 1) + "." + text.dropFirst(leading + 1) }
    return sign + "0." + String(repeating: "0", count: -leading - 1) + text
  }

  /// The decimal digits of |value| (most significant first, no trailing zeros) and the power of ten of
  /// the last, after LLVM's truncation in binary to about `count` digits.
  private static func exactDigits(
    _ value: Double, atLeast count: Int
  ) -> (digits: [Int], exponent: Int) {
    let significandBits = value.significandBitPattern
    let isSubnormal = value.exponentBitPattern == 0
    var significand = isSubnormal ? significandBits : significandBits | 1 << 52
    var exponent = (isSubnormal ? 1 : Int(value.exponentBitPattern)) - 1075
    exponent += significand.trailingZeroBitCount
    significand >>= UInt64(significand.trailingZeroBitCount)
    var integer = BigNatural(significand)
    var power = 0
    if exponent > 0 {
      for _ in 0..<exponent { integer.multiply(by: 2) }
    } else {
      for _ in 0..<(-exponent) { integer.multiply(by: 5) }
      power = exponent
    }
    // 196/59 slightly overestimates log2 10; the constants are LLVM's.
    let required = (count * 196 + 58) / 59
    let removable = max(0, integer.bitCount - required) * 59 / 196
    for _ in 0..<removable { _ = integer.divide(by: 10) }
    power += removable
    var digits: [Int] = []
    while !integer.isZero {
      let digit = integer.divide(by: 10)
      if digits.isEmpty && digit == 0 {
        power += 1
      } else {
        digits.append(digit)
      }
    }
    return (digits.reversed(), power)
  }

  /// Rounds half up to `count` digits, and drops trailing zeros.
  private static func rounded(
    _ digits: [Int], _ exponent: Int, to count: Int
  ) -> (digits: [Int], exponent: Int) {
    guard digits.count > count else { return (digits, exponent) }
    var kept = Array(digits.prefix(count))
    var power = exponent + digits.count - count
    if digits[count] >= 5 {
      while let last = kept.last, last == 9 {
        kept.removeLast()
        power += 1
      }
      if kept.isEmpty { return ([1], power) }
      kept[kept.count - 1] += 1
    } else {
      while kept.count > 1, kept.last == 0 {
        kept.removeLast()
        power += 1
      }
    }
    return (kept, power)
  }
}

/// A natural number of any size, as far as the digits of a float need it.
private struct BigNatural {
  /// Least significant first, without leading zeros.
  private var limbs: [UInt32]

  init(_ value: UInt64) {
    limbs = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
    trim()
  }

  var isZero: Bool { limbs.isEmpty }

  var bitCount: Int {
    guard let top = limbs.last else { return 0 }
    return limbs.count * 32 - top.leadingZeroBitCount
  }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * UInt64(factor) + carry
      limbs[index] = UInt32(truncatingIfNeeded: product)
      carry = product >> 32
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  /// Divides in place and gives the remainder.
  mutating func divide(by divisor: UInt32) -> Int {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let dividend = remainder << 32 | UInt64(limbs[index])
      limbs[index] = UInt32(dividend / UInt64(divisor))
      remainder = dividend % UInt64(divisor)
    }
    trim()
    return Int(remainder)
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }
}
