import CProtobufC
import CSchemas

extension Example {
  /// The protobuf bytes, features sorted by the bytes of their names: equal examples give equal
  /// bytes.
  package func encoded() -> [UInt8] {
    let arena = MessageArena()
    let list = arena.allocate(Tessera__Features.self)
    tessera__features__init(list)
    let sorted = features.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    list.pointee.n_feature = sorted.count
    list.pointee.feature = arena.copy(
      sorted.map { name, feature in
        let entry = arena.allocate(Tessera__FeatureEntry.self)
        tessera__feature_entry__init(entry)
        entry.pointee.key = arena.copy(name.utf8.map { CChar(bitPattern: $0) } + [0])
        entry.pointee.value = feature.message(in: arena)
        return Optional(entry)
      })
    let example = arena.allocate(Tessera__Example.self)
    tessera__example__init(example)
    example.pointee.features = list

    return withExtendedLifetime(arena) {
      let byteCount = tessera__example__get_packed_size(example)
      return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
        count = tessera__example__pack(example, buffer.baseAddress)
      }
    }
  }
}

extension Example.Feature {
  fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Tessera__Feature> {
    let feature = arena.allocate(Tessera__Feature.self)
    tessera__feature__init(feature)
    switch self {
    case .bytes(let values):
      let list = arena.allocate(Tessera__BytesList.self)
      tessera__bytes_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = arena.copy(
        values.map { ProtobufCBinaryData(len: $0.count, data: arena.copy($0)) })
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_BYTES_LIST
      feature.pointee.bytes_list = list
    case .floats(let values):
      let list = arena.allocate(Tessera__FloatList.self)
      tessera__float_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = arena.copy(values)
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_FLOAT_LIST
      feature.pointee.float_list = list
    case .integers(let values):
      let list = arena.allocate(Tessera__Int64List.self)
      tessera__int64_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = arena.copy(values)
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_INT64_LIST
      feature.pointee.int64_list = list
    }
    return feature
  }
}

/// The memory of a message that is being built. A class, because it owns the memory: all of it
/// lives until the arena goes.
private final class MessageArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  func allocate<Message>(_ type: Message.Type) -> UnsafeMutablePointer<Message> {
    allocate(type, count: 1)
  }

  func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let pointer = allocate(Element.self, count: elements.count)
    for (index, element) in elements.enumerated() {
      (pointer + index).initialize(to: element)
    }
    return pointer
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
