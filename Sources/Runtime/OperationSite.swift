import CHostKernels
import Foundations

/// What the kernel of one operation is made from: where it stands, and its operands and results.
struct OperationSite {
  let function: String
  let mnemonic: String
  let operandTypes: [TensorType]
  let resultTypes: [TensorType]
  /// The slots of the operands' addresses.
  let operands: [Int]
  /// The slots of the results' addresses.
  let results: [Int]
  let replicas: Int

  /// - Throws: `TesseraError` where the device does not compute in the type.
  func kernelType(_ element: ElementType) throws(TesseraError) -> hk_type {
    switch element {
    case .f16: return hk_f16
    case .f32: return hk_f32
    case .i32: return hk_i32
    case .i1: return hk_i1
    case .f64:
      throw TesseraError(
        .incompatible, code: .unsupportedElementType,
        "function '\(function)', '\(mnemonic)': the device ipu-model does not compute in f64",
        notes: ["f64 exists for checks in the compiler's interpreter"],
        remedies: ["compile for f32"])
    }
  }

  /// The error for an operation that splits tensors among another number of replicas.
  func otherReplicas(_ count: Int) -> TesseraError {
    TesseraError(
      .incompatible, code: .replicaMismatch,
      "function '\(function)', '\(mnemonic)': the program is for \(count) replicas, \(replicas) are to run",
      remedies: ["run \(count) replicas, or compile for \(replicas)"])
  }

  /// The error for an index that names no row or column.
  func indexOutOfRange(_ index: Int32, at position: Int64, extent: Int) -> TesseraError {
    TesseraError(
      .badData, code: .indexOutOfRange,
      "function '\(function)', '\(mnemonic)': index \(position) is \(index), must be at least 0 "
        + "and below \(extent)",
      remedies: ["check that the data set was made for this model's vocabulary and sizes"])
  }
}

extension TensorType {
  /// Elements from one index of each axis to the next, when the elements stand side by side.
  var strides: [Int64] {
    var strides = [Int64](repeating: 1, count: rank)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * Int64(shape[axis + 1])
    }
    return strides
  }

  /// The same for the axes of a shape to which the tensor broadcasts: 0 where it is stretched.
  func strides(broadcastTo outer: [Int]) -> [Int64] {
    let missing = outer.count - rank
    let own = strides
    return outer.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
  }

  var extents: [Int64] { shape.map(Int64.init) }
}

/// A kernel that copies a whole tensor, at offsets in bytes; where both are one place it does nothing.
func copyKernel(
  _ type: TensorType, from source: Int, _ sourceOffset: Int = 0, to destination: Int,
  _ destinationOffset: Int = 0
) -> Kernel {
  let (size, count) = (type.element.byteCount, Int64(type.count))
  return { machine in
    let (from, to) = (machine[source] + sourceOffset, machine[destination] + destinationOffset)
    guard from != to else { return }
    hk_copy_strided(machine.pool, size, 1, [count], from, [1], to, [1])
  }
}
