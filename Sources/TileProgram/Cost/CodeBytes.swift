import Foundations
import IPUTarget
import Operations

/// Bytes of code on each tile of one IPU.
struct CodeBytes {
  /// Instructions of exchanges within the IPU, and of packets to other IPUs, the host and streaming memory.
  private(set) var exchange: [Int]
  /// What the supervisors run: calls of compute sets and functions, repeats; and the host's protocol.
  private(set) var control: [Int]
  /// Vertices, the same on all tiles.
  private(set) var vertices = 0
  private var kinds: Set<VertexKind> = []
  private var exchanges: Set<ExchangeKey> = []

  /// Bytes of an instruction.
  static let instructionBytes = 4
  /// Bytes of what answers the host: osmarks/ipu-stack's, 9.1 kB.
  static let hostBytes = 9_100
  /// Bytes that one packet to a tile carries at most, 1,024 (osmarks/ipu-stack).
  static let packetBytes = 1024
  /// Bytes of code for a packet: its header, and the instruction that sends it; an assumption.
  static let packetCodeBytes = 8

  /// Steps that call each function.
  private let callSites: [Int: Int]

  /// - Parameter callSites: for each function how many steps on the IPU call it.
  init(tiles: Int, callSites: [Int: Int]) {
    self.callSites = callSites
    exchange = [Int](repeating: 0, count: tiles)
    control = [Int](repeating: Self.hostBytes, count: tiles)
  }

  /// All code of a tile.
  func total(of tile: Int) -> Int { exchange[tile] + control[tile] + vertices }

  /// Adds the code of a step on this IPU, without that of steps in it.
  mutating func add(
    _ step: TileStep, _ function: TileFunction, _ cost: StepCost, _ counts: ElementCounts
  ) {
    switch step.kind {
    case .exchange(let exchange):
      // Sends and receives are relative to two base registers, which the supervisor sets before it calls
      // them (osmarks/ipu-stack, EXCHANGE_BASE_AWARE): exchanges of equal layouts share their code.
      if exchanges.insert(ExchangeKey(exchange, function)).inserted {
        add(cost.exchangeCode, to: \.exchange)
      } else {
        let idle = ExchangeCode.inactiveBytes
        add(
          cost.exchangeCode.map { $0 == idle ? idle : ExchangeCode.activeBytes }, to: \.exchange)
      }
    case .compute(let vertex, let operands, let results):
      // A word for each operand and result, and the call.
      addControl(
        instructions: 1 + operands.count + results.count,
        where: counts[function.tensors[results[0]].layout])
      let types = { (tensors: [Int]) in tensors.map { function.tensors[$0].element } }
      let kind = VertexKind(vertex, types(operands), types(results))
      if kinds.insert(kind).inserted { vertices += kind.bytes }
    case .fill(let tensor, _), .replicaIndex(let tensor):
      addControl(instructions: 3, where: counts[function.tensors[tensor].layout])
    case .copyBetweenIPUs(let tensor, _), .infeed(_, let tensor), .load(_, let tensor),
      .store(let tensor, _):
      addPackets(function.tensors[tensor], counts)
    case .collective(_, let operands, let results):
      for tensor in operands + results { addPackets(function.tensors[tensor], counts) }
    case .call(let callee, _, let arguments, let results):
      // A branch; where others call the function too, it is told where arguments and results are.
      let places = callSites[callee, default: 0] > 1 ? arguments.count + results.count : 0
      addControl(instructions: 2 + places, where: nil)
    case .repeat(_, let iteration, _):
      addControl(instructions: 2 + 3 * iteration.count, where: nil)
    }
  }

  private mutating func add(_ bytes: [Int], to part: WritableKeyPath<CodeBytes, [Int]>) {
    for (tile, bytes) in bytes.enumerated() { self[keyPath: part][tile] += bytes }
  }

  /// - Parameter counts: elements by tile; tiles with none have no code. Nil for all tiles.
  private mutating func addControl(instructions: Int, where counts: [Int]?) {
    let bytes = instructions * Self.instructionBytes
    for tile in control.indices where counts.map({ $0[tile] > 0 }) ?? true {
      control[tile] += bytes
    }
  }

  private mutating func addPackets(_ tensor: TileTensor, _ counts: ElementCounts) {
    for (tile, count) in counts[tensor.layout].enumerated() where count > 0 {
      let packets = (count * tensor.element.byteCount).dividedUp(by: Self.packetBytes)
      exchange[tile] += packets * Self.packetCodeBytes + ExchangeCode.activeBytes
    }
  }
}

/// Elements by tile of each layout of a program, counted once.
struct ElementCounts {
  private var known: [Layout: [Int]] = [:]

  init(_ program: TileProgram) {
    for case let function? in program.functions {
      for tensor in function.tensors where known[tensor.layout] == nil {
        known[tensor.layout] = tensor.layout.elementCounts
      }
    }
  }

  subscript(_ layout: Layout) -> [Int] { known[layout] ?? layout.elementCounts }
}
