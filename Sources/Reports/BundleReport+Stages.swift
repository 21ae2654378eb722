import Bundle
import Foundations
import Operations
import Recipe

extension BundleReport {
  /// The pipeline stages, a row each: as configured, and the functions and operations that the program
  /// has for them. What several stages call counts in each.
  package var stagesText: String {
    var table = TextTable(
      header: ["stage", "IPU", "layers", "parameters", "functions", "operations"])
    for stage in stages {
      table.add([
        "\(stage.number)", "\(stage.device)", Self.shortened(stage.layers).joined(separator: ", "),
        "\(stage.parameterCount)", "\(stage.functions.count)", "\(stage.operationCount)",
      ])
    }
    return table.text
  }

  /// Layers with encoder layers that follow each other as one: "emb, hid 0 to 2".
  private static func shortened(_ layers: [String]) -> [String] {
    let prefix = StageLayer.encoderLayer.rawValue + " "
    var list: [String] = []
    var first = ""
    for (index, layer) in layers.enumerated() {
      guard layer.hasPrefix(prefix), index > 0, layers[index - 1].hasPrefix(prefix) else {
        list.append(layer)
        first = layer
        continue
      }
      list[list.count - 1] = "\(first) to \(layer.dropFirst(prefix.count))"
    }
    return list
  }

  /// The stages under the schema `tessera.bundle-stages/1`. A stage's `operations` are those of its
  /// functions and of all that they call, each function once.
  ///
  /// - Parameter plan: what a plan says of the stages, where there is one.
  package func stagesJSON(plan: JSON.Plain?) -> JSON.Plain {
    .object([
      .init("schema", "tessera.bundle-stages/1"),
      .init(
        "stages",
        .array(
          stages.map { stage in
            .object([
              .init("stage", .integer(stage.number)), .init("ipu", .integer(stage.device)),
              .init("layers", .array(stage.layers.map { .string($0) })),
              .init("parameter_count", .integer(stage.parameterCount)),
              .init("functions", .array(stage.functions.map { .string($0) })),
              .init("operations", .integer(stage.operationCount)),
            ])
          })),
      .init("plan", plan ?? .null),
    ])
  }

  private struct Stage {
    var number: Int
    var device: Int
    var layers: [String]
    var parameterCount: Int
    /// The functions that are the stage's own.
    var functions: [String]
    /// Of these and of all that they call.
    var operationCount: Int
  }

  /// The pipeline stages as configured, with the parameters that their layers own. The word embeddings
  /// count where the embeddings are; the heads share them.
  private var stages: [Stage] {
    let pipeline = recipe.program.pipeline
    let code = StageCode(program)
    var nextLayer = 0
    return pipeline.stages.enumerated().map { number, layers in
      var names: [String] = []
      var count = 0
      for layer in layers {
        var name = layer.rawValue
        var prefixes = Self.prefixes(of: layer)
        if layer == .encoderLayer {
          name += " \(nextLayer)"
          prefixes = ["bert.encoder.layer.\(nextLayer)."]
          nextLayer += 1
        }
        names.append(name)
        for (entry, type) in zip(program.parameters, parameterTypes)
        where prefixes.contains(where: entry.name.hasPrefix) {
          count += type.count
        }
      }
      let functions = code.functions(ofStage: number)
      return Stage(
        number: number, device: pipeline.devices[number], layers: names, parameterCount: count,
        functions: functions.map { program.functions[$0].name },
        operationCount: code.operationCount(reachedFrom: functions))
    }
  }

  private static func prefixes(of layer: StageLayer) -> [String] {
    switch layer {
    case .embeddings: ["bert.embeddings."]
    case .encoderLayer, .encoderOutput: []
    case .pooler: ["bert.pooler."]
    case .heads: ["cls."]
    case .questionAnsweringHead: ["qa_outputs."]
    case .classificationHead: ["classifier."]
    }
  }
}

/// The functions of a program by stage, and how large they are.
private struct StageCode {
  private let program: Program
  /// For each function its operations, those in repeats too.
  private var operationCounts: [Int]
  /// For each function the functions that it calls.
  private var callees: [[Int]]

  init(_ program: Program) {
    self.program = program
    var numbers: [String: Int] = [:]
    for (number, function) in program.functions.enumerated() { numbers[function.name] = number }
    operationCounts = program.functions.map { _ in 0 }
    callees = program.functions.map { _ in [] }
    for (number, function) in program.functions.enumerated() {
      var blocks = [function.body]
      while let block = blocks.popLast() {
        operationCounts[number] += program.blocks[block].operations.count
        for operation in program.blocks[block].operations.map({ program.operations[$0] }) {
          if let body = operation.body { blocks.append(body) }
          if case .control(.call(let callee)) = operation.operation, let called = numbers[callee] {
            callees[number].append(called)
          }
        }
      }
    }
  }

  func functions(ofStage stage: Int) -> [Int] {
    program.functions.indices.filter { program.functions[$0].placement?.stage == stage }
  }

  func operationCount(reachedFrom functions: [Int]) -> Int {
    var reached = Set(functions)
    var waiting = functions
    var count = 0
    while let function = waiting.popLast() {
      count += operationCounts[function]
      waiting += callees[function].filter { reached.insert($0).inserted }
    }
    return count
  }
}
