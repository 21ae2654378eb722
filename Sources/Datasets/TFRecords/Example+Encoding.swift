import CProtobufC
import CSchemas
import Foundations

extension Example {
  /// The protobuf bytes, features sorted by the bytes of their names: equal examples give equal
  /// bytes.
  package func encoded() -> [UInt8] {
    let storage = MessageStorage()
    let list = storage.allocate(Tessera__Features.self)
    tessera__features__init(list)
    let sorted = features.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    list.pointee.n_feature = sorted.count
    list.pointee.feature = storage.copy(
      sorted.map { name, feature in
        let entry = storage.allocate(Tessera__FeatureEntry.self)
        tessera__feature_entry__init(entry)
        entry.pointee.key = storage.copy(name)
        entry.pointee.value = feature.message(in: storage)
        return Optional(entry)
      })
    let example = storage.allocate(Tessera__Example.self)
    tessera__example__init(example)
    example.pointee.features = list

    return withExtendedLifetime(storage) {
      let byteCount = tessera__example__get_packed_size(example)
      return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
        count = tessera__example__pack(example, buffer.baseAddress)
      }
    }
  }
}

extension Example.Feature {
  fileprivate func message(in storage: MessageStorage) -> UnsafeMutablePointer<Tessera__Feature> {
    let feature = storage.allocate(Tessera__Feature.self)
    tessera__feature__init(feature)
    switch self {
    case .bytes(let values):
      let list = storage.allocate(Tessera__BytesList.self)
      tessera__bytes_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = storage.copy(
        values.map { ProtobufCBinaryData(len: $0.count, data: storage.copy($0)) })
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_BYTES_LIST
      feature.pointee.bytes_list = list
    case .floats(let values):
      let list = storage.allocate(Tessera__FloatList.self)
      tessera__float_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = storage.copy(values)
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_FLOAT_LIST
      feature.pointee.float_list = list
    case .integers(let values):
      let list = storage.allocate(Tessera__Int64List.self)
      tessera__int64_list__init(list)
      list.pointee.n_value = values.count
      list.pointee.value = storage.copy(values)
      feature.pointee.kind_case = TESSERA__FEATURE__KIND_INT64_LIST
      feature.pointee.int64_list = list
    }
    return feature
  }
}
