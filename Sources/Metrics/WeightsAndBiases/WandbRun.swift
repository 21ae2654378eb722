import Foundations

/// What Weights & Biases is told of a run at its start.
package struct WandbRun: Hashable, Sendable {
  /// 8 lower-case letters and digits, of which no other run of the project has the same.
  package var identifier: String
  /// The project that the run belongs to.
  package var project: String
  /// The account; nil for that of who uploads the run.
  package var entity: String?
  /// The run's name.
  package var name: String
  package var notes: String?
  package var tags: [String]
  /// The configuration's keys with their values.
  package var configuration: [JSON.Plain.Field]

  /// A run of these values.
  package init(
    identifier: String = Self.newIdentifier(), project: String, entity: String? = nil,
    name: String, notes: String? = nil, tags: [String] = [], configuration: [JSON.Plain.Field] = []
  ) {
    self.identifier = identifier
    self.project = project
    self.entity = entity
    self.name = name
    self.notes = notes
    self.tags = tags
    self.configuration = configuration
  }

  /// An identifier that is drawn at random, as wandb's own are.
  package static func newIdentifier() -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    return String((0..<8).map { _ in digits[Int.random(in: digits.indices)] })
  }
}
