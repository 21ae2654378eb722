import Foundation
import TestSupport
import Testing

/// Features that `tessera squad train` keeps from one run to the next.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct FeatureCacheTests {
  /// Features that were cut off, as a full disk or a copy leaves them, are made again.
  @Test func featuresThatWereCutOffAreMadeAgain() throws {
    let folder = try SquadCommandTests.Folder()
    func train(_ run: String) throws -> Command.Output {
      try folder.run([
        "squad", "train", "squad.ipub", "--dataset-dir", ".", "--vocabulary", "vocab.txt",
        "--do-validation", "false", "--max-steps", "1", "--progress", "plain", "--run-dir", run,
      ])
    }
    let first = try train("first")
    try #require(first.status == 0, "\(first.errors)")
    let set = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.folder.file("cache")).first)
    let features = "cache/\(set)/features.tfrecord"
    let whole = try folder.folder.contents(features)
    #expect(try folder.json("cache/\(set)/summary.json")?["bytes"] as? Int == whole.count)

    try folder.folder.write(Array(whole.dropLast(100)), features)
    let second = try train("second")
    #expect(second.status == 0, "\(second.errors)")
    #expect(!second.errors.contains("features of an earlier run"))
    #expect(try folder.folder.contents(features) == whole)

    let third = try train("third")
    #expect(third.status == 0, "\(third.errors)")
    #expect(third.errors.contains("features of an earlier run"))
  }
}
