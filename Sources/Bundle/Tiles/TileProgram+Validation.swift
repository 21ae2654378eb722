import Foundations
import IPUTarget
import Operations
import TileProgram

extension TileProgram {
  /// How many times the memory of a tile frames may reach to. A plan that does not fit is kept all the same
  /// where it is asked for, to be looked at; what executes it refuses frames that leave the memory.
  static let largestFrameFactor = 64

  /// Checks everything that reading and walking over the plan relies on; a plan from a file may hold any
  /// numbers. That the tiles compute what the program says is left to `TileChecker`.
  ///
  /// - The system is a known one and has the IPUs, as many as it likes where a chip is named alone; functions are those of the program, by number and name.
  /// - All layouts are for one number of tiles, which the IPU has; extents and grains are positive, digits
  ///   cut axes that there are, sizes are within `Program.Limits`.
  /// - Tensors lie in the frame of their IPU, in an argument or result that there is, or in another tensor as
  ///   large, without cycles; frames lie in `largestFrameFactor` times the memory of a tile.
  /// - Figures are stated for each function.
  /// - Arguments, results and updates are as many as the function of the program has; buffers are arguments.
  /// - Steps name tensors, buffers, functions and operations that there are; views lie inside their sources,
  ///   boxes inside their destinations; vertices have operands and results of types that the operation takes.
  /// - Calls agree with their functions; they form no cycle, and depth and number are within
  ///   `Program.Limits`, as is the nesting of repeats.
  ///
  /// - Parameter program: valid.
  /// - Throws: `TesseraError` (incompatible, `invalid-program`) with the first violation.
  package func validate(for program: Program) throws(TesseraError) {
    try validate(for: program, chains: program.chains)
  }

  /// - Parameter chains: the program's, so that those of a plan that was read are the very same arrays.
  func validate(
    for program: Program, chains: [Program.OperationIndex: [Elementwise]]
  ) throws(TesseraError) {
    let tables = try TileTables(self, program)
    try tables.check()
    var calls = [[Int]](repeating: [], count: functions.count)
    for (number, function) in functions.enumerated() {
      guard let function else { continue }
      var steps = TileSteps(self, function, number, program, chains)
      try steps.check(function.steps, nesting: 0)
      calls[number] = steps.calls
    }
    try ProgramCalls(program, calls: calls).check()
  }
}

/// Checks each function's tables alone: tensors, frames, arguments and results.
private struct TileTables {
  let plan: TileProgram
  let program: Program
  let ipu: IPU

  init(_ plan: TileProgram, _ program: Program) throws(TesseraError) {
    guard let system = IPUSystem(named: plan.system) else {
      throw invalidProgram("the tiles are of a system '\(plan.system)', which is unknown")
    }
    try requireValid(
      IPUSystem(named: plan.system, ipus: plan.ipus) != nil,
      "the tiles are of \(plan.ipus) IPUs, '\(plan.system)' has \(system.ipus)")
    self.plan = plan
    self.program = program
    ipu = system.ipu
  }

  func check() throws(TesseraError) {
    let count = program.functions.count
    try requireValid(
      plan.functions.count == count && plan.frameBases.count == count,
      "the tiles have \(plan.functions.count) functions, the program \(count)")
    try requireValid(
      plan.functions.indices.contains(plan.entry) && plan.functions[plan.entry] != nil,
      "the entry of the tiles is function \(plan.entry), which they do not have")
    let tiles = plan.functions.lazy.compactMap { $0?.tensors.first?.layout.tiles }.first ?? 1
    try requireValid(
      (1...ipu.tiles).contains(tiles), "layouts are for \(tiles) tiles, an IPU has \(ipu.tiles)")
    for (number, function) in plan.functions.enumerated() {
      guard let function else {
        try requireValid(
          plan.frameBases[number].allSatisfy { $0 == nil },
          "function \(number) has a frame, and the tiles do not run it")
        continue
      }
      let figures = plan.figures.indices.contains(number) ? plan.figures[number] : nil
      try requireValid(
        figures.map {
          $0.computeCycles >= 0 && $0.receivedBytes >= 0 && $0.copiedBytes >= 0
        } ?? false, "tiles of '\(function.name)' do not state what they do")
      try checkFrames(function, number)
      try checkPorts(function, number)
      for (index, tensor) in function.tensors.enumerated() {
        var place: String { "tiles of '\(function.name)', tensor \(index)" }
        try check(tensor.layout, tiles: tiles, place)
        try requireValid(
          (0..<function.ipus).contains(tensor.ipu), "\(place) is on IPU \(tensor.ipu)")
      }
      try checkHomes(function)
    }
  }

  private func check(
    _ layout: Layout, tiles: Int, _ place: @autoclosure () -> String
  ) throws(TesseraError) {
    try requireValid(
      TensorType(layout.shape, .f64).isWithinLimits,
      "\(place()) has an extent below 1, or is too large")
    try requireValid(
      layout.axes.allSatisfy { (1...Program.Limits.elementCount).contains($0.grain) },
      "\(place()) has a grain below 1, or too large a one")
    try requireValid(
      layout.digits.allSatisfy { $0.axis.map(layout.axes.indices.contains) ?? true },
      "\(place()) has a digit of an axis that it does not have")
    try requireValid(
      layout.tiles == tiles && (0..<tiles).contains(layout.start),
      "\(place()) begins on tile \(layout.start) of \(layout.tiles), the plan has \(tiles)")
  }

  private func checkFrames(_ function: TileFunction, _ number: Int) throws(TesseraError) {
    let place = "tiles of '\(function.name)'"
    try requireValid(
      function.name == program.functions[number].name,
      "\(place) are function \(number), which is '\(program.functions[number].name)'")
    try requireValid(
      function.ipus == 1 || function.ipus == plan.ipus,
      "\(place) are of \(function.ipus) IPUs, the plan has \(plan.ipus)")
    let memory = 0...TileProgram.largestFrameFactor * ipu.tileBytes
    try requireValid(
      function.frameBytes.count == function.ipus && function.frameBytes.allSatisfy(memory.contains),
      "\(place) have frames of \(function.frameBytes) bytes on \(function.ipus) IPUs")
    let bases = plan.frameBases[number]
    try requireValid(
      bases.count == plan.ipus, "\(place) have frames on \(bases.count) IPUs of \(plan.ipus)")
    for (index, base) in bases.enumerated() {
      guard let base else { continue }
      let bytes = function.frameBytes[function.ipus == 1 ? 0 : index]
      try requireValid(
        memory.contains(base) && memory.contains(base + bytes),
        "\(place) have a frame of \(bytes) bytes at byte \(base), a tile has \(ipu.tileBytes)")
    }
  }

  private func checkPorts(_ function: TileFunction, _ number: Int) throws(TesseraError) {
    let place = "tiles of '\(function.name)'"
    let body = program.functions[number]
    let results = program.returned(by: body)
    let arguments = program.blocks[body.body].arguments
    try requireValid(
      function.arguments.count == arguments.count && function.results.count == results.count
        && function.updates.count == results.count,
      "\(place) have \(function.arguments.count) arguments, \(function.results.count) results and "
        + "\(function.updates.count) updates, the function \(arguments.count) and \(results.count)")
    try requireValid(
      (0...arguments.count).contains(function.bufferCount),
      "\(place) have \(function.bufferCount) buffers and \(arguments.count) arguments")
    for port in function.arguments + function.results {
      try requireValid(function.has(port), "\(place) have no \(port) for an argument or a result")
    }
    let buffers = Set(function.arguments.compactMap(\.bufferNumber))
    try requireValid(
      buffers.count == function.bufferCount, "\(place) have a buffer that is no argument")
    for update in function.updates {
      try requireValid(
        update.map(arguments.indices.contains) ?? true,
        "\(place) make a result in argument \(update ?? 0), which is missing")
    }
  }

  private func checkHomes(_ function: TileFunction) throws(TesseraError) {
    // Whether following aliases from here is known to end.
    var ends = [Bool](repeating: false, count: function.tensors.count)
    for (index, tensor) in function.tensors.enumerated() {
      var place: String { "tiles of '\(function.name)', tensor \(index)" }
      switch tensor.home {
      case .frame(let offset):
        try requireValid(
          offset >= 0 && offset <= function.frameBytes[tensor.ipu]
            && tensor.tileBytes <= function.frameBytes[tensor.ipu] - offset,
          "\(place) of \(tensor.tileBytes) bytes lies at byte \(offset) of a frame of "
            + "\(function.frameBytes[tensor.ipu])")
      case .argument(let argument):
        try checkPort(tensor, argument, function.arguments, function, place)
      case .result(let result):
        try checkPort(tensor, result, function.results, function, place)
      case .alias(let other):
        try requireValid(
          function.tensors.indices.contains(other), "\(place) is an alias of tensor \(other)")
        try requireValid(
          function.tensors[other].ipu == tensor.ipu
            && tensor.isNoLarger(than: function.tensors[other]),
          "\(place) is an alias of tensor \(other), which is on another IPU or smaller")
      }
      var path: [Int] = []
      var next = index
      while !ends[next], case .alias(let other) = function.tensors[next].home {
        guard function.tensors.indices.contains(other), path.count < function.tensors.count else {
          throw invalidProgram("\(place) is an alias of itself, or of none")
        }
        path.append(next)
        next = other
      }
      ends[next] = true
      for step in path { ends[step] = true }
    }
  }

  /// A tensor that lies in an argument or a result is no larger than what the caller gives.
  private func checkPort(
    _ tensor: TileTensor, _ number: Int, _ ports: [TileStep.Place], _ function: TileFunction,
    _ place: String
  ) throws(TesseraError) {
    guard ports.indices.contains(number), case .tensor(let given) = ports[number] else {
      throw invalidProgram("\(place) lies in argument or result \(number), which is no tensor")
    }
    try requireValid(
      function.tensors[given].ipu == tensor.ipu
        && tensor.isNoLarger(than: function.tensors[given]),
      "\(place) lies in argument or result \(number), which is on another IPU or smaller")
  }
}

extension TileFunction {
  /// Whether the function has the tensor or buffer.
  func has(_ place: TileStep.Place) -> Bool {
    switch place {
    case .tensor(let tensor): tensors.indices.contains(tensor)
    case .buffer(let buffer): (0..<bufferCount).contains(buffer)
    }
  }
}

extension TileTensor {
  /// Whether the fullest tile has no more of this than of another. Most often the bound says so.
  fileprivate func isNoLarger(than other: TileTensor) -> Bool {
    tileBytes <= other.tileBytes
      || (layout.elementCounts.max() ?? 0) * element.byteCount
        <= (other.layout.elementCounts.max() ?? 0) * other.element.byteCount
  }
}

extension TileStep.Place {
  fileprivate var bufferNumber: Int? {
    guard case .buffer(let buffer) = self else { return nil }
    return buffer
  }
}
