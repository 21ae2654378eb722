import Bundle
import Foundations
import IPUTarget
import Operations
import TileProgram

/// A program on the device `ipu-tile`: every tile of every IPU with a memory of its own, to which others
/// reach by exchanges only. A class because it owns memory and threads.
///
/// An engine is for one thread at a time. Numbers do not depend on the number of its threads. Until it has run
/// once to the end it looks at every byte that is read: whether something has written it since it was
/// allocated; and then at what the plan states of each function: whether that is what tiles did.
package final class TileEngine: Device {
  /// Copies of the model that train together.
  package let replicas: Int
  private let tileProgram: TileProgram
  private let ipu: IPU
  private let entryName: String
  private let entry: PreparedTileFunction
  private let call: TileCall
  private let functions: [PreparedTileFunction]
  private let executor: TileExecutor
  private let entrySignature: EntrySignature
  /// For each argument the copies to its tensor; nil for a buffer.
  private let toTiles: [TileCopies?]
  /// For each result the copies from its tensor.
  private let fromTiles: [TileCopies?]

  /// Makes the tables of all copies and kernels.
  ///
  /// - Parameters:
  ///   - program: the program that the tile program was made from.
  ///   - system: the system that it was made for.
  /// - Precondition: the program is valid (`Program.validate`).
  /// - Throws: `TesseraError`: usage for a number of replicas or threads that makes no sense, incompatible
  ///   where the device does not compute in a type, internalError where the tile program makes no sense.
  package init(
    _ program: Program, _ tileProgram: TileProgram, on system: IPUSystem, replicas: Int = 1,
    threads: Int = 1
  ) throws(TesseraError) {
    try Engine.check(replicas, "replicas", largest: Engine.largestReplicaCount)
    try Engine.check(threads, "threads", largest: Engine.largestThreadCount)
    self.replicas = replicas
    self.tileProgram = tileProgram
    ipu = system.ipu
    var preparation = TilePreparation(
      program, tileProgram, on: system, replicas: replicas, threads: threads)
    let entry = try preparation.function(tileProgram.entry)
    self.entry = entry
    functions = preparation.prepared
    let limits = TileCall.Limits(
      frameBases: tileProgram.frameBases, ipus: tileProgram.ipus,
      tileBytes: system.ipu.tileBytes)
    call = try TileCall(entry, limits)
    let used = try Self.usedBytes(tileProgram, limits)
    executor = TileExecutor(
      memory: try TileMemory(
        replicas: replicas, ipus: limits.ipus, tiles: system.ipu.tiles,
        tileBytes: used),
      workers: try TileWorkers(threads: threads, slotCount: preparation.slotCount),
      limits: limits, replicas: replicas,
      shadow: try TileShadow(
        ipus: limits.ipus, tiles: system.ipu.tiles, tileBytes: used))
    guard let function = program.function(named: entry.source.name) else {
      throw TesseraError(
        .internalError, code: .noSuchFunction,
        "the program has no function '\(entry.source.name)'")
    }
    try Self.check(
      entry, entry.source.arguments, program.blocks[function.body].arguments.map(program.type(of:)),
      "argument")
    try Self.check(
      entry, entry.source.results, program.returned(by: function).map(program.type(of:)), "result")
    entryName = function.name
    entrySignature = EntrySignature(of: function, in: program, replicas: replicas)
    func tensor(_ place: TileStep.Place) -> TileTensor? {
      if case .tensor(let tensor) = place { entry.source.tensors[tensor] } else { nil }
    }
    toTiles = entry.source.arguments.map { tensor($0).map { preparation.fromHost($0) } }
    fromTiles = entry.source.results.map { tensor($0).map { preparation.toHost($0) } }
  }

  /// The same on the system that the tile program names.
  /// - Throws: the same, and incompatible where this version does not know the system.
  package convenience init(
    _ program: Program, _ tileProgram: TileProgram, replicas: Int = 1, threads: Int = 1
  ) throws(TesseraError) {
    guard let system = IPUSystem(named: tileProgram.system) else {
      throw TesseraError(
        .incompatible, code: .invalidProgram,
        "the tile program is for '\(tileProgram.system)', which is no system",
        notes: ["there are: " + IPUSystem.names.joined(separator: ", ")],
        remedies: ["compile the configuration again"])
    }
    try self.init(program, tileProgram, on: system, replicas: replicas, threads: threads)
  }

  /// Bytes of a tile's memory that frames reach.
  /// - Throws: `TesseraError` where a frame leaves the memory.
  private static func usedBytes(
    _ program: TileProgram, _ limits: TileCall.Limits
  ) throws(TesseraError) -> Int {
    var used = 0
    for (function, bases) in zip(program.functions, program.frameBases) {
      guard let function else { continue }
      for (ipu, base) in bases.enumerated() {
        let frame = function.ipus == 1 ? 0 : ipu
        guard let base, function.frameBytes.indices.contains(frame) else { continue }
        let end = base + function.frameBytes[frame]
        guard base >= 0, end <= limits.tileBytes else {
          throw TileSite(function: function.name, path: [], mnemonic: "func.func").error(
            .tileOutOfBounds,
            "the frame on IPU \(ipu), bytes \(base) to \(end), leaves the memory of a tile, "
              + "\(limits.tileBytes) bytes")
        }
        used = max(used, end)
      }
    }
    return used
  }

  /// - Throws: `TesseraError` where the entry's tensors are not those of the program's function.
  private static func check(
    _ entry: PreparedTileFunction, _ places: [TileStep.Place], _ types: [TensorType], _ name: String
  ) throws(TesseraError) {
    let fits =
      places.count == types.count
      && zip(places, types).allSatisfy { place, type in
        switch place {
        case .tensor(let tensor): entry.source.tensors[tensor].type == type
        case .buffer: type.memory == .streaming
        }
      }
    guard fits, entry.source.updates.count == entry.source.results.count else {
      throw entry.site.error(
        .tileShapeMismatch, "the \(name)s are not those of the program's function, \(types)")
    }
  }

  /// Bytes of this machine's memory that the engine computes in, at most: the memories of the tiles, of which
  /// pages that nothing touches take none, and until it has run once as many marks as a replica has bytes.
  package var hostByteCount: Int {
    executor.memory.byteCount + (executor.shadow?.byteCount ?? 0)
  }

  /// The arguments and results of the entry.
  /// - Throws: `TesseraError` where the entry has another name.
  package func signature(of entry: String) throws(TesseraError) -> EntrySignature {
    guard entry == entryName else {
      throw TesseraError(
        .internalError, code: .noSuchFunction, "the tile program runs no function '\(entry)'")
    }
    return entrySignature
  }

  /// Runs the entry, as `Device` says.
  /// - Throws: as `Device` says, and internalError where the tile program does what it must not, incompatible
  ///   where it does not do what its plan states.
  package func run(
    _ entry: String, _ arguments: [HostTensor], infeed: Infeed? = nil
  ) throws -> [HostTensor] {
    let signature = try signature(of: entry)
    try signature.check(
      arguments, of: entry, updated: Set(self.entry.source.updates.compactMap { $0 }))
    executor.infeed = infeed.map { InfeedReader($0, replicas: replicas) }
    defer { executor.infeed = nil }
    let isFirst = executor.shadow != nil
    let before = isFirst ? figures : []
    let buffers = try bind(arguments)
    try withExtendedLifetime(buffers) {
      try executor.runEntry(self.entry.steps, call)
    }
    let results = try results(arguments)
    if isFirst {
      try tileProgram.checkFigures(zip(figures, before).map { $0 - $1 })
      executor.shadow = nil
    }
    return results
  }

  private var figures: [TileFigures] { execution.figures(of: tileProgram, on: ipu) }

  /// What the steps have done since the engine was made.
  package var execution: TileExecution { TileExecution(functions) }

  /// Writes the arguments to the tiles, and gives each replica the memory of its buffers.
  /// - Returns: the buffers that are not the host's own.
  private func bind(_ arguments: [HostTensor]) throws -> [HostTensor] {
    executor.shadow?.begin(call, executor.limits)
    var own: [HostTensor] = []
    var buffers = Array(
      repeating: [UnsafeMutableRawBufferPointer?](repeating: nil, count: entry.source.bufferCount),
      count: replicas)
    for (index, place) in entry.source.arguments.enumerated() {
      let host = arguments[index]
      let isSharded = entrySignature.arguments[index].port?.isSharded ?? false
      for replica in 0..<replicas {
        let offset = isSharded ? replica * host.bytes.count / replicas : 0
        switch place {
        case .tensor(let tensor):
          guard let copies = toTiles[index] else { continue }
          if replica == 0 { executor.shadow?.write(copies, call.places[tensor]) }
          try executor.write(
            copies, host, offset: offset,
            to: executor.memory.pointer(call.places[tensor], replica: replica))
        case .buffer(let buffer):
          var memory = host
          // What all replicas hold is the same, but each writes its own.
          if !isSharded, replica > 0 {
            memory = HostTensor(host.type)
            memory.bytes.copyMemory(from: UnsafeRawBufferPointer(host.bytes))
            own.append(memory)
          }
          let count = host.bytes.count / (isSharded ? replicas : 1)
          buffers[replica][buffer] = UnsafeMutableRawBufferPointer(
            rebasing: memory.bytes[offset..<offset + count])
        }
      }
    }
    executor.buffers = try buffers.map { buffers in
      try buffers.map { buffer in
        guard let buffer else {
          throw entry.site.error(.tileShapeMismatch, "a buffer is no argument")
        }
        return buffer
      }
    }
    return own
  }

  /// Reads the results from the tiles: of replica 0 where replicas differ.
  private func results(_ arguments: [HostTensor]) throws -> [HostTensor] {
    var results: [HostTensor] = []
    for (index, place) in entry.source.results.enumerated() {
      let element = entrySignature.results[index]
      let host = entry.source.updates[index].map { arguments[$0] } ?? HostTensor(element.type)
      results.append(host)
      guard case .tensor(let tensor) = place, let copies = fromTiles[index] else { continue }
      try executor.shadow?.read(copies, tensor, call, entry.site)
      let parts = element.port?.isSharded ?? false ? replicas : 1
      for replica in 0..<parts {
        try executor.read(
          copies, host, offset: replica * host.bytes.count / parts,
          from: executor.memory.pointer(call.places[tensor], replica: replica))
      }
    }
    return results
  }
}
