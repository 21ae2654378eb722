import Bundle
import Foundations
import Operations
import Recipe

/// What a bundle holds, as text and as JSON: all of it read from the bundle alone.
package struct BundleReport {
  let program: Program
  let recipe: TrainingRecipe
  private let digest: String
  private let producer: String
  private let sections: [BundleSection]

  /// Reads what the report needs from an open bundle.
  /// - Throws: `TesseraError` where the bundle is damaged.
  package init(_ file: BundleFile) throws {
    program = try file.program()
    recipe = try TrainingRecipe.decode(
      program: try file.recipeProgram(), run: try file.recipeRun())
    digest = try file.programDigest()
    producer = file.producer
    sections = file.sections
  }

  var parameterTypes: [TensorType] { program.parameters.map { program.types[$0.type] } }

  private var parameterCount: Int { parameterTypes.reduce(0) { $0 + $1.count } }

  /// Bytes of the optimizer's state that a replica has in a memory.
  private func stateByteCount(in memory: TensorType.Memory) -> Int {
    var seen: Set<Port> = []
    var byteCount = 0
    for function in program.functions {
      let types = program.blocks[function.body].arguments.map(program.type(of:))
      for (port, type) in zip(function.arguments, types) {
        guard let port, port.role.isOptimizerState, type.memory == memory,
          seen.insert(port).inserted
        else { continue }
        byteCount += type.byteCount
      }
    }
    return byteCount
  }

  /// Among how many replicas the optimizer's state is shared out; 1 where each has all of it.
  private var stateParts: Int {
    let ports = program.functions.flatMap(\.arguments).compactMap { $0 }
    return ports.contains(where: \.isSharded) ? program.replicas ?? 1 : 1
  }

  // MARK: Summary

  /// The bundle in some lines: digest, model, batch, sections.
  package var summaryText: String {
    let recipe = recipe.program
    let model = recipe.model
    var lines = [
      ("program digest", digest), ("made by", producer),
      ("configuration", self.recipe.run.configurationName),
      ("task", recipe.task.phrase), ("precision", recipe.precision.rawValue),
      (
        "model",
        "\(model.layers) layers, hidden \(model.hiddenSize), \(model.attentionHeads) heads, "
          + "vocabulary \(model.vocabularySize), sequence \(recipe.sequenceLength)"
      ),
      ("variant", model.variant.description),
      ("parameters", "\(parameterCount) in \(program.parameters.count) tensors"),
      (
        "global batch",
        "\(recipe.microBatchSize * recipe.replicas * recipe.accumulationCount) = micro-batch "
          + "\(recipe.microBatchSize) × replicas \(recipe.replicas) × accumulation "
          + "\(recipe.accumulationCount)"
      ),
      ("optimizer", recipe.optimizer.kind.name),
      (
        "optimizer state",
        "\(byteCountText(stateByteCount(in: .streaming))) in streaming memory, "
          + "\(byteCountText(stateByteCount(in: .tile))) on the chip"
          + (stateParts > 1 ? ", one of \(stateParts) parts a replica" : "")
      ),
      (
        "stages",
        "\(recipe.pipeline.stages.count) on \(recipe.pipeline.ipusPerReplica) IPUs a replica"
      ),
      (
        "program",
        "\(program.functions.count) functions, \(program.operations.count) operations"
      ),
    ]
    lines += sections.map {
      (
        "section \($0.kind.name)",
        "\(byteCountText($0.storedSize)) (\($0.codec.name), \(byteCountText($0.rawSize)) raw)"
      )
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
    }.joined()
  }

  /// The summary under the schema `tessera.bundle-summary/1`.
  package var summaryJSON: JSON.Plain { .object(summaryFields) }

  /// The summary of a compilation: that of the bundle, `diagnostics`, what is not wrong in the
  /// configuration but unlikely to be meant, and what else the compiler has to say.
  package func summaryJSON(
    diagnostics: [Diagnostic], _ further: [JSON.Plain.Field] = []
  ) -> JSON.Plain {
    .object(summaryFields + further + [.init("diagnostics", .array(diagnostics.map(\.json)))])
  }

  private var summaryFields: [JSON.Plain.Field] {
    let recipe = recipe.program
    return [
      .init("schema", "tessera.bundle-summary/1"), .init("program_digest", .string(digest)),
      .init("producer", .string(producer)),
      .init("configuration", .string(self.recipe.run.configurationName)),
      .init("task", .string(recipe.task.phrase)),
      .init("precision", .string(recipe.precision.rawValue)),
      .init(
        "variant",
        .object(recipe.model.variant.keys.map { .init($0.name, .boolean($0.value)) })),
      .init("parameter_count", .integer(parameterCount)),
      .init("parameter_tensors", .integer(program.parameters.count)),
      .init("micro_batch_size", .integer(recipe.microBatchSize)),
      .init("replicas", .integer(recipe.replicas)),
      .init("accumulation_count", .integer(recipe.accumulationCount)),
      .init("optimizer", .string(recipe.optimizer.kind.name)),
      .init(
        "optimizer_state_bytes",
        .object([
          .init("streaming", .integer(stateByteCount(in: .streaming))),
          .init("tile", .integer(stateByteCount(in: .tile))),
        ])),
      .init("optimizer_state_parts", .integer(stateParts)),
      .init("functions", .integer(program.functions.count)),
      .init("operations", .integer(program.operations.count)),
      .init(
        "sections",
        .array(
          sections.map { section in
            .object([
              .init("kind", .string(section.kind.name)),
              .init("codec", .string(section.codec.name)),
              .init("stored_bytes", .integer(section.storedSize)),
              .init("raw_bytes", .integer(section.rawSize)),
              .init("sha256", .string(section.digestText)),
            ])
          })),
    ]
  }

  // MARK: Tensors

  /// The parameters, a row each: type, size in bytes, first values.
  package var tensorsText: String {
    var table = TextTable(header: ["parameter", "type", "bytes", "starts as"])
    for (entry, type) in zip(program.parameters, parameterTypes) {
      table.add([
        entry.name, type.description, "\(type.byteCount)", Self.text(entry.initializer),
      ])
    }
    return table.text
  }

  /// The parameters under the schema `tessera.bundle-tensors/1`.
  package var tensorsJSON: JSON.Plain {
    .object([
      .init("schema", "tessera.bundle-tensors/1"),
      .init(
        "tensors",
        .array(
          zip(program.parameters, parameterTypes).map { entry, type in
            .object([
              .init("name", .string(entry.name)),
              .init("shape", .array(type.shape.map { .integer($0) })),
              .init("element", .string(type.element.rawValue)),
              .init("bytes", .integer(type.byteCount)),
              .init("initializer", .string(Self.text(entry.initializer))),
            ])
          })),
    ])
  }

  private static func text(_ initializer: ParameterEntry.Initializer) -> String {
    switch initializer {
    case .zeros: "zeros"
    case .ones: "ones"
    case .truncatedNormal(let deviation): "truncated normal, deviation \(deviation)"
    }
  }
}
