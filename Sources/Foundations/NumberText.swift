import Glibc

/// Numbers as text, the same on every machine.
package enum NumberText {
  /// `value` with a fixed number of decimals, halves rounded away from zero: `3.1416`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value * scale).rounded()
    // Beyond 2^53 a Double has no decimals left to round.
    guard abs(scaled) < 0x1p53 else { return value.description }
    let digits = String(Int(abs(scaled)))
    let padding = String(repeating: "0", count: max(0, decimals + 1 - digits.count))
    let padded = padding + digits
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// A duration for a person: `8 s`, `2 min 05 s`, `3 h 07 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(0, seconds).rounded(.up))
    let (minutes, rest) = (whole / 60, whole % 60)
    if minutes == 0 { return "\(rest) s" }
    if minutes < 60 { return "\(minutes) min \(twoDigits(rest)) s" }
    return "\(minutes / 60) h \(twoDigits(minutes % 60)) min"
  }

  /// A time of Coordinated Universal Time, `20261124-150151`, with something else between date and time
  /// if asked for.
  package static func stamp(secondsSince1970 time: Int, separator: String = "-") -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ numbers: Int32...) -> String {
      numbers.map { twoDigits(Int($0)) }.joined()
    }
    return "\(parts.tm_year + 1900)" + digits(parts.tm_mon + 1, parts.tm_mday) + separator
      + digits(parts.tm_hour, parts.tm_min, parts.tm_sec)
  }

  /// `07` for 7.
  package static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
