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
