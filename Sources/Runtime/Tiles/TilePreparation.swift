import Bundle
import Foundations
import IPUTarget
import Operations
import TileProgram

/// Makes the functions of a tile program ready to run: what each tile copies and computes, in tables.
struct TilePreparation {
  private let program: Program
  private let tileProgram: TileProgram
  private let system: IPUSystem
  private let replicas: Int
  private let threads: Int
  private var functions: [Int: PreparedTileFunction] = [:]
  private var boxes = TileBoxCache()
  private var exchanges: [ExchangeKey: TileExchange] = [:]
  private var transfers: [TransferKey: TileCopies] = [:]
  /// Tensors of the step that has the most.
  private(set) var slotCount = 1

  /// All that an exchange's copies depend on.
  private struct ExchangeKey: Hashable {
    var source: Layout
    var view: View
    var destination: Layout
    var starts: [Int]?
    var elementBytes: Int
  }

  private struct TransferKey: Hashable {
    enum Direction { case fromHost, splatFromHost, toHost, all }
    var layout: Layout
    var elementBytes: Int
    var direction: Direction
  }

  init(
    _ program: Program, _ tileProgram: TileProgram, on system: IPUSystem, replicas: Int,
    threads: Int
  ) {
    self.program = program
    self.tileProgram = tileProgram
    self.system = system
    self.replicas = replicas
    self.threads = threads
  }

  /// The function of this number, with all that it calls. Recurses by the depth of calls.
  /// - Throws: `TesseraError` where it does not fit the system, or a step makes no sense.
  mutating func function(_ number: Int) throws(TesseraError) -> PreparedTileFunction {
    if let known = functions[number] { return known }
    guard tileProgram.functions.indices.contains(number), let source = tileProgram.functions[number]
    else {
      throw TesseraError(
        .internalError, code: .noSuchFunction, "the tile program has no function \(number)")
    }
    let site = TileSite(function: source.name, path: [], mnemonic: "func.func")
    var tables: [TileBoxes] = []
    for (index, tensor) in source.tensors.enumerated() {
      guard tensor.layout.tiles <= system.ipu.tiles else {
        throw site.error(
          .tileOutOfBounds,
          "tensor \(index) is laid over \(tensor.layout.tiles) tiles, the IPU has "
            + "\(system.ipu.tiles)")
      }
      tables.append(boxes[tensor.layout])
    }
    let roots = try Self.roots(source, tables, site)
    var context = Context(source, tables, roots: roots)
    let steps = try self.steps(source.steps, &context, path: [])
    let prepared = PreparedTileFunction(
      number: number, source, boxes: tables, roots: roots, steps: steps)
    functions[number] = prepared
    return prepared
  }

  /// The functions that have been prepared, in the order of their numbers.
  var prepared: [PreparedTileFunction] {
    functions.keys.sorted().compactMap { functions[$0] }
  }

  /// The copies from the host's tensor to the tiles.
  mutating func fromHost(_ tensor: TileTensor, isSplat: Bool = false) -> TileCopies {
    transfer(tensor, isSplat ? .splatFromHost : .fromHost)
  }

  /// The copies from one tile of each box to the host's tensor.
  mutating func toHost(_ tensor: TileTensor) -> TileCopies { transfer(tensor, .toHost) }

  private mutating func transfer(
    _ tensor: TileTensor, _ direction: TransferKey.Direction
  ) -> TileCopies {
    let key = TransferKey(
      layout: tensor.layout, elementBytes: tensor.element.byteCount, direction: direction)
    if let known = transfers[key] { return known }
    let boxes = boxes[tensor.layout]
    let copies =
      switch direction {
      case .fromHost: TileCopies(fromHostTo: boxes, elementBytes: key.elementBytes)
      case .splatFromHost:
        TileCopies(fromHostTo: boxes, elementBytes: key.elementBytes, isSplat: true)
      case .toHost: TileCopies(toHostFrom: boxes, elementBytes: key.elementBytes)
      case .all: TileCopies(all: boxes, elementBytes: key.elementBytes)
      }
    transfers[key] = copies
    return copies
  }

  /// A function while its steps are prepared.
  private struct Context {
    let source: TileFunction
    let boxes: [TileBoxes]
    let roots: [Int]

    init(_ source: TileFunction, _ boxes: [TileBoxes], roots: [Int]) {
      self.source = source
      self.boxes = boxes
      self.roots = roots
    }
  }

  /// For each tensor the one at the end of its aliases.
  private static func roots(
    _ source: TileFunction, _ boxes: [TileBoxes], _ site: TileSite
  ) throws(TesseraError) -> [Int] {
    var roots: [Int] = []
    for index in source.tensors.indices {
      var root = index
      var length = 0
      while case .alias(let next) = source.tensors[root].home {
        length += 1
        guard source.tensors.indices.contains(next), length <= source.tensors.count,
          source.tensors[next].ipu == source.tensors[index].ipu,
          source.tensors[next].element == source.tensors[index].element,
          boxes[next].hasSameCounts(as: boxes[index])
        else {
          throw site.error(
            .tileShapeMismatch, "tensor \(index) is no other shape of tensor \(next)")
        }
        root = next
      }
      roots.append(root)
    }
    return roots
  }

  private mutating func steps(
    _ steps: [TileStep], _ context: inout Context, path: [Int]
  ) throws(TesseraError) -> [PreparedTileStep] {
    var prepared: [PreparedTileStep] = []
    for (index, step) in steps.enumerated() {
      let operation = program.operations.indices.contains(step.operation)
      let site = TileSite(
        function: context.source.name, path: path + [index],
        mnemonic: operation ? program.operations[step.operation].operation.mnemonic : "?")
      try Self.checkNumbers(step, context.source, site)
      prepared.append(
        PreparedTileStep(step, site, try action(step, &context, site)))
    }
    return prepared
  }

  private mutating func action(
    _ step: TileStep, _ context: inout Context, _ site: TileSite
  ) throws(TesseraError) -> PreparedTileStep.Action {
    let tensors = context.source.tensors
    switch step.kind {
    case .exchange(let exchange):
      return .exchange(
        try self.exchange(exchange, tensors, site), from: exchange.source,
        to: exchange.destination)
    case .compute(let vertex, let operands, let results):
      let all = operands + results
      slotCount = max(slotCount, all.count)
      try Self.checkOneIPU(all.map { tensors[$0] }, site)
      guard !results.isEmpty, program.operations.indices.contains(step.operation) else {
        throw site.error(.tileShapeMismatch, "the compute set has no results or no operation")
      }
      let compiler = VertexCompiler(
        site: site, program: program, operation: program.operations[step.operation],
        vertex: vertex, boxes: all.map { context.boxes[$0] },
        elements: all.map { tensors[$0].element }, operandCount: operands.count,
        threads: threads)
      return .compute(
        try compiler.compile(), vertex, tensors: all, operandCount: operands.count)
    case .fill(let tensor, let literal):
      guard literal.type == tensors[tensor].type else {
        throw site.error(
          .tileShapeMismatch, "\(literal.type) does not fill \(tensors[tensor].type)")
      }
      return .fill(
        fromHost(tensors[tensor], isSplat: literal.isSplat), HostTensor(literal), to: tensor)
    case .copyBetweenIPUs(let source, let destination):
      guard tensors[source].layout == tensors[destination].layout,
        tensors[source].element == tensors[destination].element
      else {
        throw site.error(.tileShapeMismatch, "the tensors are not in one layout")
      }
      return .copyBetweenIPUs(transfer(tensors[source], .all), from: source, to: destination)
    case .infeed(let stream, let tensor):
      return .infeed(
        fromHost(tensors[tensor]), stream: stream, HostTensor(tensors[tensor].type), to: tensor)
    case .load(let buffer, let tensor):
      return .load(fromHost(tensors[tensor]), buffer: buffer, to: tensor)
    case .store(let tensor, let buffer):
      return .store(toHost(tensors[tensor]), from: tensor, buffer: buffer)
    case .replicaIndex(let tensor):
      return .replicaIndex(fromHost(tensors[tensor], isSplat: true), tensor)
    case .repeat(let count, let iteration, let steps):
      return .repeat(
        count: count,
        iteration: iteration.map {
          (tensor: $0, copies: fromHost(tensors[$0], isSplat: true))
        }, try self.steps(steps, &context, path: site.path))
    case .call(let number, let ipu, let arguments, let results):
      let callee = try function(number)
      try Self.check(
        arguments, callee.source.arguments, context.boxes, tensors, callee, "argument", site)
      try Self.check(results, callee.source.results, context.boxes, tensors, callee, "result", site)
      return .call(callee, .init(ipu: ipu, arguments: arguments, results: results))
    case .collective(let collective, let operands, let results):
      slotCount = max(slotCount, operands.count + results.count)
      return .collective(
        try TileCollective(
          collective, site, operands: operands, results: results, tensors, replicas: replicas,
          toHost: operands.map { toHost(tensors[$0]) },
          fromHost: results.map { fromHost(tensors[$0]) }))
    }
  }

  private mutating func exchange(
    _ exchange: Exchange, _ tensors: [TileTensor], _ site: TileSite
  ) throws(TesseraError) -> TileExchange {
    let (source, destination) = (tensors[exchange.source], tensors[exchange.destination])
    let view = exchange.view
    let starts = exchange.starts ?? view.shape.map { _ in 0 }
    let last = zip(view.shape, view.strides).reduce(view.offset) { $0 + ($1.0 - 1) * $1.1 }
    guard source.element == destination.element, view.shape.count == destination.layout.axes.count,
      starts.count == view.shape.count, view.strides.count == view.shape.count,
      view.shape.allSatisfy({ $0 > 0 }), view.strides.allSatisfy({ $0 >= 0 }),
      view.offset >= 0, last < source.type.count,
      destination.layout.axes.indices.allSatisfy({
        starts[$0] >= 0 && starts[$0] + view.shape[$0] <= destination.layout.axes[$0].extent
      })
    else {
      throw site.error(
        .tileOutOfBounds,
        "the view \(view) of \(source.type) is no part of \(destination.type)")
    }
    try Self.checkOneIPU([source, destination], site)
    let key = ExchangeKey(
      source: source.layout, view: view, destination: destination.layout,
      starts: exchange.starts, elementBytes: source.element.byteCount)
    if let known = exchanges[key] { return known }
    let walk = ExchangeWalk(
      from: source.layout, view, to: destination.layout, at: exchange.starts)
    let boxes = (boxes[source.layout], self.boxes[destination.layout])
    guard
      let copies = TileCopies(
        walk, from: boxes.0, to: boxes.1, elementBytes: key.elementBytes)
    else {
      throw site.error(.tileOutOfBounds, "the exchange leaves what its tiles have of its tensors")
    }
    let prepared = TileExchange(copies, source: boxes.0)
    exchanges[key] = prepared
    return prepared
  }
}
