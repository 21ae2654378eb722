import Foundations

/// The answer to each question, by its id: what `predictions.json` holds.
package struct Predictions: Sendable {
  private var entries: [(id: String, text: String)] = []
  /// Places of the entries by the bytes of their ids; strings as keys would take canonically equivalent ids for
  /// one.
  private var places: [[UInt8]: Int] = [:]

  package init() {}

  /// Reads a file `{"ID": "answer", …}`.
  /// - Throws: `cannot-open`, `cannot-read`, an error of JSON, or `predictions-format`.
  package init(path: String) throws(TesseraError) {
    let bytes = try readBytes(path: path, limit: QuestionSet.byteLimit)
    let root = try JSON.parse(bytes: bytes, file: path, byteLimit: QuestionSet.byteLimit)
    guard let members = root.members else { throw Self.wrong("the file", root) }
    for member in members {
      guard let text = member.value.string else {
        throw Self.wrong("the prediction for \"\(member.key)\"", member.value)
      }
      self.append(text, for: member.key)
    }
  }

  /// How many there are.
  package var count: Int { entries.count }

  /// The answer to a question; nil where there is none.
  package func text(of id: String) -> String? { places[Array(id.utf8)].map { entries[$0].text } }

  /// Adds an answer behind the others; one with the same id is replaced.
  package mutating func append(_ text: String, for id: String) {
    if let place = places[Array(id.utf8)] {
      entries[place].text = text
    } else {
      places[Array(id.utf8)] = entries.count
      entries.append((id, text))
    }
  }

  /// The content of `predictions.json`, in the order in which the answers were added.
  package var json: JSON.Plain {
    .object(entries.map { .init($0.id, .string($0.text)) })
  }

  private static func wrong(_ what: String, _ value: JSON.Value) -> TesseraError {
    TesseraError(
      .badData, code: .predictionsFormat, "\(what) is \(value.phrase)", at: value.location,
      notes: ["a file of predictions is {\"id of a question\": \"answer\", …}"],
      remedies: ["write predictions with tessera squad predict"])
  }
}
