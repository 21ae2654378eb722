import IPUTarget

/// Proves from a plan alone that the tiles can run it, without what made the plan.
///
/// - Each element of a tensor lies on exactly one tile, or on as many as there are copies.
/// - No two tensors that are needed at once share a byte on a tile, also those of callers and what they call.
/// - What a step reads was written before. A repeat runs at least once, so steps have one order.
/// - In an exchange each tile gets each element of its box that it lacks once, from a tile that has it.
/// - For its boxes of a compute set's results each tile has the boxes of the operands that the vertex needs.
/// - Addresses lie in the memory of a tile that a program may use.
///
/// The plan's tables must be sound, as `TileProgram.validate` has it: numbers in range, calls without cycles.
package struct TileChecker {
  let plan: TileProgram
  /// Bytes of a tile that a program may use.
  let tileBytes: Int
  /// What each tile has, once for each layout.
  var boxes: [Layout: BoxTable] = [:]
  var checkedExchanges: Set<ExchangeCheck> = []
  var checkedVertices: Set<VertexCheck> = []
  /// For each function what it runs, itself among it; callees come before callers.
  var reached: [Set<Int>]
  private(set) var findings: [TileFinding] = []
  /// The function that is looked at, and the step in it.
  var function: TileFunction
  var number: Int
  var path: [Int] = []

  /// At most so many findings are kept.
  private static let mostFindings = 1000

  /// - Parameter ipu: the chip of the plan's system.
  package init(_ plan: TileProgram, ipu: IPU) {
    self.plan = plan
    tileBytes = ipu.usableTileBytes
    reached = plan.functions.map { _ in [] }
    function = TileFunction(name: "")
    number = 0
  }

  /// All rules of all functions; empty where the plan keeps them.
  package static func findings(of plan: TileProgram, ipu: IPU) -> [TileFinding] {
    var checker = TileChecker(plan, ipu: ipu)
    checker.check()
    return checker.findings
  }

  private mutating func check() {
    for number in plan.functions.indices { reached[number] = reach(number) }
    for (number, function) in plan.functions.enumerated() {
      guard let function else { continue }
      (self.function, self.number, path) = (function, number, [])
      // Where tensors do not lie on tiles as layouts do, the rest means nothing.
      guard checkLayouts() else { continue }
      checkAddresses()
      checkDefinitions()
      checkMemory()
      checkSteps(function.steps)
    }
  }

  /// The functions that a function runs. Calls are no deeper than a valid plan has them.
  private func reach(_ number: Int) -> Set<Int> {
    var seen: Set<Int> = [number]
    var waiting = [number]
    while let next = waiting.popLast() {
      plan.functions[next]?.forEachCall { callee in
        if seen.insert(callee).inserted { waiting.append(callee) }
      }
    }
    return seen
  }

  /// Each layout once, for the first tensor that has it. Whether all are sound.
  private mutating func checkLayouts() -> Bool {
    var isSound = true
    for (index, tensor) in function.tensors.enumerated() where boxes[tensor.layout] == nil {
      let table = BoxTable(tensor.layout)
      boxes[tensor.layout] = table
      if let fault = table.fault(of: tensor.layout) {
        report(.layout, tensor: index, tile: fault.tile, fault.reason)
        isSound = false
      }
    }
    return isSound
  }

  private mutating func checkAddresses() {
    for (ipu, base) in plan.frameBases[number].enumerated() {
      guard let base else { continue }
      let bytes = function.frameBytes[function.ipus == 1 ? 0 : ipu]
      if base < 0 || base + bytes > tileBytes {
        report(.address, "the frame of IPU \(ipu) ends at byte \(base + bytes) of \(tileBytes)")
      }
    }
    for (index, tensor) in function.tensors.enumerated() {
      guard case .frame(let offset) = tensor.home else { continue }
      let frame = function.frameBytes[tensor.ipu]
      if offset < 0 || offset % tensor.element.byteCount != 0 {
        report(.address, tensor: index, "byte \(offset) is no address of an element")
      } else if let tile = firstTile(of: index, beyond: frame - offset) {
        report(.address, tensor: index, tile: tile, "does not end in the frame of \(frame) bytes")
      }
    }
  }

  private func firstTile(of tensor: Int, beyond bytes: Int) -> Int? {
    let tensor = function.tensors[tensor]
    if tensor.tileBytes <= bytes { return nil }
    return boxes[tensor.layout]?.counts.firstIndex { $0 * tensor.element.byteCount > bytes }
  }

  private mutating func checkSteps(_ steps: [TileStep]) {
    for (index, step) in steps.enumerated() {
      path.append(index)
      switch step.kind {
      case .exchange(let exchange): check(exchange)
      case .compute(let vertex, let operands, let results): check(vertex, operands, results)
      case .repeat(_, _, let body): checkSteps(body)
      case .call(let callee, let ipu, let arguments, let results):
        checkCall(callee, ipu, arguments, results)
      case .fill, .copyBetweenIPUs, .infeed, .load, .store, .collective, .replicaIndex: break
      }
      path.removeLast()
    }
  }

  /// Arguments and results lie as the function has them, and what it updates is what it was given.
  private mutating func checkCall(
    _ callee: Int, _ ipu: Int, _ arguments: [TileStep.Place], _ results: [TileStep.Place]
  ) {
    guard let other = plan.functions[callee] else {
      return report(.call, "runs function \(callee), which the tiles do not have")
    }
    for (own, its) in zip(arguments + results, other.arguments + other.results) {
      guard let own = own.tensor, let its = its.tensor else { continue }
      let (given, taken) = (function.tensors[own], other.tensors[its])
      if !given.layout.has(boxesOf: taken.layout) || given.element != taken.element {
        report(.call, tensor: own, "lies otherwise than '\(other.name)' takes it")
      }
    }
    for (result, update) in other.updates.enumerated() {
      guard let update, let made = results[result].tensor, let given = arguments[update].tensor
      else { continue }
      if function.root(of: made) != function.root(of: given) {
        report(.call, tensor: made, "is made by '\(other.name)' in the place of tensor \(given)")
      }
    }
    for index in other.ipus > 1 ? Array(0..<plan.ipus) : function.ipus > 1 ? [ipu] : [] {
      if plan.frameBases[callee][index] == nil {
        report(.call, "'\(other.name)' has no frame on IPU \(index)")
      }
    }
  }

  /// Notes a finding at the current step.
  mutating func report(
    _ kind: TileFinding.Kind, tensor: Int? = nil, tile: Int? = nil, _ reason: String
  ) {
    guard findings.count < Self.mostFindings else { return }
    findings.append(
      TileFinding(
        kind: kind, function: function.name, step: path, tensor: tensor, tile: tile,
        reason: reason))
  }

  /// What each tile has of a tensor.
  mutating func table(_ tensor: Int) -> BoxTable {
    let layout = function.tensors[tensor].layout
    if let table = boxes[layout] { return table }
    let table = BoxTable(layout)
    boxes[layout] = table
    return table
  }
}

extension TileFunction {
  /// Calls `visit` with each function that the steps call.
  func forEachCall(_ visit: (Int) -> Void) {
    func walk(_ steps: [TileStep]) {
      for step in steps {
        switch step.kind {
        case .call(let callee, _, _, _): visit(callee)
        case .repeat(_, _, let body): walk(body)
        default: break
        }
      }
    }
    walk(steps)
  }
}
