import Foundations
import Operations
import TileProgram

/// Checks the steps of one function. The tables must have been checked before.
struct TileSteps {
  private let plan: TileProgram
  private let function: TileFunction
  private let program: Program
  private let chains: [Program.OperationIndex: [Elementwise]]
  /// For each buffer the type of the argument that it is.
  private var bufferTypes: [TensorType?]
  /// Where the step is: its number in each block that it is in.
  private var path: [Int] = []

  /// The functions that the steps call, one entry a step.
  private(set) var calls: [Int] = []

  init(
    _ plan: TileProgram, _ function: TileFunction, _ number: Int, _ program: Program,
    _ chains: [Program.OperationIndex: [Elementwise]]
  ) {
    self.plan = plan
    self.function = function
    self.program = program
    self.chains = chains
    bufferTypes = Array(repeating: nil, count: function.bufferCount)
    let arguments = program.blocks[program.functions[number].body].arguments
    for (place, value) in zip(function.arguments, arguments) {
      if case .buffer(let buffer) = place { bufferTypes[buffer] = program.type(of: value) }
    }
  }

  /// Recurses by the nesting of repeats, which is bounded.
  mutating func check(_ steps: [TileStep], nesting: Int) throws(TesseraError) {
    try require(
      nesting <= Program.Limits.nesting, "lies in more than \(Program.Limits.nesting) repeats")
    for (number, step) in steps.enumerated() {
      path.append(number)
      try require(
        program.operations.indices.contains(step.operation),
        "is part of operation \(step.operation), which is missing")
      try check(step, nesting: nesting)
      path.removeLast()
    }
  }

  private mutating func check(_ step: TileStep, nesting: Int) throws(TesseraError) {
    switch step.kind {
    case .exchange(let exchange): try check(exchange)
    case .compute(let vertex, let operands, let results):
      try check(vertex, try tensors(operands), try tensors(results), step.operation)
    case .fill(let number, let literal):
      let tensor = try tensor(number)
      try require(
        literal.type.element == tensor.element && literal.type.isWithinLimits
          && (literal.isSplat || literal.type.count == tensor.type.count),
        "fills a \(tensor.type) with a \(literal.type)")
    case .copyBetweenIPUs(let from, let to):
      let (source, destination) = (try tensor(from), try tensor(to))
      try require(
        source.ipu != destination.ipu && source.layout == destination.layout
          && source.element == destination.element,
        "copies to the same IPU, or from one layout to another")
    case .infeed(let stream, let number):
      _ = try tensor(number)
      try require(isPrintableName(stream), "takes from a stream whose name cannot be printed")
    case .load(let buffer, let number), .store(let number, let buffer):
      try checkTransfer(try tensor(number), buffer)
    case .call(let callee, let ipu, let arguments, let results):
      try checkCall(callee, ipu, arguments, results)
    case .repeat(let count, let iteration, let steps):
      try require((1...Int(Int32.max)).contains(count), "runs \(count) times")
      for number in iteration {
        try require(try tensor(number).type == TensorType([], .i32), "counts in no i32 scalar")
      }
      try check(steps, nesting: nesting + 1)
    case .collective(let collective, let operands, let results):
      try checkTypes(.collective(collective), try tensors(operands), try tensors(results))
    case .replicaIndex(let number):
      try require(try tensor(number).type == TensorType([], .i32), "makes no i32 scalar")
    }
  }

  private func check(_ exchange: Exchange) throws(TesseraError) {
    let (source, destination) = (try tensor(exchange.source), try tensor(exchange.destination))
    try require(
      source.element == destination.element && source.ipu == destination.ipu,
      "exchanges between element types or IPUs")
    if let staging = try exchange.staging.map({ number throws(TesseraError) in try tensor(number) })
    {
      try require(
        staging.layout == destination.layout && staging.element == destination.element
          && staging.ipu == destination.ipu,
        "is staged in another tensor than its destination's like")
    }
    let view = exchange.view
    try require(
      view.strides.count == view.shape.count && TensorType(view.shape, .f64).isWithinLimits
        && view.offset >= 0 && view.offset < source.type.count,
      "reads through no view of a \(source.type)")
    // Elements behind the last one that is read; quotients, as products of foreign numbers overflow.
    var free = source.type.count - 1 - view.offset
    for (extent, stride) in zip(view.shape, view.strides) {
      try require(
        stride >= 0 && (extent == 1 || stride <= free / (extent - 1)),
        "reads past the end of a \(source.type)")
      if extent > 1 { free -= (extent - 1) * stride }
    }
    let shape = destination.layout.shape
    guard let starts = exchange.starts else {
      return try require(view.shape == shape, "fills a \(destination.type) with \(view.shape)")
    }
    try require(
      starts.count == shape.count && view.shape.count == shape.count
        && shape.indices.allSatisfy {
          starts[$0] >= 0 && starts[$0] <= shape[$0] && view.shape[$0] <= shape[$0] - starts[$0]
        }, "writes \(view.shape) at \(starts) of a \(destination.type)")
  }

  private func check(
    _ vertex: Vertex, _ operands: [TileTensor], _ results: [TileTensor],
    _ known: Program.OperationIndex
  ) throws(TesseraError) {
    switch vertex {
    case .operation(.accumulation(.slice)):
      // What is added is staged in a tensor of the accumulator's shape.
      try require(
        operands.count == 2 && results.count == 1 && operands[0].type == results[0].type
          && operands[1].type == results[0].type, "does not add a slice to an accumulator")
    case .operation(let operation): try checkTypes(operation, operands, results)
    case .partial(let operation): try checkTypes(operation, operands, results, arePartial: true)
    case .partialProduct(let contraction):
      try checkTypes(.contraction(contraction), operands, results, arePartial: true)
    case .addPartials:
      try require(
        operands.count == 1 && results.count == 1
          && Array(operands[0].layout.shape.dropFirst()) == results[0].layout.shape
          && !operands[0].layout.axes.isEmpty,
        "does not add partial sums along their first axis")
    case .chain(let chain):
      try require(chains[known] == chain, "is not the chain of operation \(known)")
      let operation = program.operations[known]
      try require(
        operands.map(\.element) == operation.operands.map { program.type(of: $0).element }
          && results.map(\.element) == operation.results.map { program.type(of: $0).element },
        "has other operands or results than its chain")
      let shape = results.first?.layout.shape ?? []
      try require(
        results.allSatisfy { $0.layout.shape == shape }
          && operands.allSatisfy {
            (try? Movement.broadcast(shape).resultTypes(of: [$0.type])) != nil
          },
        "has operands that do not broadcast to its results")
    }
  }

  /// - Parameter arePartial: whether results have a first axis of partial results, of any floating-point
  ///   type; the first result of a gradient of layer norm is whole all the same.
  private func checkTypes(
    _ operation: Operation, _ operands: [TileTensor], _ results: [TileTensor],
    arePartial: Bool = false
  ) throws(TesseraError) {
    let expected: [TensorType]
    do throws(OperationError) {
      guard let types = try operation.resultTypes(of: operands.map(\.type)) else {
        throw OperationError("is nothing that a tile computes")
      }
      expected = types
    } catch {
      throw invalidProgram("\(place) (\(operation.mnemonic)): \(error.description)")
    }
    let agree = zip(expected, results).enumerated().allSatisfy { index, pair in
      let (expected, result) = pair
      let isWhole = index == 0 && operation == .normalization(.layerNormGradient)
      return arePartial && !isWhole
        ? !result.layout.axes.isEmpty && result.element.isFloat
          && Array(result.layout.shape.dropFirst()) == expected.shape
        : result.type == expected
    }
    try require(
      expected.count == results.count && agree,
      "(\(operation.mnemonic)) makes \(results.map(\.type)), must be \(expected)")
  }

  private func checkTransfer(_ tensor: TileTensor, _ buffer: Int) throws(TesseraError) {
    try require(bufferTypes.indices.contains(buffer), "uses buffer \(buffer), which is missing")
    guard let type = bufferTypes[buffer] else { return }
    try require(
      type.element == tensor.element && type.count == tensor.type.count,
      "transfers a \(tensor.type) with a buffer of \(type)")
  }

  private mutating func checkCall(
    _ callee: Int, _ ipu: Int, _ arguments: [TileStep.Place], _ results: [TileStep.Place]
  ) throws(TesseraError) {
    guard plan.functions.indices.contains(callee), let other = plan.functions[callee] else {
      throw invalidProgram("\(place) calls function \(callee), which the tiles do not have")
    }
    calls.append(callee)
    try require(
      other.ipus == 1 || other.ipus == function.ipus, "calls '\(other.name)', of more IPUs")
    try require((0..<function.ipus).contains(ipu), "calls '\(other.name)' on IPU \(ipu)")
    try require(
      arguments.count == other.arguments.count && results.count == other.results.count,
      "calls '\(other.name)' with \(arguments.count) arguments and \(results.count) results, it has "
        + "\(other.arguments.count) and \(other.results.count)")
    for (own, its) in zip(arguments + results, other.arguments + other.results) {
      try require(function.has(own), "gives '\(other.name)' \(own), which is missing")
      switch (own, its) {
      case (.tensor(let own), .tensor(let its)):
        let (given, taken) = (function.tensors[own], other.tensors[its])
        try require(
          given.layout.has(boxesOf: taken.layout) && given.element == taken.element
            && given.ipu == (other.ipus == 1 ? ipu : taken.ipu),
          "gives '\(other.name)' tensor \(own), which lies otherwise than it takes it")
      case (.buffer, .buffer): break
      default: throw invalidProgram("\(place) gives '\(other.name)' a buffer for a tensor")
      }
    }
  }

  private func tensors(_ numbers: [Int]) throws(TesseraError) -> [TileTensor] {
    var tensors: [TileTensor] = []
    tensors.reserveCapacity(numbers.count)
    for number in numbers { tensors.append(try tensor(number)) }
    return tensors
  }

  private func tensor(_ number: Int) throws(TesseraError) -> TileTensor {
    guard function.tensors.indices.contains(number) else {
      throw invalidProgram("\(place) uses tensor \(number), there are \(function.tensors.count)")
    }
    return function.tensors[number]
  }

  private var place: String {
    "tiles of '\(function.name)', step \(path.map(String.init).joined(separator: "."))"
  }

  private func require(
    _ condition: @autoclosure () throws(TesseraError) -> Bool, _ message: @autoclosure () -> String
  ) throws(TesseraError) {
    guard try condition() else { throw invalidProgram("\(place) \(message())") }
  }
}
