import CSchemas
import Foundations
import Operations
import TileProgram

extension TileProgramDecoder {
  mutating func decode(
    _ step: Tessera__Bundle__V1__TileStep, inBlock block: Int, nesting: Int
  ) throws(TesseraError) -> TileStep {
    let known = Int(step.operation)
    guard program.operations.indices.contains(known) else {
      throw damagedBundle("a step of the tiles is of operation \(known), which is missing")
    }
    if step.kind_case == TESSERA__BUNDLE__V1__TILE_STEP__KIND_REPEAT,
      let row = step.`repeat`?.pointee
    {
      let steps = try steps(ofBlock: row.body, after: block, nesting: nesting + 1)
      return TileStep(
        .repeat(
          count: Int(row.count), iteration: messages.numbers(row.n_iteration, row.iteration),
          steps: steps), operation: known)
    }
    return TileStep(try kind(of: step, known), operation: known)
  }

  private func kind(
    of step: Tessera__Bundle__V1__TileStep, _ known: Program.OperationIndex
  ) throws(TesseraError) -> TileStep.Kind {
    switch step.kind_case {
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_EXCHANGE:
      guard let row = step.exchange?.pointee else { break }
      return .exchange(
        Exchange(
          from: Int(row.source), try view(row.view), to: Int(row.destination),
          at: row.placed == 0 ? nil : messages.numbers(row.n_starts, row.starts),
          order: try order(row)))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_COMPUTE:
      guard let row = step.compute?.pointee else { break }
      return .compute(
        try vertex(row, known), operands: messages.numbers(row.n_operands, row.operands),
        results: messages.numbers(row.n_results, row.results))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_FILL:
      guard let row = step.fill?.pointee else { break }
      guard case .source(.constant(let literal)) = try operation(row.operation, known: known)
      else { throw damagedBundle("a fill of the tiles is of no constant") }
      return .fill(Int(row.tensor), literal)
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_COPY:
      guard let row = step.copy?.pointee else { break }
      return .copyBetweenIPUs(from: Int(row.source), to: Int(row.destination))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_INFEED:
      guard let row = step.infeed?.pointee else { break }
      return .infeed(stream: try messages.string(row.stream), to: Int(row.tensor))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_LOAD:
      guard let row = step.load?.pointee else { break }
      return .load(buffer: Int(row.buffer), to: Int(row.tensor))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_STORE:
      guard let row = step.store?.pointee else { break }
      return .store(Int(row.tensor), buffer: Int(row.buffer))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_CALL:
      guard let row = step.call?.pointee else { break }
      return .call(
        function: Int(row.function), ipu: Int(row.ipu),
        arguments: places(row.n_arguments, row.arguments),
        results: places(row.n_results, row.results))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_COLLECTIVE:
      guard let row = step.collective?.pointee else { break }
      guard case .collective(let collective) = try operation(row.operation, known: known) else {
        throw damagedBundle("a collective of the tiles is another operation")
      }
      return .collective(
        collective, operands: messages.numbers(row.n_operands, row.operands),
        results: messages.numbers(row.n_results, row.results))
    case TESSERA__BUNDLE__V1__TILE_STEP__KIND_REPLICA_INDEX:
      return .replicaIndex(Int(step.replica_index))
    default: break
    }
    throw damagedBundle("a step of the tiles says nothing to do")
  }

  private func order(
    _ row: Tessera__Bundle__V1__TileExchange
  ) throws(TesseraError) -> Exchange.Order {
    switch (row.streamed != 0, row.staging) {
    case (false, 0): return .direct
    case (true, 0): return .streamed
    case (false, let staging): return .staged(Int(staging) - 1)
    case (true, _): throw damagedBundle("an exchange of the tiles is streamed and staged")
    }
  }

  private func vertex(
    _ row: Tessera__Bundle__V1__TileCompute, _ known: Program.OperationIndex
  ) throws(TesseraError) -> Vertex {
    let name = try messages.string(row.vertex)
    guard let kind = VertexName(rawValue: name) else {
      throw damagedBundle("the tiles have a vertex '\(name)', which is unknown")
    }
    switch kind {
    case .operation: return .operation(try operation(row.operation, known: known))
    case .partial: return .partial(try operation(row.operation, known: known))
    case .addPartials: return .addPartials
    case .partialProduct:
      guard case .contraction(let contraction) = try operation(row.operation, known: known) else {
        throw damagedBundle("a product of the tiles is another operation")
      }
      return .partialProduct(contraction)
    case .chain:
      guard let chain = chains[known] else {
        throw damagedBundle("a chain of the tiles is of operation \(known), which is none")
      }
      return .chain(chain)
    }
  }
}
