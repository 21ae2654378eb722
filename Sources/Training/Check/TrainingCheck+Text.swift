import Foundations

extension TrainingCheck.Item {
  /// The trial in a line, and below it what would fail.
  package var text: String {
    switch outcome {
    case .passed(let words): "ok       \(name): \(words)\n"
    case .failed(let diagnostics):
      "FAILED   \(name)\n" + diagnostics.map { "\($0)\n" }.joined()
    case .skipped: "skipped  \(name): what it needs did not pass\n"
    }
  }
}

extension TrainingCheck {
  /// The trials under the schema `tessera.check/1`.
  package var json: JSON.Plain {
    .object([
      .init("schema", "tessera.check/1"), .init("passes", .boolean(passes)),
      .init(
        "checks",
        .array(
          items.map { item in
            var fields: [JSON.Plain.Field] = [.init("name", .string(item.name))]
            switch item.outcome {
            case .passed(let words):
              fields += [.init("outcome", "passed"), .init("detail", .string(words))]
            case .failed(let diagnostics):
              fields += [
                .init("outcome", "failed"), .init("errors", diagnosticsJSON(diagnostics)),
              ]
            case .skipped: fields.append(.init("outcome", "skipped"))
            }
            return .object(fields)
          })),
    ])
  }
}
