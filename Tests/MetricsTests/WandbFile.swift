import Foundations
import Metrics
import TestSupport
import Testing

/// The run file of Weights & Biases in a run directory.
struct WandbFile {
  /// The steps of the histories.
  var steps: [Int] = []
  /// The records' numbers.
  var numbers: [Int] = []
  /// Summaries and exits.
  var ends = 0

  init(in folder: TemporaryFolder) throws {
    let run = try #require(try names(in: folder.file("wandb")).last)
    let name = try #require(try names(in: folder.file("wandb/\(run)")).last)
    let bytes = try folder.contents("wandb/\(run)/\(name)")
    var end = 0
    try WandbFraming.forEachRecord { number in
      Array(bytes.dropFirst(number * 32768).prefix(32768))
    } _: { payload, recordEnd in
      guard let (number, kind) = WandbRecord.read(payload) else { return false }
      numbers.append(number)
      if case .history(let step) = kind { steps.append(step) }
      if kind == .end { ends += 1 }
      end = recordEnd
      return true
    }
    #expect(end == bytes.count)
  }
}
