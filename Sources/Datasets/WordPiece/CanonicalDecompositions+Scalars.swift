extension CanonicalDecompositions {
  /// Appends the full canonical decomposition of `scalar` (Unicode, section 3.7), which is the
  /// scalar itself for most.
  package static func appendDecomposition(
    of scalar: Unicode.Scalar, to output: inout [Unicode.Scalar]
  ) {
    // No scalar below this one has a decomposition.
    guard scalar.value >= 0xC0 else {
      output.append(scalar)
      return
    }
    if appendHangul(scalar, to: &output) { return }
    guard let entry = entry(for: scalar.value) else {
      output.append(scalar)
      return
    }
    for part in [UInt32(entry >> 20 & 0xFFFFF), UInt32(entry & 0xFFFFF)] where part != 0 {
      guard let part = Unicode.Scalar(part) else { continue }
      appendDecomposition(of: part, to: &output)
    }
  }

  /// The arithmetic decomposition of Hangul syllables (Unicode, section 3.12).
  private static func appendHangul(
    _ scalar: Unicode.Scalar, to output: inout [Unicode.Scalar]
  ) -> Bool {
    guard scalar.value >= 0xAC00, scalar.value < 0xAC00 + 11_172 else { return false }
    let syllable = scalar.value - 0xAC00
    var parts = [0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28]
    if syllable % 28 != 0 {
      parts.append(0x11A7 + syllable % 28)
    }
    output.append(contentsOf: parts.compactMap { Unicode.Scalar($0) })
    return true
  }

  private static func entry(for scalar: UInt32) -> UInt64? {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      if UInt32(table[middle] >> 40) < scalar {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < table.count, UInt32(table[low] >> 40) == scalar else { return nil }
    return table[low]
  }
}
