import Datasets
import Foundation
import Foundations
import Testing

@Suite struct TFRecordTests {
  /// One byte and one megabyte-crossing record among them.
  static let payloads: [[UInt8]] = [
    Array("first".utf8), [], [7], (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 * 31) },
    Array("last".utf8),
  ]

  @Test func readsWhatItWrote() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      var writer = try TFRecordWriter(path: path)
      for payload in Self.payloads { try writer.append(payload) }
      #expect(!FileManager.default.fileExists(atPath: path), "the name is given at the end")
      try writer.finish()
      let read = try records(of: path)
      #expect(read.map(\.payload) == Self.payloads)
      let offsets: [UInt64] = [0, 21, 37, 54, 70 + (3 << 20)]
      #expect(read.map(\.offset) == offsets)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
    }
  }

  @Test func leavesNothingBehindWhenGivenUp() throws {
    try withTemporaryDirectory { directory in
      func giveUp() throws {
        var writer = try TFRecordWriter(path: directory.appending(path: "a.tfrecord").path)
        try writer.append([1, 2, 3])
      }
      try giveUp()
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test func doesNotOverwriteUnasked() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      try Data([1]).write(to: URL(filePath: path))
      let error = tesseraError { _ = try TFRecordWriter(path: path) }
      #expect(error?.exitCode == .wouldOverwrite)
      try TFRecordWriter(path: path, overwrites: true).finish()
      #expect(try records(of: path).isEmpty)
    }
  }

  @Test func missingFile() {
    let error = tesseraError { _ = try TFRecordReader(path: "/nonexistent/a.tfrecord") }
    #expect(error?.exitCode == .inputMissing)
  }

  /// A file cut at any byte gives the records before the cut, then the offset of the broken one.
  @Test func truncationNamesTheRecord() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      let payloads: [[UInt8]] = [[1, 2, 3], [4], [5, 6]]
      var writer = try TFRecordWriter(path: path)
      for payload in payloads { try writer.append(payload) }
      try writer.finish()
      let whole = try Data(contentsOf: URL(filePath: path))
      let starts = [0, 19, 36, 54]
      for length in 0..<whole.count {
        try whole.prefix(length).write(to: URL(filePath: path))
        let complete = starts.lastIndex { $0 <= length } ?? 0
        var reader = try TFRecordReader(path: path)
        for expected in payloads.prefix(complete) {
          #expect(try reader.next()?.payload == expected)
        }
        if starts.contains(length) {
          #expect(try reader.next() == nil)
        } else {
          let error = tesseraError { _ = try reader.next() }
          #expect(error?.exitCode == .badData)
          #expect(error?.diagnostics.first?.code.rawValue == "tfrecord-truncated")
          let message = error?.diagnostics.first?.message ?? ""
          #expect(message.contains("a.tfrecord: the record at byte \(starts[complete]) "))
        }
      }
    }
  }

  /// Every single flipped bit is found.
  @Test func corruptionNamesTheRecord() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      var writer = try TFRecordWriter(path: path)
      try writer.append([1, 2, 3])
      try writer.append([4, 5])
      try writer.finish()
      let whole = try Data(contentsOf: URL(filePath: path))
      for bit in (19 * 8)..<(whole.count * 8) {
        var damaged = whole
        damaged[bit / 8] ^= 1 << (bit % 8)
        try damaged.write(to: URL(filePath: path))
        let error = tesseraError { _ = try records(of: path) }
        #expect(error?.exitCode == .badData)
        #expect(error?.diagnostics.first?.code.rawValue == "tfrecord-corrupt")
        #expect(error?.diagnostics.first?.message.contains("byte 19") == true)
      }
    }
  }

  /// A length with a right checksum that no memory holds.
  @Test func refusesGiantRecords() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      let length = withUnsafeBytes(of: (UInt64(65) << 20).littleEndian) { Array($0) }
      let checksum = CRC32C.masked(CRC32C.checksum(length))
      try Data(length + withUnsafeBytes(of: checksum.littleEndian) { Array($0) })
        .write(to: URL(filePath: path))
      let error = tesseraError { _ = try records(of: path) }
      #expect(error?.diagnostics.first?.code.rawValue == "tfrecord-too-long")
    }
  }
}
