import Bundle
import Datasets
import Foundations
import Operations
import TestSupport
import Testing
import Training

/// Micro-batches on their way to the device, whose streams may be at different ones.
@Suite struct BatchFeedTests {
  private static let streams: Set = ["input_ids", "masked_lm_ids", "next_sentence_labels"]
  private static let sampleCount = 90

  /// A data set in file order, whose sample k has k and 2 k in the streams.
  private func dataset(in folder: TemporaryFolder) throws -> ExampleDataset {
    let shape = PretrainingShape(sequenceLength: 2, predictionCount: 1, vocabularySize: 200)
    var writer = try TFRecordWriter(path: folder.path + "/data.tfrecord")
    for number in 0..<Int32(Self.sampleCount) {
      let example = PretrainingExample(
        inputIDs: [number, 1], inputMask: [1, 1], segmentIDs: [0, 0], maskedLMPositions: [1],
        maskedLMIDs: [2 * number], maskedLMWeights: [1], nextSentenceLabels: [number % 2])
      try writer.append(example.example.encoded())
    }
    try writer.finish()
    return try ExampleDataset(directory: folder.path, shape: .pretraining(shape), order: .file)
  }

  private func feed(
    _ dataset: ExampleDataset, replicas: Int = 1, accumulationCount: Int, decodingThreads: Int = 1,
    didSkip: @escaping (SkippedRecord) -> Void = { _ in }
  ) -> BatchFeed {
    BatchFeed(
      dataset, microBatchSize: 1, replicas: replicas, accumulationCount: accumulationCount,
      streams: Self.streams, decodingThreads: decodingThreads, didSkip: didSkip)
  }

  private func values(_ count: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Void)
    rethrows -> [Int32]
  {
    var values = [Int32](repeating: -1, count: count)
    try values.withUnsafeMutableBytes { try read($0) }
    return values
  }

  /// A pipeline of two stages and two replicas: labels are read two timesteps after the tokens.
  @Test(arguments: [0, 1, 3])
  func streamsMayBeApart(decodingThreads: Int) throws {
    let folder = try TemporaryFolder()
    let feed = feed(
      try dataset(in: folder), replicas: 2, accumulationCount: 5,
      decodingThreads: decodingThreads)
    for update in 0..<2 {
      var told: [Int] = []
      let infeed = feed.infeed(weightUpdate: update) { number, count in
        told.append(number)
        #expect(count == 10)
      }
      // One replica runs all its timesteps before the next.
      for replica in 0..<2 {
        for timestep in 0..<7 {
          if timestep < 5 {
            let sample = Int32(10 * update + 2 * timestep + replica)
            #expect(
              try values(2) { try infeed("input_ids", replica, timestep, $0) } == [sample, 1])
          }
          guard timestep >= 2 else { continue }
          let sample = Int32(10 * update + 2 * (timestep - 2) + replica)
          #expect(
            try values(1) { try infeed("masked_lm_ids", replica, timestep - 2, $0) }
              == [2 * sample])
          let label = try values(1) {
            try infeed("next_sentence_labels", replica, timestep - 2, $0)
          }
          #expect(label == [sample % 2])
          // The micro-batches on their way through the stages, and no others.
          #expect(feed.keptCount == min(2, 6 - timestep))
        }
        #expect(feed.keptCount == 0)
      }
      #expect(told == Array(1...10))
    }
  }

  /// However far a stream is ahead, few micro-batches are kept; each is still told once.
  @Test func keptMicroBatchesAreBounded() throws {
    let folder = try TemporaryFolder()
    let feed = feed(try dataset(in: folder), accumulationCount: Self.sampleCount)
    var told: [Int] = []
    let infeed = feed.infeed(weightUpdate: 0) { number, _ in told.append(number) }
    for stream in ["masked_lm_ids", "input_ids"] {
      for number in 0..<Self.sampleCount {
        let first = Int32(number) * (stream == "input_ids" ? 1 : 2)
        let count = stream == "input_ids" ? 2 : 1
        #expect(try values(count) { try infeed(stream, 0, number, $0) }.first == first)
        #expect(feed.keptCount <= BatchFeed.largestCount)
      }
    }
    #expect(Self.sampleCount > BatchFeed.largestCount)
    #expect(told == Array(1...Self.sampleCount))
    // What an update has left is gone at the next.
    _ = feed.infeed(weightUpdate: 1) { _, _ in }
    #expect(feed.keptCount == 0)
  }

  @Test func anEndIsToldBeforeAnythingIsRead() throws {
    struct End: Error {}
    let folder = try TemporaryFolder()
    let feed = feed(try dataset(in: folder), accumulationCount: 3)
    let infeed = feed.infeed(weightUpdate: 0) { number, _ in if number == 2 { throw End() } }
    #expect(try values(2) { try infeed("input_ids", 0, 0, $0) } == [0, 1])
    #expect(throws: End.self) { try values(2) { try infeed("input_ids", 0, 1, $0) } }
    #expect(try values(1) { try infeed("masked_lm_ids", 0, 0, $0) } == [0])
    let error = #expect(throws: TesseraError.self) {
      try values(2) { try infeed("masked_lm_ids", 0, 0, $0) }
    }
    #expect(error?.diagnostics[0].code == .wrongStream)
  }

  /// Replicas side by side and one after the other: the coming micro-batches are known in both.
  @Test func theOrderIsLearned() {
    let sideBySide: [UInt64] = Array(0..<18)
    let byReplica: [UInt64] = [0, 3, 6, 1, 4, 7, 2, 5, 8, 9, 12, 15, 10, 13, 16, 11, 14, 17]
    for sequence in [sideBySide, byReplica] {
      var order = MicroBatchOrder(replicas: 3, accumulationCount: 3)
      var surprises = 0
      for (last, number) in zip(sequence, sequence.dropFirst()) {
        if order.number(at: order.place(of: last) + 1) != number { surprises += 1 }
        order.learn(number, after: last)
      }
      #expect(surprises <= 1)
    }
  }

  /// A damaged sample ends the update where it is read, or another one takes its place and is told.
  @Test(arguments: [0, 2])
  func damagedSamples(decodingThreads: Int) throws {
    let folder = try TemporaryFolder()
    _ = try dataset(in: folder)
    var bytes = try folder.contents("data.tfrecord")
    var reader = try TFRecordReader(path: folder.file("data.tfrecord"))
    for _ in 0..<4 { _ = try reader.next() }
    let offset = Int(try #require(try reader.next()).offset)
    bytes[offset + 30] ^= 1
    try folder.write(bytes, "data.tfrecord")
    func open(_ damagedRecords: DamagedRecords) throws -> ExampleDataset {
      let shape = PretrainingShape(sequenceLength: 2, predictionCount: 1, vocabularySize: 200)
      return try ExampleDataset(
        directory: folder.path, shape: .pretraining(shape), order: .file,
        damagedRecords: damagedRecords)
    }
    func read(
      _ infeed: (String, Int, Int, UnsafeMutableRawBufferPointer) throws -> Void, _ number: Int
    ) throws -> Int32 {
      for stream in ["masked_lm_ids", "next_sentence_labels"] {
        _ = try values(1) { try infeed(stream, 0, number, $0) }
      }
      return try values(2) { try infeed("input_ids", 0, number, $0) }[0]
    }

    let strict = feed(
      try open(.endTheRun), accumulationCount: 6, decodingThreads: decodingThreads)
    let strictInfeed = strict.infeed(weightUpdate: 0) { _, _ in }
    for number in 0..<4 { #expect(try read(strictInfeed, number) == Int32(number)) }
    let error = #expect(throws: TesseraError.self) { try read(strictInfeed, 4) }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.message.contains("byte \(offset) ") == true)

    var told: [Int] = []
    let lenient = feed(try open(.skip), accumulationCount: 6, decodingThreads: decodingThreads) {
      told.append($0.number)
    }
    let infeed = lenient.infeed(weightUpdate: 0) { _, _ in }
    for number in 0..<4 { _ = try read(infeed, number) }
    // Decoded ahead or not, what the device has not read is not counted.
    #expect(lenient.skipped.count == 0 && told.isEmpty)
    #expect(try read(infeed, 4) == 5)
    #expect(try read(infeed, 5) == 5)
    #expect(lenient.skipped.count == 1 && told == [4])
  }

  /// Streams are found in calls and repeats, and those of other entries are not among them.
  @Test func theProgramSaysWhichStreamsItReads() {
    func infeed(_ stream: String, _ result: Int) -> ProgramOperation {
      ProgramOperation(.source(.infeed(stream: stream, TensorType([], .i32))), results: [result])
    }
    let program = Program(
      types: [TensorType([], .i32)], values: [0, 0, 0, 0],
      operations: [
        infeed("inner", 0), ProgramOperation(.control(.yield)),
        ProgramOperation(.control(.repeat(count: 2)), body: 1), ProgramOperation(.control(.return)),
        infeed("outer", 2), ProgramOperation(.control(.call("callee"))),
        ProgramOperation(.control(.return)), infeed("other", 3),
        ProgramOperation(.control(.return)),
      ],
      blocks: [
        ProgramBlock(operations: [2, 3]), ProgramBlock(arguments: [1], operations: [0, 1]),
        ProgramBlock(operations: [4, 5, 6]), ProgramBlock(operations: [7, 8]),
      ],
      functions: [
        ProgramFunction(name: "callee", body: 0), ProgramFunction(name: "entry", body: 2),
        ProgramFunction(name: "other", body: 3),
      ])
    #expect(program.streams(readBy: "entry") == ["inner", "outer"])
    #expect(program.streams(readBy: "other") == ["other"])
    #expect(program.streams(readBy: "none").isEmpty)
  }
}
