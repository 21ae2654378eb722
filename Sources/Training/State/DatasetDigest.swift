import Bundle
import Datasets
import Foundations

/// What data are known again by: the values of some samples, spread over all in the order of training.
///
/// It does not depend on names, folders or times, so that data may be copied, and takes the same time for
/// any data set.
enum DatasetDigest {
  /// Samples that are looked at.
  private static let sampleCount = 64

  /// The digest, in hexadecimal. A sample that cannot be read counts as such: the run will say so when it
  /// comes to it.
  static func text(of samples: any SampleSource) -> String {
    var hash = SHA256()
    let count = min(sampleCount, samples.count)
    for index in 0..<count {
      let number = UInt64(samples.count / count * index)
      guard let batch = try? samples.microBatch(number, size: 1) else {
        hash.update([0])
        continue
      }
      for feature in samples.shape.features {
        (batch.values(ofStream: feature.stream) ?? []).withUnsafeBytes { hash.update($0) }
      }
    }
    return hash.finish().prefix(16).map { hexadecimal($0, digits: 2) }.joined()
  }
}
