import Foundations
import GraphIR
import Operations

/// The stage of each operation of a function.
///
/// - A call of a layer has the stage that lists the layer.
/// - What lies between layers follows the latest of its producers.
/// - What depends on arguments and constants alone goes to the first stage that reads it: nothing is
///   carried to there.
/// - Constants, and arguments under another shape, cost nothing: each stage that reads them makes them.
struct StageAssignment {
  private(set) var stageOf: [OperationID: Int] = [:]
  /// The operations that each reader makes for itself.
  private(set) var cloned: Set<OperationID> = []

  private let function: Function
  private let list: StageList
  /// How many calls of each layer have got a place.
  private var placed: [String: Int] = [:]

  /// - Throws: `unknown-stage` for a call that is no layer of the table, or a layer that is listed and
  ///   not called; `stage-missing` for one that no stage lists; `layer-count-mismatch` where there are
  ///   not as many places as encoder layers; `stage-order` for a layer before what it reads.
  init(_ function: Function, _ list: StageList) throws(TesseraError) {
    self.function = function
    self.list = list
    let operations = function[function.body].operations.dropLast()
    for id in operations { try assign(id) }
    try checkListed()
    for id in operations.reversed() where !cloned.contains(id) && stageOf[id] == nil {
      stageOf[id] = firstReader(of: id)
    }
  }

  private mutating func assign(_ id: OperationID) throws(TesseraError) {
    let node = function[id]
    let producers = function.valuesRead(by: id).compactMap(function.operation(defining:))
    if isFree(node) {
      cloned.insert(id)
      return
    }
    let latest = producers.compactMap { producer in stageOf[producer].map { (producer, $0) } }
      .max { $0.1 < $1.1 }
    guard case .control(.call(let callee)) = node.operation else {
      stageOf[id] = latest?.1
      return
    }
    let (layer, stage) = try place(callee)
    if let (producer, needed) = latest, needed > stage {
      let name = name(of: producer)
      throw TesseraError(
        .badData, code: .stageOrder,
        "stage \(stage) lists '\(layer)', which reads what \(name) computes in stage \(needed)",
        notes: ["values go from a stage to later ones only"],
        remedies: ["list '\(layer)' in stage \(needed) or later"])
    }
    stageOf[id] = stage
  }

  private func isFree(_ node: OperationNode) -> Bool {
    switch node.operation {
    case .source(.constant): true
    case .movement(.reshape):
      function.operation(defining: node.operands[0]).map(cloned.contains) ?? true
    default: false
    }
  }

  private mutating func place(_ callee: String) throws(TesseraError) -> (String, Int) {
    guard let layer = list.table.layer(ofFunction: callee) else {
      throw TesseraError(
        .badData, code: .unknownStage, "@\(function.name) calls @\(callee), which is no layer",
        notes: [
          "functions of layers begin with "
            + list.table.entries.map(\.prefix).joined(separator: ", ")
        ],
        remedies: ["name its layer by the option layers=\(callee):NAME"])
    }
    let number = placed[layer, default: 0]
    placed[layer] = number + 1
    let isRepeated = layer == LayerTable.repeatedLayer
    if let stage = list.stage(of: layer, place: isRepeated ? number : 0) { return (layer, stage) }
    if number == 0 {
      throw TesseraError(
        .badData, code: .stageMissing, "no stage lists '\(layer)', the layer of @\(callee)",
        notes: ["stages are \(stageText)"], remedies: ["list '\(layer)' in a stage"])
    }
    throw TesseraError(
      .badData, code: .layerCountMismatch,
      "stages list '\(layer)' \(number) times, but @\(function.name) calls it more often",
      notes: ["stages are \(stageText)"], remedies: ["list '\(layer)' once for each call"])
  }

  private func checkListed() throws(TesseraError) {
    for (stage, layers) in list.stages.enumerated() {
      for layer in layers {
        let calls = placed[layer, default: 0]
        if calls == 0 {
          throw TesseraError(
            .badData, code: .unknownStage,
            "stage \(stage) lists '\(layer)', but @\(function.name) calls no such layer",
            remedies: ["remove '\(layer)' from stage \(stage)"])
        }
        if layer == LayerTable.repeatedLayer, list.count(of: layer) > calls {
          throw TesseraError(
            .badData, code: .layerCountMismatch,
            "stages list '\(layer)' \(list.count(of: layer)) times, but @\(function.name) calls it "
              + "\(calls) times",
            notes: ["stages are \(stageText)"], remedies: ["list '\(layer)' once for each call"])
        }
      }
    }
  }

  private var stageText: String {
    list.stages.map { $0.joined(separator: ",") }.joined(separator: ";")
  }

  private func name(of id: OperationID) -> String {
    if case .control(.call(let callee)) = function[id].operation { return "@\(callee)" }
    return "'\(function[id].operation.mnemonic)'"
  }

  /// The first stage that reads what needs no stage of its own; all its readers have theirs. The last
  /// stage where only the function's end reads it.
  private func firstReader(of id: OperationID) -> Int {
    function[id].results.flatMap(stages(reading:)).min() ?? list.stages.count - 1
  }

  /// The stages of the operations that read a value, themselves or in a region.
  func stages(reading value: ValueID) -> [Int] {
    function[value].uses.compactMap { use in
      var id = use.operation
      while let block = function[id].parent, let owner = function[block].owner { id = owner }
      return stageOf[id]
    }
  }
}
