import Foundations
import Glibc
import Metrics

/// How `--progress` asks for progress to be shown.
package enum ProgressMode: String, Hashable, Sendable, CaseIterable {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  case bar
  case plain
  case none
}

/// Shows how far a phase of work has come: a bar that is drawn over on a terminal, plain lines
/// elsewhere, one in five seconds as long as work reports.
///
/// A class, because the state of a terminal's line is one thing. It belongs to one thread.
package final class Progress {
  private enum Style {
    case bar
    case plain
    case none
  }

  private struct Phase {
    var name: String
    var total: Int
    var start: Double
    var done = 0
    /// What the last report said after the bar.
    var detail = ""
  }

  private let style: Style
  private let traits: TerminalTraits
  private let write: (String) -> Void
  private let now: () -> Double
  private var phase: Phase?
  private var lastShown = -Double.infinity
  private var lastStepShown = -Double.infinity
  private var unshownStep: TrainingMetrics?
  private var isBarOnLine = false

  /// Seconds between two drawings of the bar, and between two plain lines.
  private static let barInterval = 0.1
  private static let lineInterval = 5.0

  /// - Parameters:
  ///   - write: where the text goes; a bar is written without a line end.
  ///   - now: seconds of a clock that only goes forward.
  package init(
    mode: ProgressMode, traits: TerminalTraits, write: @escaping (String) -> Void,
    now: @escaping () -> Double
  ) {
    switch mode {
    case .auto: style = traits.isTerminal ? .bar : .plain
    case .bar: style = .bar
    case .plain: style = .plain
    case .none: style = .none
    }
    self.traits = traits
    self.write = write
    self.now = now
  }

  /// Progress on standard error, by the monotonic clock.
  package static func onStandardError(mode: ProgressMode) -> Progress {
    // Work goes on where nobody can read of it, so a failed write is no error.
    Progress(
      mode: mode, traits: .ofStandardError(),
      write: { try? writeAll(Array($0.utf8), to: STDERR_FILENO, path: "standard error") },
      now: monotonicSeconds)
  }

  /// Begins a phase of `total` units of work; 0 where the amount is not known.
  package func begin(_ name: String, total: Int) {
    finish()
    phase = Phase(name: name, total: total, start: now())
    switch style {
    case .bar: draw()
    case .plain: write("\(name)\n")
    case .none: break
    }
    lastShown = now()
  }

  /// Reports that `done` units of the phase are done; shows it if the last showing is long ago.
  package func advance(to done: Int, detail: String = "") {
    guard var current = phase else { return }
    current.done = done
    current.detail = detail
    phase = current
    switch style {
    case .bar where now() - lastShown >= Self.barInterval:
      draw()
      lastShown = now()
    case .plain where now() - lastShown >= Self.lineInterval:
      write(
        "\(current.name): \(amount(current))\(timeLeft(current).map { ", \($0)" } ?? "")"
          + (detail.isEmpty ? "\n" : ", \(detail)\n"))
      lastShown = now()
    case .bar, .plain, .none: break
    }
  }

  /// Reports a weight update, one unit of the phase. Its step line is printed for the first and the
  /// last update of the phase, and in between once in five seconds.
  package func step(_ metrics: TrainingMetrics) {
    guard phase != nil else { return }
    phase?.done = metrics.weightUpdate
    phase?.detail = metrics.losses.named
      .map { "\($0.name) \(NumberText.fixed($0.value, decimals: 3))" }.joined(separator: " ")
    unshownStep = metrics
    if now() - lastStepShown >= Self.lineInterval { showStep() }
    if style == .bar, now() - lastShown >= Self.barInterval {
      draw()
      lastShown = now()
    }
  }

  /// Prints a line, above the bar where there is one; nothing where no progress is wanted.
  package func note(_ line: String) {
    if style != .none { print(line) }
  }

  /// Prints what the user has to know, also where no progress is wanted.
  package func warn(_ line: String) { print(line) }

  private func print(_ line: String) {
    clearBar()
    write(line + "\n")
    if style == .bar, phase != nil { draw() }
  }

  /// Ends the phase: the last step line, the bar's line taken away, and the time that it took.
  package func finish() {
    guard let ended = phase else { return }
    showStep()
    phase = nil
    lastStepShown = -.infinity
    clearBar()
    if style != .none {
      write("\(ended.name): \(amount(ended)) in \(NumberText.duration(now() - ended.start))\n")
    }
  }

  private func showStep() {
    guard let metrics = unshownStep, let phase else { return }
    note(metrics.stepLine(timeLeft: secondsLeft(phase)))
    unshownStep = nil
    lastStepShown = now()
  }

  /// `12/270`, or `12` where the total is not known.
  private func amount(_ phase: Phase) -> String {
    phase.total > 0 ? "\(phase.done)/\(phase.total)" : "\(phase.done)"
  }

  private func timeLeft(_ phase: Phase) -> String? {
    secondsLeft(phase).map { NumberText.duration($0) + " left" }
  }

  /// From the mean speed of the phase so far; nil before the first unit and after the last.
  private func secondsLeft(_ phase: Phase) -> Double? {
    guard phase.done > 0, phase.done < phase.total else { return nil }
    return (now() - phase.start) / Double(phase.done) * Double(phase.total - phase.done)
  }

  private func draw() {
    guard let phase else { return }
    let parts = [amount(phase), timeLeft(phase) ?? "", phase.detail].filter { !$0.isEmpty }
    let text = parts.joined(separator: "  ")
    // One column stays free: a full last column makes some terminals wrap.
    let room = traits.width - 1
    let barWidth = min(40, room - phase.name.count - text.count - 4)
    var line = "\(phase.name) \(text)"
    if phase.total > 0, barWidth >= 8 {
      line = "\(phase.name) \(bar(phase, width: barWidth)) \(text)"
    }
    line = String(line.prefix(room))
    if traits.colour, line.hasPrefix(phase.name) {
      line = "\u{1B}[1m\(phase.name)\u{1B}[0m\(line.dropFirst(phase.name.count))"
    }
    // Back to the first column, the text, then clear what an earlier, longer text left.
    write("\r\(line)\u{1B}[K")
    isBarOnLine = true
  }

  private func bar(_ phase: Phase, width: Int) -> String {
    let fraction = min(1, max(0, Double(phase.done) / Double(phase.total)))
    let filled = Int(fraction * Double(width))
    let (full, empty) = traits.unicode ? ("█", "░") : ("#", ".")
    return "[" + String(repeating: full, count: filled)
      + String(repeating: empty, count: width - filled) + "]"
  }

  private func clearBar() {
    guard isBarOnLine else { return }
    write("\r\u{1B}[K")
    isBarOnLine = false
  }
}

/// Seconds of the system's monotonic clock.
package func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
