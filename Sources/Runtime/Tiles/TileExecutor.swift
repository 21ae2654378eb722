import CHostKernels
import Foundations
import TileProgram

/// Runs prepared steps in the memories of tiles. A class because it owns them.
final class TileExecutor {
  let memory: TileMemory
  let workers: TileWorkers
  let limits: TileCall.Limits
  private let replicas: Int
  /// Which bytes of replica 0 have been written; nil once a whole run has been watched. What is read before
  /// it is written does not depend on data, and all replicas run the same steps.
  var shadow: TileShadow?
  /// Whether iterations run that do as those before them, which have been watched.
  private var repeatsItself = false
  /// For each replica the host's memory of each buffer of the entry.
  var buffers: [[UnsafeMutableRawBufferPointer]] = []
  var infeed: InfeedReader?

  init(
    memory: TileMemory, workers: TileWorkers, limits: TileCall.Limits, replicas: Int,
    shadow: TileShadow
  ) {
    self.memory = memory
    self.workers = workers
    self.limits = limits
    self.replicas = replicas
    self.shadow = shadow
  }

  /// Runs the entry's steps: each for one replica after the other, a collective once for all.
  func runEntry(_ steps: [PreparedTileStep], _ call: TileCall) throws {
    for step in steps {
      switch step.action {
      case .repeat(let count, let iteration, let inner):
        step.runs += 1
        try forEachIteration(count) { number in
          for replica in 0..<replicas { try begin(number, iteration, call, replica) }
          try runEntry(inner, call)
        }
      case .collective(let collective):
        try watch(step, call, 0)
        try run(collective, call)
      default: for replica in 0..<replicas { try run(step, call, replica) }
      }
    }
  }

  private func run(_ steps: [PreparedTileStep], _ call: TileCall, _ replica: Int) throws {
    for step in steps { try run(step, call, replica) }
  }

  private func run(_ step: PreparedTileStep, _ call: TileCall, _ replica: Int) throws {
    try watch(step, call, replica)
    func place(_ tensor: Int) -> UnsafeMutableRawPointer {
      memory.pointer(call.places[tensor], replica: replica)
    }
    switch step.action {
    case .exchange(let exchange, let source, let destination):
      if Self.overlap(source, destination, call) {
        try runApart(exchange, from: place(source), to: place(destination))
      } else {
        try copy(exchange.copies, from: place(source), to: place(destination))
      }
    case .compute(let vertices, _, let tensors, _):
      try vertices.run(workers, tensors.map(place), stride: memory.tileStride, at: step.site)
    case .fill(let copies, let elements, let tensor): try write(copies, elements, to: place(tensor))
    case .copyBetweenIPUs(let copies, let source, let destination):
      try copy(copies, from: place(source), to: place(destination))
    case .infeed(let copies, let stream, let elements, let tensor):
      guard let infeed else {
        throw TesseraError(
          .internalError, code: .noInfeed,
          "\(step.site.description): there is no source for stream '\(stream)'")
      }
      try infeed.read(stream, replica: replica, to: elements.bytes)
      try write(copies, elements, to: place(tensor))
    case .load(let copies, let buffer, let tensor):
      try copies.run(
        workers, from: try self.buffer(buffer, tensor, call, replica, step.site), stride: 0,
        to: place(tensor), stride: memory.tileStride)
    case .store(let copies, let tensor, let buffer):
      try copies.run(
        workers, from: place(tensor), stride: memory.tileStride,
        to: try self.buffer(buffer, tensor, call, replica, step.site), stride: 0)
    case .replicaIndex(let copies, let tensor):
      try write(copies, HostTensor([], [Int32(truncatingIfNeeded: replica)]), to: place(tensor))
    case .repeat(let count, let iteration, let steps):
      try forEachIteration(count) { number in
        try begin(number, iteration, call, replica)
        try run(steps, call, replica)
      }
    case .call(let callee, let site):
      let inner = try TileCall(callee, site, by: call, limits, step.site)
      if replica == 0, !repeatsItself { shadow?.begin(inner, limits) }
      try run(callee.steps, inner, replica)
    case .collective:
      throw step.site.error(
        .tileUnsupportedVertex, "a collective is not in the entry's own steps")
    }
  }

  /// The host's memory of a buffer that a tensor is copied from or to.
  private func buffer(
    _ number: Int, _ tensor: Int, _ call: TileCall, _ replica: Int, _ site: TileSite
  ) throws(TesseraError) -> UnsafeMutableRawPointer {
    let bytes = buffers[replica][call.buffers[number]]
    let type = call.function.source.tensors[tensor].type
    guard bytes.count == type.byteCount, let start = bytes.baseAddress else {
      throw site.error(
        .tileShapeMismatch, "the buffer has \(bytes.count) bytes, the tensor is \(type)")
    }
    return start
  }

  /// Counts the step, and looks at what it reads where that is still watched.
  private func watch(_ step: PreparedTileStep, _ call: TileCall, _ replica: Int) throws {
    guard replica == 0 else { return }
    step.runs += 1
    if repeatsItself {
      shadow?.noteEntries(step, call, memory)
    } else {
      try shadow?.watch(step, call, memory)
    }
  }

  /// What is written when the third iteration begins was when the second did, but entries of stashes, and
  /// all read the same: so the first two are watched.
  private func forEachIteration(_ count: Int, _ body: (Int) throws -> Void) rethrows {
    let outer = repeatsItself
    defer { repeatsItself = outer }
    for number in 0..<count {
      repeatsItself = outer || number > 1
      try body(number)
    }
  }

  private func begin(
    _ number: Int, _ iteration: [(tensor: Int, copies: TileCopies)], _ call: TileCall,
    _ replica: Int
  ) throws {
    let value = HostTensor([], [Int32(truncatingIfNeeded: number)])
    for (tensor, copies) in iteration {
      if replica == 0, !repeatsItself { shadow?.write(copies, call.places[tensor]) }
      try write(copies, value, to: memory.pointer(call.places[tensor], replica: replica))
    }
  }

  /// Whether two tensors have memory in common.
  static func overlap(_ first: Int, _ second: Int, _ call: TileCall) -> Bool {
    let (a, b) = (call.places[first], call.places[second])
    let tensors = call.function.source.tensors
    return a.ipu == b.ipu && a.address < b.address + tensors[second].tileBytes
      && b.address < a.address + tensors[first].tileBytes
  }

  /// Copies from tile to tile.
  private func copy(
    _ copies: TileCopies, from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer
  ) throws {
    try copies.run(
      workers, from: source, stride: memory.tileStride, to: destination, stride: memory.tileStride)
  }

  /// Reads all that an exchange moves before it writes any of it.
  private func runApart(
    _ exchange: TileExchange, from source: UnsafeRawPointer,
    to destination: UnsafeMutableRawPointer
  ) throws {
    let stride = exchange.gatherStride
    let apart = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, memory.tiles * stride), alignment: 64)
    defer { apart.deallocate() }
    try exchange.gather.run(
      workers, from: source, stride: memory.tileStride, to: apart, stride: stride)
    try exchange.copies.run(
      workers, from: apart, stride: stride, to: destination, stride: memory.tileStride)
  }

  /// Copies from a tensor of the host.
  /// - Parameter offset: where in it, in bytes.
  func write(
    _ copies: TileCopies, _ elements: HostTensor, offset: Int = 0,
    to destination: UnsafeMutableRawPointer
  ) throws {
    guard let start = elements.bytes.baseAddress else { return }
    try withExtendedLifetime(elements) {
      try copies.run(
        workers, from: start + offset, stride: 0, to: destination, stride: memory.tileStride)
    }
  }

  /// Copies to a tensor of the host.
  func read(
    _ copies: TileCopies, _ elements: HostTensor, offset: Int = 0, from source: UnsafeRawPointer
  ) throws {
    guard let start = elements.bytes.baseAddress else { return }
    try withExtendedLifetime(elements) {
      try copies.run(
        workers, from: source, stride: memory.tileStride, to: start + offset, stride: 0)
    }
  }

  private func run(_ collective: TileCollective, _ call: TileCall) throws {
    for (number, tensor) in collective.operands.enumerated() {
      let host = collective.tensors[number]
      for replica in 0..<replicas {
        try read(
          collective.toHost[number], host, offset: replica * host.bytes.count / replicas,
          from: memory.pointer(call.places[tensor], replica: replica))
      }
    }
    try collective.run(workers.machines[0])
    for (number, tensor) in collective.results.enumerated() {
      let host = collective.tensors[collective.operands.count + number]
      for replica in 0..<replicas {
        let offset = collective.givesParts ? replica * host.bytes.count / replicas : 0
        try write(
          collective.fromHost[number], host, offset: offset,
          to: memory.pointer(call.places[tensor], replica: replica))
      }
    }
  }
}
