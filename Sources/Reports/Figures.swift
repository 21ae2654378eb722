/// Numbers as tables and sentences have them.
enum Figures {
  /// A whole number with its thousands set apart: `17,450,023`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(abs(number)))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// A number with so many digits after the point.
  static func decimal(_ number: Double, digits: Int = 1) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int(min((abs(number) * Double(scale)).rounded(), 0x1p53))
    let fraction = String(scaled % scale)
    let text =
      digits > 0
      ? "\(scaled / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
      : "\(scaled)"
    return number < 0 && scaled > 0 ? "-\(text)" : text
  }

  /// A part of a whole, in percent: `12.3 %`.
  static func percent(_ part: Int, of whole: Int) -> String {
    "\(decimal(100 * Double(part) / Double(max(whole, 1)))) %"
  }

  /// Bytes in KiB, without the unit: `611.3`.
  static func kibibytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1024) }

  /// Seconds with three or four digits that count: `19.98 s`, `0.218 s`, `3.12 ms`.
  static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case 100...: "\(decimal(seconds)) s"
    case 1...: "\(decimal(seconds, digits: 2)) s"
    case 0.1...: "\(decimal(seconds, digits: 3)) s"
    case 1e-3...: "\(decimal(seconds * 1e3, digits: 2)) ms"
    default: "\(decimal(seconds * 1e6, digits: 1)) µs"
    }
  }

  /// Columns of a terminal that text keeps within.
  static let textWidth = 100

  /// Parts after a beginning, each but the last with the separator, in lines that a terminal holds; further
  /// lines are indented.
  static func wrapped(
    _ beginning: String, _ parts: [String], separator: String = ","
  ) -> String {
    var lines = [beginning]
    for (index, part) in parts.enumerated() {
      let word = index < parts.count - 1 ? part + separator : part
      let line = lines[lines.count - 1]
      if line.count + 1 + word.count <= textWidth {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append("    \(word)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
