/// The memory of a C message that is being built. A class, because it owns the memory: all of it
/// lives until the storage goes.
package final class MessageStorage {
  private var blocks: [UnsafeMutableRawPointer] = []

  package init() {}

  /// Memory for one value, not initialised.
  package func allocate<Message>(_ type: Message.Type) -> UnsafeMutablePointer<Message> {
    allocate(type, count: 1)
  }

  /// A copy of the elements.
  package func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let pointer = allocate(Element.self, count: elements.count)
    // In one piece: element by element takes most of the time of writing records.
    elements.withUnsafeBufferPointer { buffer in
      if let first = buffer.baseAddress { pointer.initialize(from: first, count: buffer.count) }
    }
    return pointer
  }

  /// A copy of the text as C has it, with a zero byte at the end.
  package func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
    copy(text.utf8.map { CChar(bitPattern: $0) } + [0])
  }

  private func allocate<Element>(
    _ type: Element.Type, count: Int
  ) -> UnsafeMutablePointer<Element> {
    let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    blocks.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  deinit {
    for block in blocks {
      block.deallocate()
    }
  }
}
