/// Bytes as a person reads them: `824 B`, `1.4 KiB`, `670.2 MiB`.
package func byteCountText(_ count: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(count)
  var unit = 0
  while value >= 1024 && unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  guard unit > 0 else { return "\(count) B" }
  let tenths = Int((value * 10).rounded())
  return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}

/// Bytes of a tile, always in KiB: `611.3 KiB`.
package func kibibytesText(_ count: Int) -> String { "\(Figures.kibibytes(count)) KiB" }

/// How much faster or slower something runs: `11 % slower`.
package func speedText(_ rate: Double, before: Double) -> String {
  let change = before > 0 ? 100 * (rate / before - 1) : 0
  let percent = Figures.decimal(abs(change), digits: abs(change) < 9.95 ? 1 : 0)
  guard percent != "0.0" else { return "as fast" }
  return "\(percent) % \(change < 0 ? "slower" : "faster")"
}
