import Foundations
import Operations

/// An operation on f16 done once more in f32: what its result would be without the limit of f16.
struct WidenedOperation {
  /// An operand in memory.
  struct Operand {
    var type: TensorType
    var start: UnsafeMutableRawPointer
  }

  private let operation: Operation
  private let site: OperationSite

  /// Nil where the result is not f16.
  init?(_ operation: Operation, _ site: OperationSite) {
    guard site.resultTypes.contains(where: { $0.element == .f16 }) else { return nil }
    switch operation {
    case .contraction(var contraction):
      contraction.partials = .f32
      self.operation = .contraction(contraction)
    case .elementwise(.convert(.f16)): self.operation = .elementwise(.convert(.f32))
    case .elementwise, .reduction, .indexing, .accumulation, .normalization, .softmax, .random:
      self.operation = operation
    case .movement, .stash, .source, .remote, .collective, .control: return nil
    }
    self.site = site
  }

  /// The largest magnitude of the result.
  /// - Returns: nil where a number is not finite in f32 either, or the operation cannot be done in f32.
  func largestMagnitude(ofResult result: Int, _ operands: [Operand], replica: Int) -> Float? {
    if operation == .elementwise(.convert(.f32)), let operand = operands.first {
      return NumberScan(operand.type.element, count: operand.type.count, at: operand.start)?.largest
    }
    let tensors = operands.map(Self.widened)
    let results = site.resultTypes.map { HostTensor(Self.widened($0)) }
    let places = (tensors.map(\.bytes) + results.map(\.bytes)).compactMap(\.baseAddress)
    let wide = OperationSite(
      function: site.function, mnemonic: site.mnemonic, operandTypes: tensors.map(\.type),
      resultTypes: results.map(\.type), operands: Array(tensors.indices),
      results: results.indices.map { tensors.count + $0 }, replicas: site.replicas)
    guard
      let machine = try? Machine(arenaByteCount: 0, slotCount: places.count, threads: 1),
      let kernel = try? operation.kernel(wide)
    else { return nil }
    for (slot, place) in places.enumerated() { machine.slots[slot] = place }
    machine.replica = replica
    return withExtendedLifetime((tensors, results)) {
      guard (try? kernel(machine)) != nil, let scan = NumberScan(results[result]), scan.isFinite
      else { return nil }
      return scan.largest
    }
  }

  private static func widened(_ type: TensorType) -> TensorType {
    TensorType(type.shape, type.element == .f16 ? .f32 : type.element)
  }

  private static func widened(_ operand: Operand) -> HostTensor {
    let tensor = HostTensor(widened(operand.type))
    let count = operand.type.count
    guard operand.type.element == .f16 else {
      tensor.bytes.copyMemory(
        from: UnsafeRawBufferPointer(start: operand.start, count: operand.type.byteCount))
      return tensor
    }
    let source = operand.start.assumingMemoryBound(to: Float16.self)
    let destination = tensor.bytes.assumingMemoryBound(to: Float.self)
    for index in 0..<count { destination[index] = Float(source[index]) }
    return tensor
  }
}
