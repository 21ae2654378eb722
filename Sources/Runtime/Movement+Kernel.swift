import CHostKernels
import Foundations
import Operations

extension Movement {
  /// A strided copy for each operand; nil for a reshape, whose result is its operand.
  func kernel(_ site: OperationSite) -> Kernel? {
    let result = site.resultTypes[0]
    let strides = result.strides
    switch self {
    case .reshape: return nil
    case .transpose(let permutation):
      let own = site.operandTypes[0].strides
      return StridedCopy(
        result.element, result.extents, from: permutation.map { own[$0] }, to: strides
      ).kernel(site.operands[0], site.results[0])
    case .broadcast(let shape):
      return StridedCopy(
        result.element, result.extents,
        from: site.operandTypes[0].strides(broadcastTo: shape), to: strides
      ).kernel(site.operands[0], site.results[0])
    case .slice(let starts, let shape):
      let own = site.operandTypes[0].strides
      var copy = StridedCopy(result.element, shape.map(Int64.init), from: own, to: strides)
      copy.sourceOffset = copy.offset(of: starts, own)
      return copy.kernel(site.operands[0], site.results[0])
    case .pad(let starts, _):
      let operand = site.operandTypes[0]
      var copy = StridedCopy(result.element, operand.extents, from: operand.strides, to: strides)
      copy.destinationOffset = copy.offset(of: starts, strides)
      let place = copy.kernel(site.operands[0], site.results[0])
      // Zero is all bits 0 in every element type.
      let zeros = fillKernel(0, TensorType(result.shape, result.element), site.results[0])
      return { machine in
        try zeros(machine)
        try place(machine)
      }
    case .concatenate(let axis):
      var start = 0
      var copies: [Kernel] = []
      for (operand, slot) in zip(site.operandTypes, site.operands) {
        var copy = StridedCopy(
          result.element, operand.extents, from: operand.strides, to: strides)
        copy.destinationOffset = start * Int(strides[axis]) * result.element.byteCount
        copies.append(copy.kernel(slot, site.results[0]))
        start += operand.shape[axis]
      }
      return { [copies] machine in
        for copy in copies { try copy(machine) }
      }
    }
  }
}

/// The arguments of `hk_copy_strided`; offsets in bytes, strides in elements.
private struct StridedCopy {
  var elementSize: Int
  var extents: [Int64]
  var sourceStrides: [Int64]
  var destinationStrides: [Int64]
  var sourceOffset = 0
  var destinationOffset = 0

  init(
    _ element: ElementType, _ extents: [Int64], from sourceStrides: [Int64],
    to destinationStrides: [Int64]
  ) {
    elementSize = element.byteCount
    self.extents = extents
    self.sourceStrides = sourceStrides
    self.destinationStrides = destinationStrides
  }

  func offset(of starts: [Int], _ strides: [Int64]) -> Int {
    zip(starts, strides).reduce(0) { $0 + $1.0 * Int($1.1) } * elementSize
  }

  func kernel(_ source: Int, _ destination: Int) -> Kernel {
    let copy = self
    return { machine in
      hk_copy_strided(
        machine.pool, copy.elementSize, Int32(copy.extents.count), copy.extents,
        machine[source] + copy.sourceOffset, copy.sourceStrides,
        machine[destination] + copy.destinationOffset, copy.destinationStrides)
    }
  }
}

/// A kernel that sets all elements to `value`, which is exact in the element type.
func fillKernel(_ value: Double, _ type: TensorType, _ slot: Int) -> Kernel {
  let (size, count) = (type.element.byteCount, Int64(type.count))
  var bits: UInt64 = 0
  withUnsafeMutableBytes(of: &bits) { bytes in
    if let start = bytes.baseAddress { type.element.store(value, to: start) }
  }
  return { [bits] machine in
    withUnsafeBytes(of: bits) { bytes in
      hk_fill(machine.pool, size, count, bytes.baseAddress, machine[slot])
    }
  }
}
