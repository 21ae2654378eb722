import Datasets
import Foundation
import Foundations
import TestSupport

/// A folder that is there while `body` runs.
func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  return try body(URL(fileURLWithPath: folder.path))
}

/// The error that `body` throws, or nil.
func tesseraError(_ body: () throws -> Void) -> TesseraError? {
  do {
    try body()
    return nil
  } catch {
    return error as? TesseraError
  }
}

func records(of path: String) throws -> [TFRecordReader.Record] {
  var reader = try TFRecordReader(path: path)
  var records: [TFRecordReader.Record] = []
  while let record = try reader.next() {
    records.append(record)
  }
  return records
}

/// A valid sample whose content depends on `number`.
func sample(_ number: Int, shape: PretrainingShape) -> PretrainingExample {
  let length = shape.sequenceLength
  return PretrainingExample(
    inputIDs: (0..<length).map { Int32((number * 31 + $0) % shape.vocabularySize) },
    inputMask: (0..<length).map { $0 < length / 2 ? 1 : 0 },
    segmentIDs: (0..<length).map { $0 % 2 == 0 ? 0 : 1 },
    maskedLMPositions: (0..<shape.predictionCount).map { Int32(($0 * 2 + number) % length) },
    maskedLMIDs: (0..<shape.predictionCount).map { Int32(($0 + number) % shape.vocabularySize) },
    maskedLMWeights: (0..<shape.predictionCount).map { $0 == 0 ? 1 : 0 },
    nextSentenceLabels: [Int32(number % 2)])
}

extension PretrainingExample {
  /// What the model's streams get, in their order.
  var values: [[Int32]] {
    [inputIDs, inputMask, segmentIDs, maskedLMPositions, maskedLMIDs, nextSentenceLabels]
  }

  /// Reads a sample back, with the weights, which training does not read.
  init(_ example: Example, shape: PretrainingShape, source: String) throws {
    let values = try TokenExample(example, shape: .pretraining(shape), source: source).values
    guard case .floats(let weights) = example.features["masked_lm_weights"],
      weights.count == shape.predictionCount
    else { throw TesseraError(.badData, code: .missingFeature, "\(source) has not the weights") }
    self.init(
      inputIDs: values[0], inputMask: values[1], segmentIDs: values[2],
      maskedLMPositions: values[3], maskedLMIDs: values[4], maskedLMWeights: weights,
      nextSentenceLabels: values[5])
  }
}

func write(_ samples: [PretrainingExample], to path: String) throws {
  try write(samples.map(\.example), to: path)
}

func write(_ examples: [Example], to path: String) throws {
  var writer = try TFRecordWriter(path: path)
  for example in examples {
    try writer.append(example.encoded())
  }
  try writer.finish()
}

/// Text of made-up words: `documents` documents of ten sentences each.
func generatedText(documents: Int) -> String {
  let syllables = ["ka", "lo", "mi", "ten", "sur", "vel", "po", "dri", "an", "os"]
  var state: UInt64 = 42
  func next(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
  return (0..<documents).map { _ in
    (0..<10).map { _ in
      (0..<(5 + next(8))).map { _ in
        (0..<(1 + next(3))).map { _ in syllables[next(syllables.count)] }.joined()
      }.joined(separator: " ") + "."
    }.joined(separator: "\n")
  }.joined(separator: "\n\n") + "\n"
}
