import Foundations
import Recipe

/// The JSON schema of configurations, made from the table of keys: for editors, and for checks before
/// there is a compiler at hand. It knows keys, kinds, ranges and what is required, not the rules
/// between values.
package enum ConfigurationSchema {
  /// The schema (JSON Schema 2020-12) of both forms.
  package static let document = JSON.Plain.object([
    .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
    .init("title", "Configuration of BERT training for Tessera"),
    .init(
      "description",
      """
      A configuration of Graphcore's TensorFlow 2 BERT example, in the flat form (v2.4) or in the \
      nested form (v2.5 to v3.4).
      """),
    .init("type", "object"),
    .init("if", present(anyOf: ["global_batch", "ipu_config"])),
    .init("then", ["$ref": "#/$defs/nested"]),
    .init("else", ["$ref": "#/$defs/flat"]),
    .init("$defs", .object(ConfigurationForm.allCases.map { .init($0.rawValue, schema(of: $0)) })),
  ])

  private static func present(anyOf names: [String]) -> JSON.Plain {
    .object([
      .init("anyOf", .array(names.map { ["required": .array([.string($0)])] }))
    ])
  }

  private static func schema(of form: ConfigurationForm) -> JSON.Plain {
    func needs(_ task: ConfigurationKind.Task, named: Bool) -> JSON.Plain {
      required(in: "", ConfigurationKind(form: form, task: task, namesModel: named))
    }
    let fineTuningOnly = ["num_epochs", "output_dir", "bert_model_name", "cache_dir", "glue_task"]
      .filter { !ConfigurationLayout.keys(at: $0, in: form).isEmpty }
    return .object(
      object(at: "", form).fields + [
        .init("if", present(anyOf: fineTuningOnly)),
        .init(
          "then",
          .object([
            .init("if", present(anyOf: ["bert_model_name"])),
            .init("then", needs(.squad, named: true)),
            .init("else", needs(.squad, named: false)),
          ])),
        .init("else", needs(.pretraining, named: false)),
      ])
  }

  /// What must be there in the object at `path` and below it.
  private static func required(in path: String, _ kind: ConfigurationKind) -> JSON.Plain {
    let names = ConfigurationLayout.members(of: path, in: kind)
    func inner(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    let groups = names.filter {
      ConfigurationLayout.isRequired(group: inner($0), in: kind)
    }
    // The sizes of sequences have two places in the nested form.
    let values = names.filter { name in
      guard let key = ConfigurationLayout.key(at: inner(name), in: kind) else { return false }
      return key.presence(in: kind).isRequired && key.places(in: kind.form).count == 1
    }
    var fields: [JSON.Plain.Field] = [
      .init("required", .array((groups + values).map(JSON.Plain.string)))
    ]
    if !groups.isEmpty {
      fields.append(
        .init("properties", .object(groups.map { .init($0, required(in: inner($0), kind)) })))
    }
    return .object(fields)
  }

  private static func object(
    at path: String, _ form: ConfigurationForm
  ) -> (fields: [JSON.Plain.Field], isOpen: Bool) {
    let group = ConfigurationLayout.group(at: path, in: form)
    func inner(_ place: String) -> Bool { place.parentPath == path && !place.isEmpty }
    var properties: [JSON.Plain.Field] = ConfigurationLayout.groups
      .filter { inner($0.path) && ($0.form == nil || $0.form == form) }
      .map { .init($0.path.lastKey, .object(object(at: $0.path, form).fields)) }
    var seen: Set<String> = []
    for key in ConfigurationKey.all where form == .flat ? key.isFlat : key.isNested {
      for place in key.places(in: form) where inner(place) && seen.insert(place).inserted {
        properties.append(.init(place.lastKey, schema(ofKeysAt: place, form)))
      }
    }
    var fields: [JSON.Plain.Field] = [.init("type", "object")]
    if let group { fields.insert(.init("description", .string(group.meaning)), at: 0) }
    let isOpen = group?.isOpen ?? false
    fields.append(.init("properties", .object(properties)))
    fields.append(.init("additionalProperties", .boolean(isOpen)))
    return (fields, isOpen)
  }

  private static func schema(ofKeysAt place: String, _ form: ConfigurationForm) -> JSON.Plain {
    let keys = ConfigurationLayout.keys(at: place, in: form)
    var fields: [JSON.Plain.Field] = []
    let meaning = keys.map(\.meaning).joined(separator: ", or ")
    let stored = keys.allSatisfy { $0.effect != .full }
    fields.append(
      .init(
        "description",
        .string(meaning + (stored ? " (stored, and without effect in this version)" : ""))))
    guard let key = keys.first else { return .object(fields) }
    let presences = ConfigurationKind.Task.allCases.map { key.presence(form, $0) }
    fields += key.kind.schema(orNull: presences.contains(where: \.mayBeNull))
    for case .defaulted(let value) in presences {
      fields.append(.init("default", value))
      break
    }
    return .object(fields)
  }
}

extension ValueKind {
  /// The keywords that hold a value to this kind.
  fileprivate func schema(orNull: Bool = false) -> [JSON.Plain.Field] {
    func type(_ name: String) -> JSON.Plain.Field {
      .init("type", orNull ? [.string(name), "null"] : .string(name))
    }
    func list(of kind: ValueKind) -> [JSON.Plain.Field] {
      [type("array"), .init("items", .object(kind.schema()))]
    }
    func choice(_ names: [String]) -> [JSON.Plain.Field] {
      [.init("enum", .array(names.map(JSON.Plain.string) + (orNull ? [.null] : [])))]
    }
    switch self {
    case .integer(let range):
      return [type("integer"), .init("minimum", .integer(range.lowerBound))]
        + (range.upperBound == .max ? [] : [.init("maximum", .integer(range.upperBound))])
    case .real(let interval):
      return [
        type("number"),
        .init(interval.includesLower ? "minimum" : "exclusiveMinimum", .real(interval.lower)),
      ]
        + (interval.isUnbounded
          ? []
          : [.init(interval.includesUpper ? "maximum" : "exclusiveMaximum", .real(interval.upper))])
    case .boolean: return [type("boolean")]
    case .string: return [type("string")]
    case .choice(let names): return choice(names)
    case .strings: return list(of: .string)
    case .integers(let range): return list(of: .integer(range))
    case .reals(let interval): return list(of: .real(interval))
    case .stages:
      let layer = ValueKind.choice(StageLayer.allCases.map(\.rawValue)).schema()
      return [
        type("array"), .init("minItems", 1), .init("maxItems", .integer(RecipeLimits.stages)),
        .init("items", ["type": "array", "items": .object(layer)]),
      ]
    case .precisions:
      let names = JSON.Plain.array(Precision.allCases.map { .string($0.rawValue) })
      return [
        .init(
          "anyOf",
          .array(
            [
              ["enum": names],
              ["type": "array", "items": ["enum": names], "minItems": 2, "maxItems": 2],
            ] + (orNull ? [["type": "null"]] : [])))
      ]
    case .openObject: return [type("object")]
    }
  }
}
