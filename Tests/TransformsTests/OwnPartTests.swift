import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Recipe
import Runtime
import TestSupport
import Testing

/// What replicas have for themselves, measured on the bundle's program as the engine executes it.
@Suite struct OwnPartTests {
  private static let settings = ["min_remote_tensor_size=0"]

  private static func models(_ sharding: Bool) -> [MicroModel] {
    [2, 4].flatMap { replicas in
      ["AdamW", "LAMB"].map { optimizer in
        MicroModel(
          "\(optimizer), \(replicas) replicas",
          settings + [
            "optimizer_opts.name=\(optimizer)", "replicated_tensor_sharding=\(sharding)",
          ],
          precision: .fp32, replicas: replicas)
      }
    }
  }

  /// All that a replica does not own of the moments is no number while it updates its part, and before
  /// any update all of the moments is none: weights and moments are the same bits.
  @Test(arguments: zip(models(true), models(false)))
  func aReplicaReadsItsPartOnly(model: MicroModel, unsharded: MicroModel) throws {
    let whole = try #require(
      try unsharded.compiled(upTo: "schedule").module[EntryName.trainingStep])
    let compiled = try model.compiled(upTo: "schedule")
    let clean = try run(compiled, whole, isPoisoned: false)
    let poisoned = try run(compiled, whole, isPoisoned: true)
    #expect(poisoned.ownerChanges > compiled.recipe.program.replicas)
    #expect(clean.results.map(\.values) == poisoned.results.map(\.values))
    #expect(clean.results.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    // The rest is seen where there is one to see: an update of whole moments reads all of them.
    let other = try run(try unsharded.compiled(upTo: "schedule"), whole, isPoisoned: true)
    let weights = zip(whole.resultPorts, other.results).filter { $0.0?.role == .parameter }
    #expect(weights.allSatisfy { $0.1.values.contains(where: \.isNaN) })
  }

  /// Runs the training step with a stream more, by which a replica says that it begins an update.
  private func run(
    _ compiled: MicroModel.Compiled, _ whole: Function, isPoisoned: Bool
  ) throws -> (results: [Tensor], ownerChanges: Int) {
    let replicas = compiled.recipe.program.replicas
    var module = compiled.module
    let entry = try #require(module[EntryName.trainingStep])
    var updates: Set<String> = []
    for (port, argument) in zip(entry.argumentPorts, entry.arguments)
    where port?.role.isOptimizerState == true {
      for use in entry[argument].uses where entry[use.operation].operation != .control(.return) {
        guard case .control(.call(let callee)) = entry[use.operation].operation else {
          Issue.record("\(entry[use.operation].operation.mnemonic) reads a moment")
          continue
        }
        updates.insert(callee)
      }
    }
    #expect(!updates.isEmpty)
    for name in updates.sorted() {
      let function = try #require(module[name])
      var rewriter = Rewriter(function)
      rewriter.insertionPoint = .before(try #require(function[function.body].operations.first))
      rewriter.insert(.source(.infeed(stream: "owner", TensorType([], .f32))), [])
      module.insert(rewriter.function)
    }
    let program = Program(emitting: module, parameters: compiled.parameters)
    try program.validate()
    let engine = try Engine(program, replicas: replicas, threads: 2)
    let arguments = entry.parts(of: compiled.arguments(of: whole), replicas: replicas)
      .map(HostTensor.init)
    let moments = zip(entry.argumentPorts, arguments).filter { $0.0?.role.isOptimizerState == true }
    let owner = MomentOwner(moments.map(\.1), replicas: replicas)
    if isPoisoned { owner.hide() }
    let infeed = compiled.hostInfeed
    let results = try engine.run(EntryName.trainingStep, arguments) {
      stream, replica, iteration, destination in
      guard stream == "owner" else {
        return try infeed(stream, replica, iteration, destination)
      }
      if isPoisoned { owner.give(to: replica) }
    }
    if isPoisoned { owner.restore() }
    return (entry.wholes(of: results.map { Tensor($0) }, like: whole), owner.changes)
  }

  // MARK: Data and masks

  /// The gradients of each of two replicas, as the program's own exchange gets them.
  private func gradients(
    dropout: Double, sameData: Bool
  ) throws -> (first: [Tensor], second: [Tensor]) {
    let compiled = try MicroModel(
      "", ["replicated_tensor_sharding=true", "min_remote_tensor_size=0"], precision: .fp32,
      replicas: 2, dropout: dropout
    ).compiled(upTo: "schedule")
    var module = compiled.module
    let entry = try #require(module[EntryName.trainingStep])
    let exchange = try #require(
      entry.allOperations.first {
        if case .collective(.reduceScatterSum) = entry[$0].operation { true } else { false }
      })
    let sums = entry[exchange].operands
    var rewriter = Rewriter(entry)
    rewriter.insertionPoint = .before(exchange)
    let replica = rewriter.insert(.source(.replicaIndex), [])[0]
    var seen: [ValueID] = []
    for number in 0..<2 {
      let isOwn = rewriter.compare(.equal, replica, rewriter.scalar(Double(number), .i32))
      seen += rewriter.insert(
        .collective(.allReduceSum),
        sums.map { sum in
          rewriter.select(isOwn, sum, rewriter.scalar(0, .f32))
        })
    }
    let old = try #require(entry[entry.body].operations.last)
    rewriter.erase(old)
    rewriter.return(
      seen, ports: seen.indices.map { Port(name: "\($0)", role: .output) })
    module.insert(rewriter.function)
    let program = Program(emitting: module, parameters: compiled.parameters)
    try program.validate()
    let infeed = compiled.hostInfeed
    let arguments = entry.arguments.indices.map { index in
      var type = entry.argumentTypes[index]
      if let port = entry.argumentPorts[index] { type = port.hostType(type, replicas: 2) }
      return Tensor(type, splat: 0)
    }
    let given = zip(compiled.arguments(of: entry), arguments).map { $0.type == $1.type ? $0 : $1 }
    let results = try Engine(program, replicas: 2, threads: 2).run(
      EntryName.trainingStep, given.map(HostTensor.init)
    ) { stream, replica, iteration, destination in
      try infeed(stream, sameData ? 0 : replica, iteration, destination)
    }.map { Tensor($0) }
    return (Array(results.prefix(sums.count)), Array(results.suffix(sums.count)))
  }

  @Test func replicasHaveTheirOwnDataAndMasks() throws {
    func differences(dropout: Double, sameData: Bool) throws -> Int {
      let (first, second) = try gradients(dropout: dropout, sameData: sameData)
      #expect(first.allSatisfy { $0.values.allSatisfy(\.isFinite) })
      return zip(first, second).count { $0 != $1 }
    }
    #expect(try differences(dropout: 0, sameData: true) == 0)
    #expect(try differences(dropout: 0, sameData: false) > 20)
    // Nothing but the masks can differ.
    #expect(try differences(dropout: 0.1, sameData: true) > 20)
  }
}

/// Keeps the true numbers of moments, and shows each replica its part of them; the rest is no number. A
/// class because an engine's stream changes it.
private final class MomentOwner {
  private let moments: [HostTensor]
  private let replicas: Int
  /// The bytes of each part of each moment.
  private var parts: [[[UInt8]]]
  private var owner: Int?
  /// How often another replica became the owner.
  private(set) var changes = 0

  init(_ moments: [HostTensor], replicas: Int) {
    self.moments = moments
    self.replicas = replicas
    parts = []
    parts = moments.map { moment in
      (0..<replicas).map { Array(moment.bytes[range($0, of: moment)]) }
    }
  }

  /// The bytes of a replica's part, of a tensor of parts as of a whole one.
  private func range(_ replica: Int, of moment: HostTensor) -> Range<Int> {
    let elements = Collective.elements(
      of: replica, of: moment.type.count, replicas: replicas)
    let size = moment.type.element.byteCount
    return elements.lowerBound * size..<elements.upperBound * size
  }

  private func keep() {
    guard let owner else { return }
    for (index, moment) in moments.enumerated() {
      parts[index][owner] = Array(moment.bytes[range(owner, of: moment)])
    }
  }

  private func show(where isShown: (Int) -> Bool) {
    for (index, moment) in moments.enumerated() {
      for replica in 0..<replicas {
        for (place, byte) in zip(range(replica, of: moment), parts[index][replica]) {
          // All bits set are no number.
          moment.bytes[place] = isShown(replica) ? byte : 0xFF
        }
      }
    }
  }

  func hide() { show { _ in false } }

  func give(to replica: Int) {
    guard owner != replica else { return }
    keep()
    owner = replica
    changes += 1
    show { $0 == replica }
  }

  func restore() {
    keep()
    owner = nil
    show { _ in true }
  }
}
