import Checkpoints

extension Progress {
  /// Tells how a checkpoint met the parameters: also where no progress is wanted, if something is missing.
  func tell(_ report: CheckpointReport) {
    if report.missing.isEmpty, report.warnings.isEmpty {
      note(report.description)
    } else {
      warn(report.description)
    }
  }
}
