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
    .init("if", having(anyOf: ["global_batch", "ipu_config"])),
    .init("then", ["$ref": "#/$defs/nested"]),
    .init("else", ["$ref": "#/$defs/flat"]),
    .init("$defs", .object(ConfigurationForm.allCases.map { .init($0.rawValue, schema(of: $0)) })),
  ])

  private static func schema(of form: ConfigurationForm) -> JSON.Plain {
    func rules(of task: ConfigurationKind.Task, named: Bool) -> JSON.Plain {
      Self.rules(ConfigurationKind(form: form, task: task, namesModel: named))
    }
    return .object(
      object(at: "", form) + [
        .init("if", isFineTuning(form)),
        .init(
          "then",
          .object([
            .init("if", having("bert_model_name", ["type": "string"])),
            .init("then", rules(of: .squad, named: true)),
            .init("else", rules(of: .squad, named: false)),
          ])),
        .init("else", rules(of: .pretraining, named: false)),
      ])
  }

  /// Holds of objects that have a value at `path` which fits `schema`.
  private static func having(_ path: String, _ schema: JSON.Plain = true) -> JSON.Plain {
    path.keys.reversed().reduce(schema) { inner, key in
      .object([
        .init("type", "object"), .init("required", .array([.string(key)])),
        .init("properties", .object([.init(key, inner)])),
      ])
    }
  }

  private static func having(anyOf paths: [String]) -> JSON.Plain {
    ["anyOf": .array(paths.map { having($0) })]
  }

  /// The stages tell the tasks apart and, where they have no head, the keys. SQuAD and GLUE need the
  /// same keys.
  private static func isFineTuning(_ form: ConfigurationForm) -> JSON.Plain {
    let stages = form.path(of: "pipeline_stages")
    func hasHead(of tasks: [ConfigurationKind.Task]) -> JSON.Plain {
      let heads = JSON.Plain.array(tasks.map { .string($0.head.rawValue) })
      return having(stages, ["type": "array", "contains": ["contains": ["enum": heads]]])
    }
    let keys = ConfigurationKey.all.filter {
      let isFineTuningAlone =
        $0.presence(form, .pretraining) == .absent && $0.presence(form, .glue) != .absent
      return isFineTuningAlone
        && ConfigurationLayout.keys(at: form.path(of: $0.path), in: form).count == 1
    }
    return [
      "anyOf": [
        hasHead(of: [.squad, .glue]),
        [
          "allOf": [
            ["not": hasHead(of: [.pretraining])],
            having(anyOf: keys.map { form.path(of: $0.path) }),
          ]
        ],
      ]
    ]
  }

  /// What a kind of file must have, and must not have beside each other.
  private static func rules(_ kind: ConfigurationKind) -> JSON.Plain {
    var rules = [required(in: "", kind)]
    // The sizes of sequences have two places in the nested form.
    rules += ConfigurationKey.all
      .filter { $0.presence(in: kind).isRequired && $0.places(in: kind.form).count > 1 }
      .map { having(anyOf: $0.places(in: kind.form)) }
    // What another task may have as null.
    rules += ConfigurationKey.all
      .filter { key in
        key.presence(in: kind) == .required
          && ConfigurationKind.Task.allCases.contains { key.presence(kind.form, $0).mayBeNull }
      }
      .flatMap { $0.places(in: kind.form) }
      .map { ["not": having($0, ["type": "null"])] }
    let warmup = kind.form.path(of: "learning_rate.lr_schedule_params.warmup_frac")
    rules.append([
      "if": having(kind.form.path(of: "learning_rate.lr_schedule"), ["const": "up_down"]),
      "then": having(warmup, ["type": "number"]),
    ])
    if kind.namesModel {
      rules.append(["not": having("pretrained_ckpt_path", ["type": "string"])])
      rules.append(["not": having(anyOf: ConfigurationKey.all.filter(\.isModelSize).map(\.path))])
    }
    return ["allOf": .array(rules)]
  }

  /// What must be there in the object at `path` and below it.
  private static func required(in path: String, _ kind: ConfigurationKind) -> JSON.Plain {
    let names = ConfigurationLayout.members(of: path, in: kind)
    func inner(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    let groups = names.filter {
      ConfigurationLayout.isRequired(group: inner($0), in: kind)
    }
    let values = names.filter { name in
      guard let key = ConfigurationLayout.key(at: inner(name), in: kind) else { return false }
      return key.presence(in: kind).isRequired && key.places(in: kind.form).count == 1
    }
    var fields: [JSON.Plain.Field] = [
      .init("type", "object"), .init("required", .array((groups + values).map(JSON.Plain.string))),
    ]
    if !groups.isEmpty {
      fields.append(
        .init("properties", .object(groups.map { .init($0, required(in: inner($0), kind)) })))
    }
    return .object(fields)
  }

  private static func object(
    at path: String, _ form: ConfigurationForm
  ) -> [JSON.Plain.Field] {
    let group = ConfigurationLayout.group(at: path, in: form)
    func inner(_ place: String) -> Bool { place.parentPath == path && !place.isEmpty }
    var properties: [JSON.Plain.Field] = ConfigurationLayout.groups
      .filter { inner($0.path) && ($0.form == nil || $0.form == form) }
      .map { .init($0.path.lastKey, .object(object(at: $0.path, form))) }
    var seen: Set<String> = []
    for key in ConfigurationKey.all where form == .flat ? key.isFlat : key.isNested {
      for place in key.places(in: form) where inner(place) && seen.insert(place).inserted {
        properties.append(.init(place.lastKey, schema(ofKeysAt: place, form)))
      }
    }
    // Objects without which a kind of file cannot do are held to it by `required`.
    var fields: [JSON.Plain.Field] = [
      .init("type", group == nil ? "object" : ["object", "null"])
    ]
    if let group { fields.insert(.init("description", .string(group.meaning)), at: 0) }
    fields.append(.init("properties", .object(properties)))
    fields.append(.init("additionalProperties", .boolean(group?.isOpen ?? false)))
    return fields
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
    let kind = key.path == "bert_model_name" ? .choice(PublishedModel.names) : key.kind
    fields += kind.schema(orNull: presences.contains(where: \.mayBeNull))
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
