import Foundations
import Operations

/// A value of every replica.
enum ReplicatedValue {
  case same(Tensor)
  case each([Tensor])

  subscript(replica: Int) -> Tensor {
    switch self {
    case .same(let tensor): tensor
    case .each(let tensors): tensors[replica]
    }
  }
}

extension Collective {
  /// The results of all replicas.
  /// - Throws: `TesseraError` where the operation is for another number of replicas, or the type rule
  ///   refuses the operands.
  func evaluate(
    _ operands: [ReplicatedValue], replicas: Int
  ) throws(TesseraError) -> [ReplicatedValue] {
    if let own = self.replicas, own != replicas {
      throw TesseraError(
        .internalError, code: .replicaMismatch,
        "'\(mnemonic)' is for \(own) replicas, \(replicas) run")
    }
    let types: [TensorType]
    do throws(OperationError) {
      types = try resultTypes(of: operands.map { $0[0].type })
    } catch {
      throw Operation.collective(self).invalidOperands(error)
    }
    return zip(operands, types).map { operand, type in
      switch self {
      case .allReduceSum: .same(Self.sum(operand, replicas))
      case .reduceScatterSum:
        Self.parts(.same(Self.sum(operand, replicas)), type, replicas)
      case .replicaSlice: Self.parts(operand, type, replicas)
      case .allGather:
        .same(
          Tensor(
            moved: Array((0..<replicas).flatMap { operand[$0].values }.prefix(type.count)), type))
      }
    }
  }

  /// Sums in the order of the replicas, with one rounding.
  private static func sum(_ operand: ReplicatedValue, _ replicas: Int) -> Tensor {
    var total = operand[0].values
    for replica in 1..<max(1, replicas) {
      let values = operand[replica].values
      for index in total.indices { total[index] += values[index] }
    }
    return Tensor(operand[0].type, total)
  }

  private static func parts(
    _ whole: ReplicatedValue, _ type: TensorType, _ replicas: Int
  ) -> ReplicatedValue {
    .each(
      (0..<replicas).map { replica in
        let values = whole[replica].values
        let own = elements(of: replica, of: values.count, replicas: replicas)
        let padding = Array(repeating: 0.0, count: type.count - own.count)
        return Tensor(moved: values[own] + padding, type)
      })
  }
}
