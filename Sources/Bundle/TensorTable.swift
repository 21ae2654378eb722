import CProtobufC
import CSchemas
import Foundations

/// Section "tensor-table": the names and types of the tensor sections.
enum TensorTable {
  /// The section's bytes, after a check of the tensors.
  static func encode(_ tensors: [NamedTensorData]) throws(TesseraError) -> [UInt8] {
    let arena = MessageArena(limit: .max)
    for tensor in tensors {
      guard tensor.type.isWithinLimits, tensor.bytes.count == tensor.type.byteCount else {
        throw TesseraError(
          .badData, code: .tensorSize,
          "tensor '\(tensor.name)' has \(tensor.bytes.count) bytes, which is not the size of a "
            + "\(tensor.type)")
      }
    }
    try checkNames(tensors.map(\.name))
    let rows = tensors.map { tensor in
      var row = Tessera__Bundle__V1__Tensor()
      tessera__bundle__v1__tensor__init(&row)
      row.name = arena.place(tensor.name)
      row.element = arena.place(tensor.type.element.rawValue)
      (row.n_shape, row.shape) = (tensor.type.rank, arena.place(tensor.type.shape.map(Int64.init)))
      return Optional(arena.place(row))
    }
    var message = Tessera__Bundle__V1__TensorTable()
    tessera__bundle__v1__tensor_table__init(&message)
    (message.n_tensors, message.tensors) = (rows.count, arena.place(rows))
    return withExtendedLifetime(arena) {
      [UInt8](
        unsafeUninitializedCapacity: tessera__bundle__v1__tensor_table__get_packed_size(&message)
      ) { buffer, count in
        count = tessera__bundle__v1__tensor_table__pack(&message, buffer.baseAddress)
      }
    }
  }

  /// Reads the section's bytes, which may hold anything.
  static func decode(_ bytes: [UInt8]) throws(TesseraError) -> [(name: String, type: TensorType)] {
    let arena = MessageArena(limit: Program.unpackingLimit(forByteCount: bytes.count))
    let unpacked = arena.withAllocator { allocator in
      tessera__bundle__v1__tensor_table__unpack(allocator, bytes.count, bytes)
    }
    guard let unpacked else { throw damagedBundle("the bundle's tensor table is not one") }
    return try withExtendedLifetime(arena) {
      () throws(TesseraError) -> [(name: String, type: TensorType)] in
      var entries: [(name: String, type: TensorType)] = []
      let rows = UnsafeBufferPointer(
        start: unpacked.pointee.tensors, count: unpacked.pointee.n_tensors)
      for row in rows {
        guard let row = row?.pointee, let name = String(validatingCString: row.name),
          let element = ElementType(rawValue: String(cString: row.element))
        else { throw damagedBundle("tensor \(entries.count) of the bundle's table is damaged") }
        let shape = UnsafeBufferPointer(start: row.shape, count: row.n_shape).map(Int.init)
        let type = TensorType(shape, element)
        guard type.isWithinLimits else {
          throw damagedBundle("tensor \(entries.count) has an extent below 1, or is too large")
        }
        entries.append((name, type))
      }
      try checkNames(entries.map(\.name))
      return entries
    }
  }

  private static func checkNames(_ names: [String]) throws(TesseraError) {
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      guard isPrintableName(name) else {
        throw damagedBundle("the name of tensor \(index) cannot be printed")
      }
      guard seen.insert(name).inserted else {
        throw damagedBundle("two tensors are named '\(name)'")
      }
    }
  }
}
