import CommandLineSupport
import Datasets

/// Runs work whose progress is shown on a terminal's standard error, as a share of the whole.
func showingStatus<Result>(
  _ name: String, _ work: ((_ done: UInt64, _ total: UInt64) -> Void) throws -> Result
) rethrows -> Result {
  var shown = -1
  defer { writeStatus("") }
  return try work { done, total in
    let percent = total == 0 ? 100 : Int(100 * Double(done) / Double(total))
    guard percent != shown else { return }
    shown = percent
    writeStatus("\(name): \(percent) %")
  }
}

/// A share in percent, with two digits behind the point: `14.87 %`.
func percentText(_ share: Double) -> String {
  let hundredths = Int((share * 10_000).rounded())
  let fraction = hundredths % 100
  return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
}
