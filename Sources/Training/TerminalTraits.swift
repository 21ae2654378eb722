import Glibc

/// What the receiver of progress can show.
package struct TerminalTraits: Hashable, Sendable {
  /// Whether the cursor can be moved back over a line.
  package var isTerminal: Bool
  /// Whether escape sequences for colour and weight may be used.
  package var colour: Bool
  /// Whether characters beyond ASCII may be used.
  package var unicode: Bool
  /// Columns.
  package var width: Int

  /// Traits as given, for tests and for other receivers.
  package init(isTerminal: Bool, colour: Bool, unicode: Bool, width: Int) {
    self.isTerminal = isTerminal
    self.colour = colour
    self.unicode = unicode
    self.width = width
  }

  /// The traits of standard error. Colour needs a terminal and no `NO_COLOR` (https://no-color.org:
  /// present and not empty); other characters than ASCII need a UTF-8 locale.
  package static func ofStandardError() -> TerminalTraits {
    of(descriptor: STDERR_FILENO, environment: environmentVariable)
  }

  /// The traits of an open file, with the variables that `environment` knows.
  package static func of(
    descriptor: Int32, environment: (String) -> String?
  ) -> TerminalTraits {
    // A terminal without cursor movement calls itself dumb.
    let isTerminal = isatty(descriptor) == 1 && environment("TERM") != "dumb"
    let isColourRefused = !(environment("NO_COLOR") ?? "").isEmpty
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty }
    let name = (locale ?? "").uppercased()
    var size = winsize()
    let isSizeKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TerminalTraits(
      isTerminal: isTerminal, colour: isTerminal && !isColourRefused,
      unicode: name.contains("UTF-8") || name.contains("UTF8"),
      width: isSizeKnown ? Int(size.ws_col) : 80)
  }

  private static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
