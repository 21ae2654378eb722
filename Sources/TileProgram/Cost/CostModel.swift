import Foundations
import IPUTarget
import Operations

/// What steps cost on a system; docs/cost-model.md says how it is counted and what is assumed.
///
/// Exchanges between the same layouts are counted once.
package struct CostModel: Sendable {
  /// The machine.
  package let system: IPUSystem
  /// Replicas that train together.
  package let replicas: Int
  /// IPUs of a replica.
  package let ipusPerReplica: Int
  private let factor: Double
  private var exchanges: [ExchangeKey: ExchangeCost] = [:]

  /// What multiplies the cycles of compute sets and exchanges: all that the formulas do not know of. It is
  /// the one constant of the model that is fitted to published speeds of whole programs, those of BERT-Base
  /// and BERT-Large in phase 1 on a Bow Pod16. That it is below 1 says that the vendor's programs take less
  /// than ours by the formulas: they have more kinds of layouts to choose from.
  package static let overheadFactor = 0.9
  /// Cycles of a call: a branch to the function and one back, each of which stalls a supervisor for 6
  /// (poplibs, PerformanceEstimation.hpp).
  package static let callCycles = 12
  /// Cycles of an iteration of a repeat beside its steps: `brnzdec` stalls for 6 (poplibs,
  /// PerformanceEstimation.hpp).
  package static let iterationCycles = 6

  /// - Parameters:
  ///   - replicas: replicas that train together.
  ///   - ipusPerReplica: IPUs of a replica.
  ///   - factor: what multiplies the cycles of compute sets and exchanges.
  package init(
    _ system: IPUSystem, replicas: Int, ipusPerReplica: Int,
    factor: Double = CostModel.overheadFactor
  ) {
    self.factor = factor
    self.system = system
    self.replicas = replicas
    self.ipusPerReplica = ipusPerReplica
  }

  private var ipu: IPU { system.ipu }

  /// The fragments, the pieces of memory that they go to, and the bytes of which a tile receives the most
  /// in an exchange.
  package mutating func receives(
    of exchange: Exchange, in function: TileFunction
  ) -> (fragments: Int, pieces: Int, bytes: Int) {
    let cost = exchangeCost(ExchangeKey(exchange, function))
    return (cost.receives, cost.receivePieces, cost.receivedBytes)
  }

  /// What a step costs; `function` is the one whose tensors it names.
  package mutating func cost(of step: TileStep, in function: TileFunction) -> StepCost {
    switch step.kind {
    case .exchange(let exchange): return cost(of: exchange, in: function)
    case .compute(let vertex, let operands, let results):
      let cycles = ipu.cycles(of: vertex, locals(operands, function), locals(results, function))
      return StepCost(TimeUse(compute: scaled(cycles)))
    case .fill(let tensor, let literal):
      let bytes = function.tensors[tensor].tileBytes
      let cycles = literal.isSplat ? ipu.fillCycles(bytes: bytes) : ipu.copyCycles(bytes: bytes)
      return StepCost(TimeUse(compute: scaled(cycles)))
    case .replicaIndex(let tensor):
      let cycles = ipu.fillCycles(bytes: function.tensors[tensor].tileBytes)
      return StepCost(TimeUse(compute: scaled(cycles)))
    case .copyBetweenIPUs(let source, _):
      let rate = ipu.linkBytesPerSecond
      return StepCost(TimeUse(links: cycles(of: bytes([source], function), perSecond: rate)))
    case .infeed(_, let tensor):
      let rate = ipu.hostBytesPerSecond
      return StepCost(TimeUse(host: cycles(of: bytes([tensor], function), perSecond: rate)))
    case .load(_, let tensor), .store(let tensor, _):
      let rate = ipu.streamingBytesPerSecond
      return StepCost(TimeUse(streaming: cycles(of: bytes([tensor], function), perSecond: rate)))
    case .call: return StepCost(TimeUse(compute: scaled(Self.callCycles)))
    case .repeat(_, let iteration, _):
      let counting = iteration.reduce(Self.iterationCycles) {
        $0 + ipu.fillCycles(bytes: function.tensors[$1].tileBytes)
      }
      return StepCost(TimeUse(compute: scaled(counting)))
    case .collective(let collective, let operands, let results):
      return cost(of: collective, operands, results, in: function)
    }
  }

  private mutating func exchangeCost(_ key: ExchangeKey) -> ExchangeCost {
    if let cost = exchanges[key] { return cost }
    let cost = ExchangeCost(key.traffic, ipu, isStaged: key.isStaged)
    exchanges[key] = cost
    return cost
  }

  private mutating func cost(of exchange: Exchange, in function: TileFunction) -> StepCost {
    let known = exchangeCost(ExchangeKey(exchange, function))
    var cost = StepCost(TimeUse(exchange: scaled(known.transfer + known.copy)))
    if known.transfer > 0 { cost.time.sync = scaled(ipu.exchangeOverhead) }
    cost.receivedBytes = known.receivedBytes
    cost.fullestTile = known.fullestTile
    cost.totalBytes = known.totalBytes
    cost.copiedBytes = known.copiedBytes
    cost.exchangeCode = known.code
    return cost
  }

  /// A ring adds up in two rounds of equal length, one that leaves each replica with a part of the sum and
  /// one that hands the parts on. Each IPU's tensors go round a ring of their own.
  private func cost(
    of collective: Collective, _ operands: [Int], _ results: [Int], in function: TileFunction
  ) -> StepCost {
    let allReduce = system.allReduceBytesPerSecond(
      replicas: replicas, ipusPerReplica: ipusPerReplica)
    let rate: Double
    let moved: [Int]
    switch collective {
    case .allReduceSum: (rate, moved) = (allReduce, operands)
    case .reduceScatterSum: (rate, moved) = (2 * allReduce, operands)
    case .allGather: (rate, moved) = (2 * allReduce, results)
    case .replicaSlice:
      let bytes = results.map { function.tensors[$0].tileBytes }.reduce(0, +)
      return StepCost(TimeUse(exchange: scaled(ipu.copyCycles(bytes: bytes))))
    }
    var byIPU: [Int: Int] = [:]
    for tensor in moved {
      byIPU[function.tensors[tensor].ipu, default: 0] += bytes([tensor], function)
    }
    let largest = byIPU.values.max()
    let links = cycles(of: largest ?? 0, perSecond: rate)
    return StepCost(TimeUse(sync: links > 0 ? ipu.globalSyncCycles : 0, links: links))
  }

  private func locals(_ tensors: [Int], _ function: TileFunction) -> [LocalTensor] {
    tensors.map { LocalTensor($0, function.tensors[$0]) }
  }

  private func bytes(_ tensors: [Int], _ function: TileFunction) -> Int {
    tensors.reduce(0) { $0 + function.tensors[$1].type.byteCount }
  }

  private func cycles(of bytes: Int, perSecond rate: Double) -> Int {
    Int((Double(bytes) / rate * ipu.clockHertz).rounded(.up))
  }

  private func scaled(_ cycles: Int) -> Int {
    Int((Double(cycles) * factor).rounded())
  }
}
