import IPUTarget

/// Counts the memory of one IPU's tiles.
struct MemoryAccount {
  private let program: TileProgram
  private let ipu: Int
  private let chip: IPU
  /// Functions that run on the IPU, each after those that it calls.
  private let functions: [Int]
  private let counts: ElementCounts
  private var liveness: [Int: Liveness] = [:]
  private var code: CodeBytes
  /// For each function the bytes by tile that live at a tile's peak, in it and what it calls.
  private var peaks: [Int: [Int]] = [:]
  private var received = (bytes: 0, tile: 0, moment: IPUMemory.Moment?.none)

  init(_ program: TileProgram, ipu: Int, counts: ElementCounts, costs: inout CostModel) {
    self.program = program
    self.ipu = ipu
    self.counts = counts
    chip = costs.system.ipu
    functions = program.functions(on: ipu)
    code = CodeBytes(tiles: chip.tiles, callSites: program.callSites(on: ipu))
    for number in functions {
      guard let function = program.functions[number] else { continue }
      liveness[number] = Liveness(function, isEntry: number == program.entry)
      addCode(of: function.steps, function, number, &costs)
      peaks[number] = peak(of: function, number)
    }
  }

  // MARK: Code

  private mutating func addCode(
    of steps: [TileStep], _ function: TileFunction, _ number: Int, _ costs: inout CostModel
  ) {
    for step in steps {
      guard isHere(step, function, number) else { continue }
      let cost = costs.cost(of: step, in: function)
      code.add(here(step, function), function, cost, counts)
      if cost.receivedBytes > received.bytes {
        let moment = IPUMemory.Moment(function: number, operation: step.operation)
        received = (cost.receivedBytes, cost.fullestTile, moment)
      }
      if case .repeat(_, _, let body) = step.kind { addCode(of: body, function, number, &costs) }
    }
  }

  /// Whether tiles of this IPU take part in a step.
  private func isHere(_ step: TileStep, _ function: TileFunction, _ number: Int) -> Bool {
    let own = program.spansIPUs(number) ? nil : ipu
    if let on = program.ipu(of: step, function, on: own) { return on == ipu }
    guard case .copyBetweenIPUs(let source, let destination) = step.kind else { return true }
    return [source, destination].contains { function.tensors[$0].ipu == ipu }
  }

  /// The step with those tensors that are on this IPU.
  private func here(_ step: TileStep, _ function: TileFunction) -> TileStep {
    func own(_ tensors: [Int]) -> [Int] { tensors.filter { function.tensors[$0].ipu == ipu } }
    func own(_ places: [TileStep.Place]) -> [TileStep.Place] {
      places.filter { place in place.tensor.map { function.tensors[$0].ipu == ipu } ?? true }
    }
    var here = step
    switch step.kind {
    case .collective(let collective, let operands, let results):
      here.kind = .collective(collective, operands: own(operands), results: own(results))
    case .call(let callee, let called, let arguments, let results) where function.ipus > 1:
      here.kind = .call(
        function: callee, ipu: called, arguments: own(arguments), results: own(results))
    default: break
    }
    return here
  }

  // MARK: Live bytes

  private func isHere(_ tensor: TileTensor, of number: Int) -> Bool {
    !program.spansIPUs(number) || tensor.ipu == ipu
  }

  /// Calls `visit` with each step's number and, by their numbers, the tensors that begin and end to live.
  private func forEachStep(
    of number: Int, _ visit: (_ step: Int, _ begin: [Int], _ end: [Int]) -> Void
  ) {
    guard let function = program.functions[number], let life = liveness[number] else { return }
    var begins = [[Int]](repeating: [], count: life.steps.count)
    var ends = begins
    for (tensor, range) in life.ranges.enumerated() {
      guard let range, isHere(function.tensors[tensor], of: number) else { continue }
      begins[range.lowerBound].append(tensor)
      ends[range.upperBound].append(tensor)
    }
    for step in life.steps.indices { visit(step, begins[step], ends[step]) }
  }

  /// The function that a step calls on this IPU.
  private func callee(_ step: TileStep?, of number: Int) -> Int? {
    guard case .call(let callee, let called, _, _) = step?.kind else { return nil }
    let own = program.spansIPUs(number) ? nil : ipu
    let on = program.ipu(ofCall: called, to: callee, from: own) ?? ipu
    return on == ipu && program.functions[callee] != nil ? callee : nil
  }

  private func peak(of function: TileFunction, _ number: Int) -> [Int] {
    var live = [Int](repeating: 0, count: chip.tiles)
    var peak = live
    forEachStep(of: number) { step, begin, end in
      for tensor in begin { add(function.tensors[tensor], times: 1, to: &live) }
      if let callee = callee(liveness[number]?.steps[step], of: number), let inner = peaks[callee] {
        for tile in peak.indices { peak[tile] = max(peak[tile], live[tile] + inner[tile]) }
      } else if !begin.isEmpty {
        for tile in peak.indices { peak[tile] = max(peak[tile], live[tile]) }
      }
      for tensor in end { add(function.tensors[tensor], times: -1, to: &live) }
    }
    return peak
  }

  private func add(_ tensor: TileTensor, times: Int, to bytes: inout [Int]) {
    let factor = tensor.element.byteCount * times
    let counts = counts[tensor.layout]
    for tile in bytes.indices { bytes[tile] += counts[tile] * factor }
  }

  // MARK: The result

  /// The IPU's memory.
  var memory: IPUMemory {
    let tiles = chip.tiles
    let fixed = (0..<tiles).map { code.total(of: $0) + chip.reservedBytes }
    let highest = highestAddresses
    let live = peaks[program.entry] ?? [Int](repeating: 0, count: tiles)
    let always = alwaysLive
    let needed = (0..<tiles).map { fixed[$0] + highest[$0] }
    let worst = needed.indices.reduce(0) { needed[$1] > needed[$0] ? $1 : $0 }
    var (path, tensors): ([IPUMemory.Moment], [IPUMemory.LiveTensor]) = ([], [])
    if functions.contains(program.entry) { trace(program.entry, tile: worst, &path, &tensors) }
    tensors.sort { ($0.bytes, $1.function, $1.tensor) > ($1.bytes, $0.function, $0.tensor) }
    let shares = IPUMemory.Class.all.map { kind -> IPUMemory.Share in
      let bytes =
        switch kind {
        case .tensor(let category):
          tensors.reduce(0) { $0 + ($1.category == category ? $1.bytes : 0) }
        case .vertexCode: code.vertices
        case .exchangeCode: code.exchange[worst]
        case .controlCode: code.control[worst]
        case .reserved: chip.reservedBytes
        case .gaps: highest[worst] - live[worst]
        }
      return IPUMemory.Share(class: kind, bytes: bytes)
    }
    return IPUMemory(
      ipu: ipu, neededBytes: needed, peakBytes: (0..<tiles).map { fixed[$0] + live[$0] },
      alwaysLiveBytes: (0..<tiles).map { fixed[$0] + always[$0] },
      codeBytes: (0..<tiles).map { code.total(of: $0) }, worstTile: worst,
      shares: shares.filter { $0.bytes != 0 }, peak: path, tensors: tensors,
      receivedBytes: received.bytes, receivingTile: received.tile, receiving: received.moment)
  }

  /// For each tile the end of the tensor of its that ends last.
  private var highestAddresses: [Int] {
    var highest = [Int](repeating: 0, count: chip.tiles)
    for number in functions {
      guard let function = program.functions[number], let life = liveness[number] else { continue }
      let base = program.frameBases[number][ipu] ?? 0
      for (tensor, range) in zip(function.tensors, life.ranges) where range != nil {
        guard case .frame(let offset) = tensor.home, isHere(tensor, of: number) else { continue }
        for (tile, count) in counts[tensor.layout].enumerated() where count > 0 {
          let end = base + offset + count * tensor.element.byteCount
          highest[tile] = max(highest[tile], end)
        }
      }
    }
    return highest
  }

  private var alwaysLive: [Int] {
    var bytes = [Int](repeating: 0, count: chip.tiles)
    guard functions.contains(program.entry), let entry = program.functions[program.entry] else {
      return bytes
    }
    var roots: [Int] = []
    for case .tensor(let tensor) in entry.arguments + entry.results {
      let root = entry.root(of: tensor)
      guard !roots.contains(root), isHere(entry.tensors[root], of: program.entry) else { continue }
      roots.append(root)
      add(entry.tensors[root], times: 1, to: &bytes)
    }
    return bytes
  }

  /// Follows a tile's peak from a function to the one that it calls then.
  private func trace(
    _ number: Int, tile: Int, _ path: inout [IPUMemory.Moment],
    _ tensors: inout [IPUMemory.LiveTensor]
  ) {
    guard let function = program.functions[number], let life = liveness[number] else { return }
    let bytes = { (tensor: Int) in
      counts[function.tensors[tensor].layout][tile] * function.tensors[tensor].element.byteCount
    }
    var (live, most, peak) = (0, -1, 0)
    forEachStep(of: number) { step, begin, end in
      live += begin.reduce(0) { $0 + bytes($1) }
      let inner = callee(life.steps[step], of: number).flatMap { peaks[$0]?[tile] } ?? 0
      if live + inner > most { (most, peak) = (live + inner, step) }
      live -= end.reduce(0) { $0 + bytes($1) }
    }
    guard life.steps.indices.contains(peak) else { return }
    for (tensor, range) in life.ranges.enumerated() {
      guard let range, range.contains(peak), isHere(function.tensors[tensor], of: number) else {
        continue
      }
      guard bytes(tensor) > 0 else { continue }
      tensors.append(
        IPUMemory.LiveTensor(
          function: number, tensor: tensor, bytes: bytes(tensor),
          category: function.tensors[tensor].category, operation: life.firstOperation(of: tensor)))
    }
    // A repeat's end belongs to the step before it.
    let step = life.steps[...peak].last { $0 != nil } ?? nil
    path.append(IPUMemory.Moment(function: number, operation: step?.operation ?? 0))
    if let callee = callee(life.steps[peak], of: number) {
      trace(callee, tile: tile, &path, &tensors)
    }
  }
}
