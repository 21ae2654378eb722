/// Bytes of a tile, always in KiB: `611.3 KiB`.
package func kibibytesText(_ count: Int) -> String { "\(Figures.kibibytes(count)) KiB" }

/// How much faster or slower something runs: `11 % slower`.
package func speedText(_ rate: Double, before: Double) -> String {
  let change = before > 0 ? 100 * (rate / before - 1) : 0
  let percent = Figures.decimal(abs(change), digits: abs(change) < 9.95 ? 1 : 0)
  guard percent != "0.0" else { return "as fast" }
  return "\(percent) % \(change < 0 ? "slower" : "faster")"
}
