import Datasets
import Foundation
import Foundations
import Metrics
import TestSupport
import Testing

/// A clock that the test moves.
private final class Clock {
  var seconds = 1_795_532_511.25
}

@Suite struct RunLogTests {
  static let run = WandbRun(
    identifier: "abcd1234", project: "TF2-BERT", name: "tiny", notes: "ü", tags: ["a"],
    configuration: [.init("seed", 1984), .init("optimizer_opts", ["name": "LAMB"])])

  static func write(
    _ updates: ClosedRange<Int>, in folder: TemporaryFolder, resuming: Bool = false
  ) throws -> RunLog {
    let clock = Clock()
    clock.seconds += Double(updates.lowerBound)
    var log = try RunLog(
      directory: folder.path, resumingAfter: resuming ? updates.lowerBound - 1 : nil,
      wandb: run, now: { clock.seconds })
    for update in updates {
      clock.seconds += 0.5
      try log.append(.sample(update))
    }
    return log
  }

  @Test func aRunHasItsThreeLogs() throws {
    let folder = try TemporaryFolder()
    let log = try Self.write(1...3, in: folder)
    #expect(log.history.last == .sample(3))
    #expect(try folder.names == ["metrics.jsonl", "tensorboard", "wandb"])
    #expect(
      try names(in: folder.file("tensorboard")) == ["events.out.tfevents.1795532512.tessera"])
    let offline = folder.file("wandb/offline-run-20261124_150152-abcd1234")
    #expect(try names(in: offline) == ["files", "logs", "run-abcd1234.wandb"])
  }

  @Test func withoutWeightsAndBiasesThereIsNoFolder() throws {
    let folder = try TemporaryFolder()
    _ = try RunLog(directory: folder.path, now: { 0 })
    #expect(try folder.names == ["metrics.jsonl", "tensorboard"])
  }

  /// Ten weight updates in two parts leave what ten in one leave, and what was logged behind the
  /// checkpoint is gone.
  @Test func aResumedRunGoesOnInTheSameLogs() throws {
    let folder = try TemporaryFolder()
    _ = try Self.write(1...7, in: folder)
    var log = try Self.write(6...10, in: folder, resuming: true)
    try log.finish(exitCode: 0)
    #expect(log.history.recent == (1...10).map { TrainingMetrics.sample($0) })
    #expect(try text(of: folder.file("metrics.jsonl")) == MetricsLogTests.log(1...10))

    let events = try names(in: folder.file("tensorboard"))
    #expect(
      events == [
        "events.out.tfevents.1795532512.tessera", "events.out.tfevents.1795532517.tessera",
      ]
    )
    let wandb = try WandbFile(in: folder)
    #expect(wandb.steps == Array(1...10))
    #expect(wandb.numbers == Array(1...14))
    #expect(wandb.ends == 2)
  }

  /// Where Weights & Biases is asked for only when the run goes on, it gets what was before.
  @Test func aRunThatGoesOnWithWeightsAndBiasesHasAllSteps() throws {
    let folder = try TemporaryFolder()
    var first = try RunLog(directory: folder.path, now: { 0 })
    for update in 1...4 { try first.append(.sample(update)) }
    _ = try Self.write(4...6, in: folder, resuming: true)
    #expect(try WandbFile(in: folder).steps == Array(1...6))
  }

  /// A file that was cut anywhere, as when a machine fails, is gone on with.
  @Test func aTornFileIsGoneOnWith() throws {
    let folder = try TemporaryFolder()
    _ = try Self.write(1...3, in: folder)
    let path = "wandb/offline-run-20261124_150152-abcd1234/run-abcd1234.wandb"
    let whole = try folder.contents(path)
    for byteCount in stride(from: 0, to: whole.count, by: 61) {
      try folder.write(Array(whole[..<byteCount]), path)
      _ = try Self.write(4...4, in: folder, resuming: true)
      let file = try WandbFile(in: folder)
      #expect(file.steps == Array(1...4), "cut at \(byteCount)")
      try FileManager.default.removeItem(atPath: folder.file("wandb"))
      try FileManager.default.createDirectory(
        atPath: folder.file((path as NSString).deletingLastPathComponent),
        withIntermediateDirectories: true)
    }
  }

  @Test func eventsAreTheMessagesThatTensorBoardReads() throws {
    let folder = try TemporaryFolder()
    _ = try Self.write(1...1, in: folder)
    let path = folder.file("tensorboard/events.out.tfevents.1795532512.tessera")
    let records = try records(of: path)
    #expect(records.count == 3)
    let time = [0x09] + littleEndian(1_795_532_512.25)
    // Field 3 is the file's version; field 2 the step, 7 the session log, whose status is START.
    #expect(records[0] == time + [0x1A, 13] + Array("brain.Event:2".utf8))
    #expect(records[1] == time + [0x10, 1, 0x3A, 2, 0x08, 1])
    // The first value: its tag and 9 as 32 bits.
    let tag = Array("train/mlm_loss".utf8)
    let value = [0x0A, UInt8(tag.count)] + tag + [0x15, 0, 0, 0x10, 0x41]
    let head = [0x09] + littleEndian(1_795_532_512.75) + [0x10, 1, 0x2A]
    #expect(Array(records[2].prefix(head.count)) == head)
    #expect(
      Array(records[2].dropFirst(head.count + 2).prefix(value.count + 2))
        == [0x0A, UInt8(value.count)] + value)
  }

  private func littleEndian(_ value: Double) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  /// The payloads of a TFRecord file.
  private func records(of path: String) throws -> [[UInt8]] {
    let file = try bytes(of: path)
    var payloads: [[UInt8]] = []
    var position = 0
    while position < file.count {
      let length: UInt64 = file.littleEndian(at: position)
      let payload = Array(file[(position + 12)..<(position + 12 + Int(length))])
      #expect(
        Array(file[position..<(position + 16 + payload.count)])
          == TFRecordFraming.record(of: payload))
      payloads.append(payload)
      position += 16 + payload.count
    }
    return payloads
  }

  @Test func aFullDiskEndsTheRun() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("metrics.jsonl"), withDestinationPath: "/dev/full")
    var log = try RunLog(directory: folder.path, now: { 0 })
    let error = #expect(throws: TesseraError.self) { try log.append(.sample(1)) }
    #expect(error?.exitCode == .inputOutput)
  }
}
