import Foundation
import Metrics

extension TrainingMetrics {
  /// Metrics of pre-training whose numbers differ from one weight update to the next.
  static func sample(
    _ weightUpdate: Int, lossScale: Double = 16, samplesPerSecond: Double = 100
  ) -> TrainingMetrics {
    TrainingMetrics(
      weightUpdate: weightUpdate, samples: weightUpdate * 12,
      losses: .pretraining(
        maskedLM: 1 + 8 / Double(weightUpdate), nextSentence: 0.7 / Double(weightUpdate)),
      accuracies: [
        NamedValue("mlm_acc", 1 - 1 / Double(weightUpdate)), NamedValue("nsp_acc", 0.5),
      ],
      learningRate: 0.001 * Float(weightUpdate), lossScale: lossScale,
      samplesPerSecond: samplesPerSecond)
  }
}

/// The text of a file.
func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The names in a folder, sorted.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
