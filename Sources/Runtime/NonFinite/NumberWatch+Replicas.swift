import Bundle
import Foundations
import Operations

extension NumberWatch {
  /// The kernel of a collective, which runs once for all replicas, with a look at what each gets.
  /// - Parameters:
  ///   - operandStrides: for each operand the bytes from one replica's to the next; 0 where all have the
  ///     same.
  ///   - resultStrides: the same for the results.
  func watched(
    _ kernel: @escaping Kernel, _ index: Program.OperationIndex, _ collective: Collective,
    _ site: OperationSite, operandStrides: [Int], resultStrides: [Int]
  ) -> Kernel {
    { machine in
      var operands: [[Operands]] = []
      for place in site.operands.indices {
        operands.append(
          Self.offsets(operandStrides[place], site.replicas).map {
            Operands(site.tensor(place), machine, self.memory, offset: $0)
          })
      }
      try kernel(machine)
      for place in site.results.indices {
        for (replica, offset) in Self.offsets(resultStrides[place], site.replicas).enumerated() {
          self.replica = resultStrides[place] == 0 ? nil : replica
          self.look(
            at: machine[site.results[place]] + offset, result: 0, site.tensor(place),
            .collective(collective), index, Operands(joining: operands[place]), on: machine)
        }
      }
      self.replica = nil
    }
  }

  private static func offsets(_ stride: Int, _ replicas: Int) -> [Int] {
    stride == 0 ? [0] : (0..<replicas).map { $0 * stride }
  }
}

extension OperationSite {
  /// The site of one of the tensors of a collective.
  fileprivate func tensor(_ place: Int) -> OperationSite {
    OperationSite(
      function: function, mnemonic: mnemonic, operandTypes: [operandTypes[place]],
      resultTypes: [resultTypes[place]], operands: [operands[place]], results: [results[place]],
      replicas: replicas)
  }
}
