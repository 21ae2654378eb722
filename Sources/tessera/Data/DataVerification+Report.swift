import Datasets
import Foundations

extension DataVerification.Report {
  /// What was counted, then the faults, then how many there are of each kind.
  func text(hasVocabulary: Bool) -> String {
    var text =
      "\(countText(recordCount, "record")) in \(countText(paths.count, "file")), "
      + "\(countText(Int(clamping: byteCount), "byte"))\n"
    if let shape { text += shape.text + "\n" }
    if !hasVocabulary {
      text += "no vocabulary is given: [PAD] 0, [CLS] 101, [SEP] 102, [MASK] 103\n"
    }
    text += statistics.text(shape)
    for share in shares { text += share.text + "\n" }
    for fault in faults.first {
      text +=
        "\(fault.path): record at byte \(fault.offset): \(fault.message) [\(fault.kind.rawValue)]\n"
    }
    if faults.count > faults.first.count {
      text += "and \(faults.count - faults.first.count) more\n"
    }
    for kind in DataFault.Kind.allCases where faults.count(of: kind) > 0 {
      text += "\(kind.rawValue): \(faults.count(of: kind))\n"
    }
    return text + (isSound ? "nothing is wrong\n" : "\(countText(failureCount, "check")) failed\n")
  }

  private var failureCount: Int { faults.count + shares.count { !$0.holds } }

  /// The same as a document.
  var json: JSON.Plain {
    .object([
      .init("schema", "tessera.data-verify/1"), .init("sound", .boolean(isSound)),
      .init("files", .array(paths.map { .string($0) })),
      .init("bytes", .integer(Int(clamping: byteCount))),
      .init("lost_bytes", .integer(Int(clamping: lostByteCount))),
      .init("records", .integer(recordCount)), .init("shape", shape?.json ?? .null),
      .init("statistics", statistics.json),
      .init("shares", .array(shares.map(\.json))),
      .init(
        "fault_counts",
        .object(
          DataFault.Kind.allCases.map { .init($0.rawValue, .integer(faults.count(of: $0))) })),
      .init(
        "faults",
        .array(
          faults.first.map { fault in
            .object([
              .init("kind", .string(fault.kind.rawValue)), .init("file", .string(fault.path)),
              .init("offset", .integer(Int(clamping: fault.offset))),
              .init("message", .string(fault.message)),
            ])
          })),
    ])
  }
}

extension RecordShape {
  fileprivate var text: String {
    switch self {
    case .pretraining(let shape):
      "\(task): \(shape.sequenceLength) tokens, \(shape.predictionCount) masked at the most"
    case .questionAnswering(let length, _, _): "\(task): \(length) tokens"
    }
  }

  fileprivate var json: JSON.Plain {
    switch self {
    case .pretraining(let shape):
      .object([
        .init("task", .string(task)), .init("sequence_length", .integer(shape.sequenceLength)),
        .init("mask_tokens", .integer(shape.predictionCount)),
      ])
    case .questionAnswering(let length, _, _):
      .object([.init("task", .string(task)), .init("sequence_length", .integer(length))])
    }
  }
}

extension SampleStatistics {
  fileprivate func text(_ shape: RecordShape?) -> String {
    guard sampleCount > 0 else { return "" }
    let padding = percentText(1 - Double(tokenCount) / Double(max(placeCount, 1)))
    var text = "\(countText(tokenCount, "token")), \(padding) of the places are padding\n"
    if case .questionAnswering = shape {
      text +=
        "\(countText(sampleCount - unansweredCount, "sample")) with an answer, \(unansweredCount) without\n"
    }
    return text
  }

  fileprivate var json: JSON.Plain {
    .object([
      .init("samples", .integer(sampleCount)), .init("tokens", .integer(tokenCount)),
      .init("places", .integer(placeCount)), .init("masked", .integer(maskedCount)),
      .init("replaced_by_mask", .integer(replacedByMaskCount)),
      .init("kept", .integer(keptCount)),
      .init("replaced_by_random", .integer(replacedByRandomCount)),
      .init("random_next", .integer(randomNextCount)),
      .init("unanswered", .integer(unansweredCount)),
    ])
  }
}

extension ShareCheck {
  fileprivate var text: String {
    let bounds = "\(percentText(expected)) ± \(percentText(tolerance))"
    return "\(name): \(count) of \(total), \(percentText(share)), expected \(bounds)"
      + (holds ? "" : ": not so [shares]")
  }

  fileprivate var json: JSON.Plain {
    .object([
      .init("name", .string(name)), .init("count", .integer(count)),
      .init("total", .integer(total)), .init("share", .real(share)),
      .init("expected", .real(expected)), .init("tolerance", .real(tolerance)),
      .init("holds", .boolean(holds)),
    ])
  }
}
