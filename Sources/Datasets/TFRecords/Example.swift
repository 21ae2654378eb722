import CProtobufC
import CSchemas
import Foundations
import Glibc

/// One record of a data file: named lists of values (TensorFlow's `tf.train.Example`).
package struct Example: Hashable, Sendable {
  /// The values under one name; an example has only lists, a scalar is a list of one.
  package enum Feature: Hashable, Sendable {
    case bytes([[UInt8]])
    case floats([Float])
    case integers([Int64])
  }

  /// The lists by name.
  package var features: [String: Feature]

  package init(features: [String: Feature]) {
    self.features = features
  }
}

extension Example {
  /// Decodes protobuf bytes. Of a name that occurs twice the last one counts, as for any map of
  /// protobuf. Throws `badData` for malformed bytes; `source` says in the message where they are.
  package init(decoding bytes: UnsafeRawBufferPointer, source: String) throws {
    // Values unpack to at most eight times their packed size, small messages to somewhat more.
    var budget = AllocationBudget(remainingByteCount: (64 << 10) + 12 * bytes.count)
    self = try withUnsafeMutablePointer(to: &budget) { budget in
      var allocator = ProtobufCAllocator(
        alloc: allocateWithinBudget, free: releaseAllocation, allocator_data: budget)
      let message = tessera__example__unpack(
        &allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
      guard let message else {
        throw Self.malformed(source, "it is not a well-formed message")
      }
      defer { tessera__example__free_unpacked(message, &allocator) }
      return try Example(message: message.pointee, source: source)
    }
  }

  /// Decodes protobuf bytes, as the other initializer does.
  package init(decoding bytes: [UInt8], source: String = "the record") throws {
    self = try bytes.withUnsafeBytes { try Example(decoding: $0, source: source) }
  }

  private init(message: Tessera__Example, source: String) throws {
    features = [:]
    guard let list = message.features?.pointee else { return }
    for entry in UnsafeBufferPointer(start: list.feature, count: list.n_feature) {
      guard let entry = entry?.pointee, let name = String(validatingCString: entry.key) else {
        throw Self.malformed(source, "the name of a feature is not UTF-8")
      }
      guard let feature = entry.value.flatMap({ Feature($0.pointee) }) else {
        throw Self.malformed(source, "the feature \"\(name)\" has no list of values")
      }
      features[name] = feature
    }
  }

  private static func malformed(_ source: String, _ detail: String) -> TesseraError {
    TesseraError(
      .badData, code: .malformedExample, "\(source) holds no Example: \(detail)")
  }
}

extension Example.Feature {
  fileprivate init?(_ message: Tessera__Feature) {
    switch message.kind_case {
    case TESSERA__FEATURE__KIND_BYTES_LIST:
      guard let list = message.bytes_list?.pointee else { return nil }
      self = .bytes(
        UnsafeBufferPointer(start: list.value, count: list.n_value).map {
          Array(UnsafeBufferPointer(start: $0.data, count: $0.len))
        })
    case TESSERA__FEATURE__KIND_FLOAT_LIST:
      guard let list = message.float_list?.pointee else { return nil }
      self = .floats(Array(UnsafeBufferPointer(start: list.value, count: list.n_value)))
    case TESSERA__FEATURE__KIND_INT64_LIST:
      guard let list = message.int64_list?.pointee else { return nil }
      self = .integers(
        UnsafeBufferPointer(start: list.value, count: list.n_value).map { Int64($0) })
    default:
      return nil
    }
  }
}

/// What unpacking one message may still allocate, so that a small hostile record cannot take all
/// memory.
private struct AllocationBudget {
  var remainingByteCount: Int
}

private func allocateWithinBudget(
  context: UnsafeMutableRawPointer?, byteCount: Int
) -> UnsafeMutableRawPointer? {
  guard let budget = context?.assumingMemoryBound(to: AllocationBudget.self),
    byteCount >= 0, byteCount <= budget.pointee.remainingByteCount
  else { return nil }
  budget.pointee.remainingByteCount -= byteCount
  return malloc(byteCount)
}

private func releaseAllocation(
  context: UnsafeMutableRawPointer?, pointer: UnsafeMutableRawPointer?
) {
  free(pointer)
}
