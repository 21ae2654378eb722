import Foundations
import Operations
import TileProgram

/// A collective that is ready to run: through tensors of the host that hold what all replicas have, one
/// after the other, with the kernels of ipu-model.
struct TileCollective {
  let operands: [Int]
  let results: [Int]
  let toHost: [TileCopies]
  let fromHost: [TileCopies]
  /// For each operand, then each result, the host's tensor of all replicas, or of one for all.
  let tensors: [HostTensor]
  /// For each result whether each replica gets its own.
  let givesParts: Bool
  private let kernel: Kernel

  init(
    _ collective: Collective, _ site: TileSite, operands: [Int], results: [Int],
    _ tensors: [TileTensor], replicas: Int, toHost: [TileCopies], fromHost: [TileCopies]
  ) throws(TesseraError) {
    self.operands = operands
    self.results = results
    self.toHost = toHost
    self.fromHost = fromHost
    givesParts = collective.givesParts
    let operandTypes = operands.map { tensors[$0].type }
    let resultTypes = results.map { tensors[$0].type }
    guard let made = try? collective.resultTypes(of: operandTypes), made == resultTypes else {
      throw site.error(
        .tileShapeMismatch, "of \(operandTypes) the operation does not make \(resultTypes)")
    }
    let slots = operands.count
    kernel = try collective.kernel(
      OperationSite(
        function: site.function, mnemonic: site.mnemonic, operandTypes: operandTypes,
        resultTypes: resultTypes, operands: Array(0..<slots),
        results: results.indices.map { slots + $0 }, replicas: replicas),
      operandStrides: operandTypes.map(\.byteCount),
      resultStrides: resultTypes.map { collective.givesParts ? $0.byteCount : 0 })
    let copies = givesParts ? replicas : 1
    self.tensors =
      operandTypes.map { HostTensor(TensorType([replicas] + $0.shape, $0.element)) }
      + resultTypes.map { HostTensor(TensorType([copies] + $0.shape, $0.element)) }
  }

  /// Makes the results of the operands, on the host.
  func run(_ machine: Machine) throws {
    for (slot, tensor) in tensors.enumerated() {
      if let start = tensor.bytes.baseAddress { machine.slots[slot] = start }
    }
    try kernel(machine)
  }
}

extension HostTensor {
  /// The elements of a constant; one where all are equal.
  convenience init(_ literal: TensorLiteral) {
    let element = literal.type.element
    self.init(literal.isSplat ? TensorType([], element) : literal.type)
    for (index, value) in literal.values.enumerated() {
      if let start = bytes.baseAddress {
        element.store(value, to: start + index * element.byteCount)
      }
    }
  }
}
