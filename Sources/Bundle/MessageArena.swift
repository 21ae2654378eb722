import CProtobufC
import Glibc

/// Memory for the messages of one packing or unpacking, freed together; a class because protobuf-c
/// holds its address while it allocates.
///
/// Unpacking is given a limit: what a hostile file makes protobuf-c ask for beyond it is refused, and
/// unpacking fails. Nothing is given back before the end, so the limit bounds the sum of all requests.
final class MessageArena {
  private var allocations: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer?
  private var free = 0
  private var remaining: Int

  private static let chunkByteCount = 64 << 10

  /// - Parameter limit: bytes that may be asked for in all.
  init(limit: Int) {
    remaining = limit
  }

  deinit {
    for allocation in allocations { Glibc.free(allocation) }
  }

  /// Zeroed memory aligned to 16 bytes, or nil where the limit or the machine's memory is used up.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, byteCount <= remaining else { return nil }
    remaining -= byteCount
    let size = max(byteCount + 15, 16) & ~15
    if size > free {
      let chunk = max(size, Self.chunkByteCount)
      guard let memory = calloc(1, chunk) else { return nil }
      allocations.append(memory)
      // A large request has a chunk of its own; the rest of the current one stays in use.
      if chunk > Self.chunkByteCount { return memory }
      next = memory
      free = chunk
    }
    let result = next
    next = next.map { $0 + size }
    free -= size
    return result
  }

  /// Calls `body` with the allocator that protobuf-c takes; it is valid only during the call.
  func withAllocator<Result>(
    _ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result
  ) -> Result {
    var allocator = ProtobufCAllocator()
    allocator.allocator_data = Unmanaged.passUnretained(self).toOpaque()
    allocator.alloc = { data, byteCount in
      guard let data else { return nil }
      return Unmanaged<MessageArena>.fromOpaque(data).takeUnretainedValue().allocate(byteCount)
    }
    allocator.free = { _, _ in }
    return withExtendedLifetime(self) { body(&allocator) }
  }

  /// A copy of `value` that lives as long as the arena.
  func place<Message>(_ value: Message) -> UnsafeMutablePointer<Message> {
    let start: UnsafeMutablePointer<Message> = uninitialized(1)
    start.initialize(to: value)
    return start
  }

  /// A copy of `values` that lives as long as the arena.
  func place<Element>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
    let start: UnsafeMutablePointer<Element> = uninitialized(values.count)
    start.initialize(from: values, count: values.count)
    return start
  }

  /// The string with a zero behind it, as C has it; it lives as long as the arena.
  func place(_ string: String) -> UnsafeMutablePointer<CChar> {
    place(string.utf8.map(CChar.init(bitPattern:)) + [0])
  }

  /// Only packing comes here, which has no limit.
  private func uninitialized<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
    let byteCount = max(count, 1) * MemoryLayout<Element>.stride
    guard let memory = allocate(byteCount) else {
      preconditionFailure("packing asked for \(byteCount) bytes that the machine does not have")
    }
    return memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }
}
