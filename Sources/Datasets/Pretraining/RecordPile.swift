import Foundations

/// Records that wait on the disk to be written in another order. In memory are 16 bytes a record.
struct RecordPile: ~Copyable {
  private let file: TemporaryFile
  private var locations: [RecordLocation] = []
  private var byteCount: UInt64 = 0
  /// Records are short, so they go to the file many at a time.
  private var pending: [UInt8] = []
  private static let pendingByteLimit = 1 << 20

  /// Begins a pile on the disk of `folder`. Throws `inputOutput` where that cannot be written.
  init(in folder: String) throws {
    file = try TemporaryFile(in: folder)
  }

  var count: Int { locations.count }

  /// Lays a record on the pile. Throws `inputOutput` where the disk is full.
  mutating func append(_ record: [UInt8]) throws {
    locations.append(RecordLocation(offset: byteCount, payloadByteCount: record.count))
    byteCount += UInt64(record.count)
    pending += record
    if pending.count >= Self.pendingByteLimit { try flush() }
  }

  /// Puts the records into an order that the stream decides.
  mutating func shuffle(_ stream: RandomStream) {
    var random = RandomSequence(stream)
    random.shuffle(&locations)
  }

  /// The records in their order, for reading.
  consuming func finish() throws -> Reader {
    try flush()
    return Reader(file: try file.reading(), locations: locations)
  }

  private mutating func flush() throws {
    try file.write(pending, at: byteCount - UInt64(pending.count))
    pending.removeAll(keepingCapacity: true)
  }

  /// The records of a finished pile.
  struct Reader {
    fileprivate let file: InputFile
    fileprivate let locations: [RecordLocation]

    /// Record `number` of the order.
    func record(_ number: Int) throws -> [UInt8] {
      let location = locations[number]
      return try [UInt8](unsafeUninitializedCapacity: location.payloadByteCount) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: location.offset)
      }
    }
  }
}
