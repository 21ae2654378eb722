/// `value` with at least `digits` hexadecimal digits: `00ff` for 255 with four.
package func hexadecimal(
  _ value: some FixedWidthInteger & UnsignedInteger, digits: Int, uppercase: Bool = false
) -> String {
  let text = String(value, radix: 16, uppercase: uppercase)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
