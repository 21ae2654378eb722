import Foundations

/// What a configuration says of Weights & Biases: `wandb_opts` of the flat form; `enable_wandb` and the
/// keys that begin with `wandb_` of the nested one.
package struct WandbOptions: Hashable, Sendable {
  /// Whether a run is logged: `log_to_wandb`.
  package var isEnabled: Bool
  /// `init.project`; nil for `defaultProject`.
  package var project: String?
  /// `init.entity`: the account; nil for that of who uploads the run.
  package var entity: String?
  /// `init.tags`
  package var tags: [String]?
  /// `init.notes`
  package var notes: String?
  /// Members of `init` that Tessera does not know. They are only carried along.
  package var others: [JSON.Plain.Field]

  /// The project of runs where the configuration names none: that of the original.
  package static let defaultProject = "TF2-BERT"

  /// Options of these values.
  package init(
    isEnabled: Bool = false, project: String? = nil, entity: String? = nil, tags: [String]? = nil,
    notes: String? = nil, others: [JSON.Plain.Field] = []
  ) {
    self.isEnabled = isEnabled
    self.project = project
    self.entity = entity
    self.tags = tags
    self.notes = notes
    self.others = others
  }

  /// The object of the flat form.
  package var json: JSON.Plain {
    let known: [JSON.Plain.Field?] = [
      project.map { .init("project", .string($0)) }, entity.map { .init("entity", .string($0)) },
      tags.map { .init("tags", .array($0.map { .string($0) })) },
      notes.map { .init("notes", .string($0)) },
    ]
    return .object([
      .init("log_to_wandb", .boolean(isEnabled)),
      .init("init", .object(known.compactMap { $0 } + others)),
    ])
  }
}

extension WandbOptions {
  private static let path = "wandb_opts"

  /// The options of a recipe; nil where it has none.
  init?(_ reader: inout RecipeReader) {
    guard reader.openObject(Self.path) != nil else { return nil }
    let start = "\(Self.path).init"
    self.init(
      isEnabled: reader.optionalBoolean("\(Self.path).log_to_wandb") ?? false,
      project: reader.optionalString("\(start).project"),
      entity: reader.optionalString("\(start).entity"),
      tags: reader.optionalStrings("\(start).tags"),
      notes: reader.optionalString("\(start).notes"))
    if case .object(let members) = reader.openObject(start) {
      others = members.filter { !["project", "entity", "tags", "notes"].contains($0.key) }
    }
  }
}
