import Foundations
import GraphIR
import Operations

/// Runs the functions of a module as they are written: one operation after the other, in plain Swift.
///
/// It is the oracle: passes and kernels are judged by what it computes. An entry function runs for all
/// replicas at once, operation by operation, since they meet in collectives.
package struct Interpreter: Sendable {
  /// The tensor of a host stream for a replica and a micro-batch, which is how often the run has read
  /// the stream before.
  package typealias Infeed =
    @Sendable (_ stream: String, _ replica: Int, _ microBatch: Int) throws -> Tensor

  /// How often a run has read each stream; replicas read together.
  private typealias ReadCounts = [String: Int]

  private let module: Module
  private let replicas: Int
  private let infeed: Infeed?

  package init(_ module: Module, replicas: Int = 1, infeed: Infeed? = nil) {
    self.module = module
    self.replicas = replicas
    self.infeed = infeed
  }

  /// The results of the function for the arguments, those of replica 0 where replicas differ. What is
  /// sharded has a leading axis of replicas.
  /// - Throws: `TesseraError` where the function is not there, the arguments are not of its types, or an
  ///   operation fails on its data.
  package func run(_ name: String, _ arguments: [Tensor]) throws -> [Tensor] {
    guard let function = module[name] else {
      throw TesseraError(.internalError, code: .noSuchFunction, "there is no function @\(name)")
    }
    let types = zip(function.argumentPorts, function.argumentTypes).map { port, type in
      port?.hostType(type, replicas: replicas) ?? type
    }
    guard arguments.map(\.type) == types else {
      throw TesseraError(
        .internalError, code: .wrongArguments, "@\(name) takes \(types)")
    }
    var values: [ReplicatedValue] = []
    for (index, argument) in arguments.enumerated() {
      let isSharded = function.argumentPorts[index]?.isSharded == true
      values.append(
        isSharded
          ? .each(argument.parts(function.argumentTypes[index], count: replicas))
          : .same(argument))
    }
    var readCounts = ReadCounts()
    let results = try run(function, values, &readCounts)
    return zip(function.resultPorts, results).map { port, result in
      guard let port, port.isSharded else { return result[0] }
      return Tensor(
        moved: (0..<replicas).flatMap { result[$0].values },
        port.hostType(result[0].type, replicas: replicas))
    }
  }

  private func run(
    _ function: Function, _ arguments: [ReplicatedValue], _ readCounts: inout ReadCounts
  ) throws -> [ReplicatedValue] {
    var values: [ValueID: ReplicatedValue] = [:]
    for (argument, value) in zip(function.arguments, arguments) { values[argument] = value }
    return try run(function.body, of: function, &values, &readCounts)
  }

  /// Runs a block and gives the operands of its terminator.
  private func run(
    _ block: BlockID, of function: Function, _ values: inout [ValueID: ReplicatedValue],
    _ readCounts: inout ReadCounts
  ) throws -> [ReplicatedValue] {
    for id in function[block].operations {
      let node = function[id]
      let operands = try node.operands.map { operand in
        guard let value = values[operand] else {
          throw TesseraError(
            .internalError, code: .undefinedValue, "\(operand) of @\(function.name) has no value")
        }
        return value
      }
      if node.operation.isTerminator { return operands }
      let results: [ReplicatedValue]
      if case .control(.repeat(let count)) = node.operation, let body = node.body {
        var carried = operands
        for number in 0..<count {
          let iterationValue = Tensor(TensorType([], .i32), splat: Double(number))
          let blockValues = [.same(iterationValue)] + carried
          for (argument, value) in zip(function[body].arguments, blockValues) {
            values[argument] = value
          }
          carried = try run(body, of: function, &values, &readCounts)
        }
        results = carried
      } else if node.operation == .control(.fuse), let body = node.body {
        // Operation by operation: a chain has no other meaning.
        for (argument, value) in zip(function[body].arguments, operands) {
          values[argument] = value
        }
        results = try run(body, of: function, &values, &readCounts)
      } else {
        results = try evaluate(node.operation, operands, &readCounts)
      }
      for (result, value) in zip(node.results, results) { values[result] = value }
    }
    return []
  }

  private func evaluate(
    _ operation: Operation, _ operands: [ReplicatedValue], _ readCounts: inout ReadCounts
  ) throws -> [ReplicatedValue] {
    switch operation {
    case .control(.call(let callee)):
      guard let function = module[callee] else {
        throw TesseraError(
          .internalError, code: .noSuchFunction, "there is no function @\(callee)")
      }
      return try run(function, operands, &readCounts)
    case .source(.replicaIndex):
      let type = TensorType([], .i32)
      return [.each((0..<replicas).map { Tensor(type, splat: Double($0)) })]
    case .source(.infeed(let stream, let type)):
      guard let infeed else {
        throw TesseraError(
          .internalError, code: .noInfeed, "stream '\(stream)' is read and has no source")
      }
      let microBatch = readCounts[stream, default: 0]
      readCounts[stream] = microBatch + 1
      return [
        .each(
          try (0..<replicas).map { replica in
            let tensor = try infeed(stream, replica, microBatch)
            guard tensor.type == type else {
              throw TesseraError(
                .incompatible, code: .wrongStreamType,
                "stream '\(stream)' gave \(tensor.type), \(type) is read")
            }
            return tensor
          })
      ]
    case .collective(let collective):
      return try collective.evaluate(operands, replicas: replicas)
    case .elementwise, .movement, .reduction, .contraction, .indexing, .accumulation,
      .normalization, .softmax, .random, .stash, .remote, .source(.constant),
      .source(.undefined), .control:
      return try evaluateAlike(operation, operands)
    }
  }

  /// Once where all replicas have the same operands, else once for each.
  private func evaluateAlike(
    _ operation: Operation, _ operands: [ReplicatedValue]
  ) throws -> [ReplicatedValue] {
    func evaluate(_ tensors: [Tensor]) throws -> [Tensor] {
      guard let results = try operation.evaluate(tensors) else {
        throw TesseraError(
          .internalError, code: .noMeaning,
          "'\(operation.mnemonic)' has no meaning of its own")
      }
      return results
    }
    let isSame = operands.allSatisfy {
      if case .same = $0 { true } else { false }
    }
    if isSame { return try evaluate(operands.map { $0[0] }).map(ReplicatedValue.same) }
    let results = try (0..<replicas).map { replica in try evaluate(operands.map { $0[replica] }) }
    return results[0].indices.map { index in .each(results.map { $0[index] }) }
  }
}
