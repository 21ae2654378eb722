import Datasets
import Foundations

/// One record as a person reads it.
struct SampleReport {
  let number: Int
  /// Where the record is.
  let source: String
  let example: Example
  /// Shows token ids as tokens; nil shows the ids.
  let vocabulary: Vocabulary?

  /// Features whose values are token ids.
  private static let tokenFeatures: Set = ["input_ids", "masked_lm_ids"]

  private var features: [(name: String, values: Example.Feature)] {
    example.features.map { (name: $0.key, values: $0.value) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  var text: String {
    var text = "sample \(number): \(source)\n"
    for (name, values) in features {
      text += "  \(name): \(words(name, values).joined(separator: " "))\n"
    }
    return text
  }

  var json: JSON.Plain {
    .object(
      [
        .init("number", .integer(number)), .init("source", .string(source)),
        .init(
          "features", .object(features.map { .init($0.name, Self.json($0.values)) })),
      ] + tokens)
  }

  /// The tokens of the features that have any, beside their ids.
  private var tokens: [JSON.Plain.Field] {
    guard vocabulary != nil else { return [] }
    let fields = features.filter { Self.tokenFeatures.contains($0.name) }
      .map { JSON.Plain.Field($0.name, .array(words($0.name, $0.values).map { .string($0) })) }
    return [.init("tokens", .object(fields))]
  }

  private func words(_ name: String, _ values: Example.Feature) -> [String] {
    switch values {
    case .integers(let list):
      guard let vocabulary, Self.tokenFeatures.contains(name) else { return list.map { "\($0)" } }
      return list.map { id in
        vocabulary.tokens.indices.contains(Int(id)) ? vocabulary.tokens[Int(id)] : "<\(id)>"
      }
    case .floats(let list): return list.map { "\($0)" }
    case .bytes(let list): return list.map { "\"\(String(decoding: $0, as: UTF8.self))\"" }
    }
  }

  private static func json(_ values: Example.Feature) -> JSON.Plain {
    switch values {
    case .integers(let list): .array(list.map { .integer(Int($0)) })
    case .floats(let list): .array(list.map { .single($0) })
    case .bytes(let list): .array(list.map { .string(String(decoding: $0, as: UTF8.self)) })
    }
  }
}
