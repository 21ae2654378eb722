import CSchemas
import Operations
import TileProgram

extension TileProgramEncoder {
  mutating func encode(_ step: TileStep) -> Tessera__Bundle__V1__TileStep {
    var message = Tessera__Bundle__V1__TileStep()
    tessera__bundle__v1__tile_step__init(&message)
    message.operation = UInt32(step.operation)
    switch step.kind {
    case .exchange(let exchange):
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_EXCHANGE
      message.exchange = encode(exchange)
    case .compute(let vertex, let operands, let results):
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_COMPUTE
      message.compute = encode(vertex, operands, results, step.operation)
    case .fill(let tensor, let literal):
      var fill = Tessera__Bundle__V1__TileFill()
      tessera__bundle__v1__tile_fill__init(&fill)
      fill.tensor = UInt32(tensor)
      fill.operation = reference(.source(.constant(literal)), known: step.operation)
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_FILL
      message.fill = messages.place(fill)
    case .copyBetweenIPUs(let source, let destination):
      var copy = Tessera__Bundle__V1__TileCopy()
      tessera__bundle__v1__tile_copy__init(&copy)
      (copy.source, copy.destination) = (UInt32(source), UInt32(destination))
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_COPY
      message.copy = messages.place(copy)
    case .infeed(let stream, let tensor):
      var infeed = Tessera__Bundle__V1__TileInfeed()
      tessera__bundle__v1__tile_infeed__init(&infeed)
      (infeed.stream, infeed.tensor) = (messages.number(stream), UInt32(tensor))
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_INFEED
      message.infeed = messages.place(infeed)
    case .load(let buffer, let tensor):
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_LOAD
      message.load = transfer(tensor, buffer)
    case .store(let tensor, let buffer):
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_STORE
      message.store = transfer(tensor, buffer)
    case .call(let function, let ipu, let arguments, let results):
      var call = Tessera__Bundle__V1__TileCall()
      tessera__bundle__v1__tile_call__init(&call)
      (call.function, call.ipu) = (UInt32(function), UInt32(ipu))
      (call.n_arguments, call.arguments) = messages.numbers(Self.numbers(arguments))
      (call.n_results, call.results) = messages.numbers(Self.numbers(results))
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_CALL
      message.call = messages.place(call)
    case .repeat(let count, let iteration, let steps):
      var loop = Tessera__Bundle__V1__TileRepeat()
      tessera__bundle__v1__tile_repeat__init(&loop)
      loop.count = UInt32(count)
      (loop.n_iteration, loop.iteration) = messages.numbers(iteration)
      loop.body = block(steps)
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_REPEAT
      message.`repeat` = messages.place(loop)
    case .collective(let operation, let operands, let results):
      var collective = Tessera__Bundle__V1__TileCollective()
      tessera__bundle__v1__tile_collective__init(&collective)
      collective.operation = reference(.collective(operation), known: step.operation)
      (collective.n_operands, collective.operands) = messages.numbers(operands)
      (collective.n_results, collective.results) = messages.numbers(results)
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_COLLECTIVE
      message.collective = messages.place(collective)
    case .replicaIndex(let tensor):
      message.kind_case = TESSERA__BUNDLE__V1__TILE_STEP__KIND_REPLICA_INDEX
      message.replica_index = UInt32(tensor)
    }
    return message
  }

  private mutating func encode(
    _ exchange: Exchange
  ) -> UnsafeMutablePointer<Tessera__Bundle__V1__TileExchange> {
    var message = Tessera__Bundle__V1__TileExchange()
    tessera__bundle__v1__tile_exchange__init(&message)
    message.source = UInt32(exchange.source)
    message.view = number(exchange.view)
    message.destination = UInt32(exchange.destination)
    if let starts = exchange.starts {
      message.placed = 1
      (message.n_starts, message.starts) = messages.numbers(starts)
    }
    switch exchange.order {
    case .direct: break
    case .streamed: message.streamed = 1
    case .staged(let tensor): message.staging = UInt32(tensor) + 1
    }
    return messages.place(message)
  }

  private mutating func encode(
    _ vertex: Vertex, _ operands: [Int], _ results: [Int], _ known: Program.OperationIndex
  ) -> UnsafeMutablePointer<Tessera__Bundle__V1__TileCompute> {
    var message = Tessera__Bundle__V1__TileCompute()
    tessera__bundle__v1__tile_compute__init(&message)
    message.vertex = messages.number(VertexName(vertex).rawValue)
    switch vertex {
    case .operation(let operation), .partial(let operation):
      message.operation = reference(operation, known: known)
    case .partialProduct(let contraction):
      message.operation = reference(.contraction(contraction), known: known)
    // A chain is that of the program's operation, which a valid plan has been asked for.
    case .chain, .addPartials: break
    }
    (message.n_operands, message.operands) = messages.numbers(operands)
    (message.n_results, message.results) = messages.numbers(results)
    return messages.place(message)
  }

  private func transfer(
    _ tensor: Int, _ buffer: Int
  ) -> UnsafeMutablePointer<Tessera__Bundle__V1__TileTransfer> {
    var message = Tessera__Bundle__V1__TileTransfer()
    tessera__bundle__v1__tile_transfer__init(&message)
    (message.tensor, message.buffer) = (UInt32(tensor), UInt32(buffer))
    return messages.place(message)
  }
}

/// The kinds of vertices by their names in the bundle.
enum VertexName: String {
  case operation
  case chain
  case addPartials = "add_partials"
  case partialProduct = "partial_product"
  case partial

  init(_ vertex: Vertex) {
    self =
      switch vertex {
      case .operation: .operation
      case .chain: .chain
      case .addPartials: .addPartials
      case .partialProduct: .partialProduct
      case .partial: .partial
      }
  }
}

extension Program {
  /// Of each chain the operations of its region, in order.
  var chains: [OperationIndex: [Elementwise]] {
    var chains: [OperationIndex: [Elementwise]] = [:]
    for (number, operation) in operations.enumerated() {
      guard case .control(.fuse) = operation.operation, let body = operation.body else { continue }
      chains[number] = blocks[body].operations.compactMap { step in
        guard case .elementwise(let function) = operations[step].operation else { return nil }
        return function
      }
    }
    return chains
  }
}
