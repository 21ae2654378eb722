import CHostKernels
import Foundations
import Operations

extension Collective {
  /// Whether the result may be made where the first replica's operand is: each tensor is read to its end
  /// before the next is touched.
  func computesInPlace(operand: Int, result: Int) -> Bool {
    switch self {
    case .allReduceSum: operand == result
    case .reduceScatterSum, .allGather, .replicaSlice: false
    }
  }

  /// A kernel that runs once for all replicas.
  /// - Parameters:
  ///   - operandStrides: for each operand the bytes from one replica's to the next; 0 where all have the
  ///     same.
  ///   - resultStrides: the same for the results.
  /// - Throws: `TesseraError` where the operation is for another number of replicas, or the device does
  ///   not compute in the type.
  func kernel(
    _ site: OperationSite, operandStrides: [Int], resultStrides: [Int]
  ) throws(TesseraError) -> Kernel {
    if let own = replicas, own != site.replicas { throw site.otherReplicas(own) }
    var kernels: [Kernel] = []
    for index in site.operands.indices {
      let tensor = ReplicatedTensor(
        site, index, operandStride: operandStrides[index], resultStride: resultStrides[index])
      switch self {
      case .allReduceSum:
        kernels.append(try tensor.sum(of: 0..<site.operandTypes[index].count, resultOffset: 0))
      case .reduceScatterSum:
        for replica in 0..<site.replicas {
          kernels += try tensor.makePart(replica) { elements, offset throws(TesseraError) in
            try tensor.sum(of: elements, resultOffset: offset)
          }
        }
      case .replicaSlice:
        for replica in 0..<site.replicas {
          kernels += tensor.makePart(replica) { elements, offset in
            tensor.copy(
              elements.count,
              operandOffset: replica * tensor.operandStride + elements.lowerBound * tensor.size,
              resultOffset: offset)
          }
        }
      case .allGather:
        let count = site.resultTypes[index].count
        for replica in 0..<site.replicas {
          let elements = Self.elements(of: replica, of: count, replicas: site.replicas)
          guard !elements.isEmpty else { continue }
          kernels.append(
            tensor.copy(
              elements.count, operandOffset: replica * tensor.operandStride,
              resultOffset: elements.lowerBound * tensor.size))
        }
      }
    }
    return { [kernels] machine in
      for kernel in kernels { try kernel(machine) }
    }
  }
}

/// One of the tensors of a collective.
private struct ReplicatedTensor {
  let site: OperationSite
  let index: Int
  let operandStride: Int
  let resultStride: Int
  /// Bytes of an element.
  let size: Int

  init(_ site: OperationSite, _ index: Int, operandStride: Int, resultStride: Int) {
    self.site = site
    self.index = index
    self.operandStride = operandStride
    self.resultStride = resultStride
    size = site.operandTypes[index].element.byteCount
  }

  /// The replica's part of the result: what `make` makes of the operand's elements, at an offset in
  /// bytes, and behind it the padding.
  func makePart<Failure>(
    _ replica: Int, _ make: (_ elements: Range<Int>, _ offset: Int) throws(Failure) -> Kernel
  ) throws(Failure) -> [Kernel] {
    let elements = Collective.elements(
      of: replica, of: site.operandTypes[index].count, replicas: site.replicas)
    let offset = replica * resultStride
    let padding = site.resultTypes[index].count - elements.count
    var kernels: [Kernel] = []
    if !elements.isEmpty { kernels.append(try make(elements, offset)) }
    if padding > 0 { kernels.append(zeros(padding, offset + elements.count * size)) }
    return kernels
  }

  /// The sum over the replicas of some elements of the operand.
  func sum(of elements: Range<Int>, resultOffset: Int) throws(TesseraError) -> Kernel {
    let type = try site.kernelType(site.operandTypes[index].element)
    let (x, y) = (site.operands[index], site.results[index])
    let (count, replicas) = (Int64(elements.count), Int64(site.replicas))
    let (first, stride) = (elements.lowerBound * size, Int64(operandStride / size))
    return { machine in
      hk_add_parts(
        machine.pool, type, count, replicas, machine[x] + first, stride, machine[y] + resultOffset)
    }
  }

  /// A copy of elements that stand side by side.
  func copy(_ count: Int, operandOffset: Int, resultOffset: Int) -> Kernel {
    let (x, y) = (site.operands[index], site.results[index])
    let (size, count) = (size, Int64(count))
    return { machine in
      hk_copy_strided(
        machine.pool, size, 1, [count], machine[x] + operandOffset, [1],
        machine[y] + resultOffset, [1])
    }
  }

  /// Zero is all bits 0 in every element type.
  private func zeros(_ count: Int, _ resultOffset: Int) -> Kernel {
    let (y, size, count) = (site.results[index], size, Int64(count))
    return { machine in
      var zero: UInt64 = 0
      hk_fill(machine.pool, size, count, &zero, machine[y] + resultOffset)
    }
  }
}
