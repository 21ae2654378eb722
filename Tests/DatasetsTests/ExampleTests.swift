import Datasets
import Foundations
import Testing

@Suite struct ExampleTests {
  static let example = Example(features: [
    "zeta": .integers([0, -1, .max, .min, 300]),
    "alpha": .floats([0, -0.5, .infinity, .leastNonzeroMagnitude]),
    "name": .bytes([[1, 2, 3], [], Array("text".utf8)]),
    "none": .integers([]),
    "größe": .floats([]),
  ])

  @Test func roundTrip() throws {
    #expect(try Example(decoding: Self.example.encoded()) == Self.example)
    #expect(try Example(decoding: Example(features: [:]).encoded()).features.isEmpty)
    #expect(try Example(decoding: []).features.isEmpty)
  }

  /// Bytes worked out by hand from the wire format of `map<string, Feature>`.
  @Test func wireFormat() throws {
    let example = Example(features: ["b": .integers([5, 300]), "a": .floats([1])])
    let bytes: [UInt8] = [
      0x0A, 29,  // features
      0x0A, 13, 0x0A, 1, 0x61, 0x12, 8, 0x12, 6, 0x0A, 4, 0, 0, 0x80, 0x3F,  // a: 1.0
      0x0A, 12, 0x0A, 1, 0x62, 0x12, 7, 0x1A, 5, 0x0A, 3, 5, 0xAC, 0x02,  // b: 5, 300
    ]
    #expect(example.encoded() == bytes)
    #expect(try Example(decoding: bytes) == example)
  }

  /// Lists that are not packed, as writers of the old syntax make them.
  @Test func acceptsUnpackedLists() throws {
    let bytes: [UInt8] = [
      0x0A, 16, 0x0A, 14, 0x0A, 1, 0x62, 0x12, 9,
      0x1A, 7, 0x08, 5, 0x08, 0xAC, 0x02, 0x08, 1,
    ]
    #expect(try Example(decoding: bytes).features == ["b": .integers([5, 300, 1])])
  }

  @Test func encodingDependsOnContentAlone() {
    let pairs = Self.example.features.map { ($0.key, $0.value) }
    var other = Example(features: [:])
    for (name, feature) in pairs.reversed() { other.features[name] = feature }
    #expect(other.encoded() == Self.example.encoded())
  }

  /// Cut or changed bytes decode to something or throw `badData`; they never trap.
  @Test func malformedBytes() {
    let bytes = Self.example.encoded()
    var failures = 0
    for length in 1..<bytes.count {
      if let error = tesseraError({ _ = try Example(decoding: Array(bytes[..<length])) }) {
        #expect(error.exitCode == .badData)
        failures += 1
      }
    }
    #expect(failures == bytes.count - 1)
    for position in bytes.indices {
      for change in [UInt8(1), 0x80, 0xFF] {
        var damaged = bytes
        damaged[position] ^= change
        if let error = tesseraError({ _ = try Example(decoding: damaged) }) {
          #expect(error.exitCode == .badData)
        }
      }
    }
  }

  /// Two bytes an entry unpack to fifty times as much: the budget stops that.
  @Test func memoryIsBounded() {
    let count = 1 << 20
    let entries = [UInt8]((0..<count).flatMap { _ in [UInt8(0x0A), 0] })
    let length = UInt32(entries.count)
    let prefix: [UInt8] =
      [0x0A] + (0..<3).map { UInt8(length >> ($0 * 7) & 0x7F | 0x80) }
      + [UInt8(length >> 21)]
    let error = tesseraError { _ = try Example(decoding: prefix + entries) }
    #expect(error?.diagnostics.first?.code.rawValue == "malformed-example")
    #expect(error?.diagnostics.first?.message.contains("well-formed") == true)
  }
}
