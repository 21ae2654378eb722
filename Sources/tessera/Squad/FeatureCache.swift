import Bundle
import Foundations
import Glibc
import QuestionAnswering
import Training

/// Keeps the features of a training file, so that they are made once.
///
/// A set of features is a folder `STEM-DIGEST` with `features.tfrecord` and `summary.json`, which is written
/// last and says how long the features are: those that were cut off since are made again. The digest covers the file's bytes, the vocabulary and every option that features depend on, so that
/// stale ones are never taken.
struct FeatureCache {
  /// The folder that holds the sets.
  let folder: String

  /// The features of a file, from an earlier run or made now.
  /// - Returns: their folder, and what became of the questions.
  /// - Throws: what reading the file and making features throw; `Interrupted`.
  func features(
    of path: String, _ maker: FeatureMaker, cased: Bool, skipsMisaligned: Bool,
    progress: Progress
  ) throws -> (folder: String, summary: TrainingFeatures.Summary) {
    let bytes = try readBytes(path: path, limit: QuestionSet.byteLimit)
    let key = Self.key(bytes, maker, cased, skipsMisaligned)
    let set = "\(folder)/\(Self.stem(path))-\(key)"
    let summaryPath = set + "/summary.json"
    let features = set + "/features.tfrecord"
    if let summary = Self.summary(summaryPath, of: features) {
      progress.note("features of an earlier run: \(set)")
      return (set, summary)
    }
    let questions = try QuestionSet(bytes: bytes, path: path)
    try makeFolders(set)
    progress.begin("making features", total: questions.questionCount)
    let summary = try TrainingFeatures.write(
      questions, maker, to: features, skipsMisaligned: skipsMisaligned
    ) { done in
      try Interruption.check()
      progress.advance(to: done)
    }
    progress.advance(to: summary.questionCount)
    progress.finish()
    let file = try AtomicFile(path: summaryPath, overwrite: true)
    let contents = Self.json(summary, byteCount: Self.byteCount(of: features))
    try file.write(Array((contents.text(.indented) + "\n").utf8))
    try file.commit()
    return (set, summary)
  }

  /// The summary at `path`; nil where the file of features is not there as it was written.
  private static func summary(_ path: String, of features: String) -> TrainingFeatures.Summary? {
    guard isReadable(features), let bytes = try? readBytes(path: path, limit: 1 << 16),
      let value = try? JSON.parse(bytes: bytes, file: path),
      let byteCount = value["bytes"]?.integer, byteCount == Self.byteCount(of: features)
    else { return nil }
    return TrainingFeatures.Summary(json: value)
  }

  /// What became of the questions, and the size of the file of features.
  private static func json(_ summary: TrainingFeatures.Summary, byteCount: Int?) -> JSON.Plain {
    guard case .object(let fields) = summary.json, let byteCount else { return summary.json }
    return .object(fields + [.init("bytes", .integer(byteCount))])
  }

  /// Nil where there is no such file.
  private static func byteCount(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The file's name without its folder and ending.
  private static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? "questions"
    return String(name.hasSuffix(".json") ? name.dropLast(5) : name)
  }

  /// 16 hexadecimal digits.
  private static func key(
    _ bytes: [UInt8], _ maker: FeatureMaker, _ cased: Bool, _ skipsMisaligned: Bool
  ) -> String {
    var digest = SHA256()
    // The number of the format goes up when the same file would become other features.
    let text =
      "1 \(maker.options.sequenceLength) \(maker.options.longContexts) \(cased) \(skipsMisaligned) \(bytes.count)\n"
    digest.update(Array(text.utf8))
    digest.update(bytes)
    for token in maker.tokenizer.vocabulary.tokens { digest.update(Array((token + "\n").utf8)) }
    return digest.finish().prefix(8).map { hexadecimal($0, digits: 2) }.joined()
  }
}
