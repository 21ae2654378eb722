import Foundations

/// Pieces of an SVG document.
enum SVG {
  /// Colours of curves: that many are told apart, also by most people who confuse some colours (M. Okabe and
  /// K. Ito, "Color Universal Design", 2008, without the pale ones).
  static let colorCount = lightColors.count
  private static let lightColors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07d00"]
  /// The same, lighter, for dark pages.
  private static let darkColors = ["#56b4e9", "#ff8b3d", "#2fd6a3", "#e3a0c5", "#f0c040"]

  /// The style sheet: colours for light pages, and others where the reader prefers dark ones.
  static var style: String {
    """
    <style>
    .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
    .dot { stroke-width: 5; }
    .band { stroke: none; fill-opacity: 0.2; }
    .grid, .axis, .boundary { fill: none; stroke-width: 1; }
    .boundary { stroke-dasharray: 4 4; }
    .title { font-size: 17px; font-weight: 600; }
    .panel { font-size: 13px; font-weight: 600; }
    \(colors(page: "#ffffff", text: "#1f2328", pale: "#59636e", grid: "#e4e7eb", axis: "#8b949e", lightColors))
    @media (prefers-color-scheme: dark) {
    \(colors(page: "#0d1117", text: "#e6edf3", pale: "#9da7b3", grid: "#262c36", axis: "#6e7681", darkColors))
    }
    </style>
    """
  }

  private static func colors(
    page: String, text: String, pale: String, grid: String, axis: String, _ curves: [String]
  ) -> String {
    let rules = [
      ".page { fill: \(page); }", "text { fill: \(text); }", ".tick { fill: \(pale); }",
      ".grid { stroke: \(grid); }", ".axis, .boundary { stroke: \(axis); }",
    ]
    let colors = curves.enumerated().map { number, color in
      ".c\(number) { stroke: \(color); } .b\(number) { fill: \(color); }"
    }
    return (rules + colors).joined(separator: "\n")
  }

  /// A text element.
  static func text(
    _ text: String, x: Double, y: Double, class style: String = "label", anchor: String = "start"
  ) -> String {
    #"<text class="\#(style)" x="\#(number(x))" y="\#(number(y))" text-anchor="\#(anchor)">\#(escaped(text))</text>"#
  }

  /// A coordinate with as many decimals as can be seen.
  static func number(_ value: Double) -> String {
    let text = NumberText.fixed(value, decimals: 2)
    guard let end = text.lastIndex(where: { $0 != "0" }) else { return "0" }
    return String(text[...end].hasSuffix(".") ? text[..<end] : text[...end])
  }

  /// Text as XML has it (section 2.4 of XML 1.0); what no document may hold is a question mark.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
