import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  @Test func writtenTensorsComeBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    let tensors = [
      "b": try CheckpointTensor(shape: [2, 3], floats: [1, -2.5, 3, .infinity, 0, 0x1p-149]),
      "a": try CheckpointTensor(shape: [], floats: [42]),
      "empty": try CheckpointTensor(shape: [0, 7], floats: []),
      "mask": try CheckpointTensor(shape: [3], element: .bool, bytes: [1, 0, 1]),
      "naïve \"name\"\n": try CheckpointTensor(
        shape: [1], element: .i64, bytes: [0xFE, 255, 255, 255, 255, 255, 255, 255]),
    ]
    try SafetensorsWriter(path: path, metadata: ["format": "pt", "note": "x\ty"]).write(tensors)

    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["format": "pt", "note": "x\ty"])
    #expect(file.entries.map(\.name) == ["a", "b", "empty", "mask", "naïve \"name\"\n"])
    for (name, tensor) in tensors {
      #expect(try file.tensor(named: name) == tensor)
    }
    #expect(try file.tensor(named: "b").floats() == [1, -2.5, 3, .infinity, 0, 0x1p-149])
    #expect(try file.tensor(named: "naïve \"name\"\n").integers() == [-2])
    #expect(failure { _ = try file.tensor(named: "c") }?.exit == .incompatible)
    #expect(failure { _ = try file.tensor(named: "mask").floats() }?.exit == .incompatible)
    #expect(failure { _ = try file.tensor(named: "b").integers() }?.exit == .incompatible)
  }

  @Test func theBytesAreExactlyTheFormat() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    try SafetensorsWriter(path: path).write([
      "z": try CheckpointTensor(shape: [1], element: .u8, bytes: [9]),
      "y": try CheckpointTensor(shape: [2], floats: [1, 2]),
      "x": try CheckpointTensor(shape: [1], floats: [-1]),
    ])
    let header =
      #"{"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"#
      + #""z":{"dtype":"U8","shape":[1],"data_offsets":[12,13]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let written = try bytes(at: path)
    #expect(written.prefix(8) == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0])
    #expect(String(decoding: written[8..<8 + padded.utf8.count], as: UTF8.self) == padded)
    #expect(
      Array(written[(8 + padded.utf8.count)...]) == [
        0, 0, 0x80, 0xBF, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 9,
      ])
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    let old = ["a": try CheckpointTensor(shape: [1], floats: [1])]
    let new = ["a": try CheckpointTensor(shape: [1], floats: [2])]
    try SafetensorsWriter(path: path).write(old)
    let refused = failure { try SafetensorsWriter(path: path).write(new) }
    #expect(refused?.code == "would-overwrite")
    #expect(refused?.exit == .wouldOverwrite)
    #expect(try SafetensorsFile(path: path).tensor(named: "a").floats() == [1])
    try SafetensorsWriter(path: path, overwrite: true).write(new)
    #expect(try SafetensorsFile(path: path).tensor(named: "a").floats() == [2])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
  }

  @Test func aFailedWriteLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    let wrong = try CheckpointTensor(shape: [1], floats: [1])
    let refused = failure {
      try SafetensorsWriter(path: path).write([.init(name: "a", shape: [2])]) { _ in wrong }
    }
    #expect(refused?.exit == .internalError)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    let nowhere = folder.file("none/a.safetensors")
    #expect(failure { try SafetensorsWriter(path: nowhere).write([:]) }?.exit == .inputOutput)
  }

  @Test func halfPrecisionsConvert() throws {
    let f16 = try CheckpointTensor(
      shape: [3], element: .f16, bytes: [0x00, 0x3C, 0x01, 0x00, 0x00, 0xFC])
    #expect(try f16.floats() == [1, 0x1p-24, -.infinity])
    let bf16 = try CheckpointTensor(shape: [2], element: .bf16, bytes: [0x80, 0x3F, 0x49, 0xC0])
    #expect(try bf16.floats() == [1, -3.140625])
    let f64 = try CheckpointTensor(
      shape: [1], element: .f64, bytes: [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F])
    #expect(try f64.floats() == [0.1])
    let i32 = try CheckpointTensor(
      shape: [2], element: .i32, bytes: [1, 0, 0, 0, 255, 255, 255, 255])
    #expect(try i32.integers() == [1, -1])
  }

  struct Hostile: CustomTestStringConvertible {
    var name: String
    var header: String
    var dataByteCount = 0
    var headerLength: UInt64?
    var code: String
    var testDescription: String { name }
  }

  static let tensor = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

  static func second(_ offsets: String) -> String {
    #"{\#(tensor),"b":{"dtype":"F32","shape":[1],"data_offsets":[\#(offsets)]}}"#
  }

  static let hostile: [Hostile] = [
    Hostile(
      name: "header past the file", header: "{}", headerLength: 3,
      code: "safetensors-header-length"),
    Hostile(
      name: "header length 2^64-1", header: "{}", headerLength: .max,
      code: "safetensors-header-length"),
    Hostile(
      name: "header length 2^63", header: "{}", headerLength: 1 << 63,
      code: "safetensors-header-length"),
    Hostile(name: "empty header", header: "", code: "safetensors-header"),
    Hostile(name: "not JSON", header: "PK\u{3}\u{4}", code: "safetensors-header"),
    Hostile(name: "an array", header: "[]", code: "safetensors-header"),
    Hostile(name: "text after the end", header: "{} {}", code: "safetensors-header"),
    Hostile(name: "cut in a name", header: #"{"a"#, code: "safetensors-header"),
    Hostile(name: "cut in an escape", header: #"{"\u12"#, code: "safetensors-header"),
    Hostile(name: "half a surrogate", header: #"{"\ud800":1}"#, code: "safetensors-header"),
    Hostile(
      name: "a surrogate's halves apart", header: #"{"\ud83d \ude00":1}"#,
      code: "safetensors-header"),
    Hostile(
      name: "nested deep", header: String(repeating: "[", count: 100_000),
      code: "safetensors-header"),
    Hostile(
      name: "trailing comma", header: "{\(tensor),}", dataByteCount: 8,
      code: "safetensors-header"),
    Hostile(
      name: "data cut short", header: "{\(tensor)}", dataByteCount: 7,
      code: "safetensors-truncated"),
    Hostile(
      name: "data too long", header: "{\(tensor)}", dataByteCount: 9,
      code: "safetensors-gap"),
    Hostile(name: "overlap", header: second("4,8"), dataByteCount: 8, code: "safetensors-overlap"),
    Hostile(name: "gap", header: second("12,16"), dataByteCount: 16, code: "safetensors-gap"),
    Hostile(
      name: "offsets reversed", header: second("12,8"), dataByteCount: 12,
      code: "safetensors-header"),
    Hostile(
      name: "one offset", header: second("12"), dataByteCount: 12, code: "safetensors-header"),
    Hostile(
      name: "offset negative", header: second("-4,0"), dataByteCount: 12,
      code: "safetensors-header"),
    Hostile(
      name: "offset fractional", header: second("8,12.0"), dataByteCount: 12,
      code: "safetensors-header"),
    Hostile(
      name: "offset above 2^63", header: second("8,99999999999999999999"), dataByteCount: 12,
      code: "safetensors-header"),
    Hostile(
      name: "offset 2^63-1", header: second("9223372036854775803,9223372036854775807"),
      dataByteCount: 12, code: "safetensors-gap"),
    Hostile(
      name: "wrong size",
      header: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, dataByteCount: 8,
      code: "safetensors-wrong-size"),
    Hostile(
      name: "size past 2^63",
      header: #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      code: "safetensors-wrong-size"),
    Hostile(
      name: "extent negative",
      header: #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, dataByteCount: 8,
      code: "safetensors-header"),
    Hostile(
      name: "name twice", header: "{\(tensor),\(tensor)}", dataByteCount: 8,
      code: "safetensors-duplicate-name"),
    Hostile(
      name: "name twice in two spellings",
      header: #"{"\u00e9":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""e\u0301":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      dataByteCount: 2, code: "safetensors-duplicate-name"),
    Hostile(
      name: "unknown type",
      header: #"{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}"#, dataByteCount: 8,
      code: "safetensors-element-type"),
    Hostile(
      name: "type missing", header: #"{"a":{"shape":[2],"data_offsets":[0,8]}}"#,
      dataByteCount: 8, code: "safetensors-header"),
    Hostile(
      name: "a field twice",
      header: #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      dataByteCount: 8, code: "safetensors-duplicate-name"),
    Hostile(
      name: "a shape of strings",
      header: #"{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#, dataByteCount: 8,
      code: "safetensors-header"),
    Hostile(
      name: "metadata of numbers", header: #"{"__metadata__":{"a":1}}"#,
      code: "safetensors-header"),
    Hostile(
      name: "metadata twice", header: #"{"__metadata__":{"a":"1","a":"2"}}"#,
      code: "safetensors-duplicate-name"),
  ]

  @Test(arguments: hostile) func hostileFilesAreRefused(_ hostile: Hostile) throws {
    let folder = try TemporaryFolder()
    let path = try folder.safetensors(
      header: hostile.header, dataByteCount: hostile.dataByteCount,
      headerLength: hostile.headerLength)
    let refused = failure { _ = try SafetensorsFile(path: path) }
    #expect(refused?.code == hostile.code)
    #expect(refused?.exit == .badData)
  }

  /// Of a file of another kind it is not told how long its header would be.
  @Test func textIsNoCheckpoint() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("vocab.txt")
    try Data("[PAD]\n[unused0]\n[unused1]\n".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: TesseraError.self) { _ = try openCheckpoint(path: path) }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.code == .safetensorsHeaderLength)
    #expect(diagnostic.message == "\(path) is no checkpoint of safetensors, PyTorch or TensorFlow")
  }

  @Test func anEmptyPathIsSeen() throws {
    let error = #expect(throws: TesseraError.self) { _ = try CheckpointLocation.file(at: "") }
    #expect(error?.diagnostics.first?.message == "there is no \"\"")
  }

  @Test func everyTruncationIsRefused() throws {
    let folder = try TemporaryFolder()
    let whole = folder.file("a.safetensors")
    try SafetensorsWriter(path: whole).write([
      "a": try CheckpointTensor(shape: [3], floats: [1, 2, 3])
    ])
    let content = try bytes(at: whole)
    for count in 0..<content.count {
      let path = folder.file("cut.safetensors")
      try Data(content.prefix(count)).write(to: URL(fileURLWithPath: path))
      #expect(failure { _ = try SafetensorsFile(path: path) }?.exit == .badData, "\(count) bytes")
    }
  }

  /// Files with some bytes changed are refused with an error or read; what is read is whole.
  @Test func damagedFilesNeverTrap() throws {
    let folder = try TemporaryFolder()
    let whole = folder.file("a.safetensors")
    try SafetensorsWriter(path: whole).write([
      "a": try CheckpointTensor(shape: [3], floats: [1, 2, 3]),
      "b": try CheckpointTensor(shape: [2, 2], element: .u8, bytes: [1, 2, 3, 4]),
    ])
    let content = try bytes(at: whole)
    // Written in place: some file systems flush a file that is truncated and written again.
    let handle = try #require(FileHandle(forUpdatingAtPath: whole))
    defer { try? handle.close() }
    let stream = RandomStream(seed: 1984, stream: 0, replica: 0, microBatch: 0)
    var refusedCount = 0
    for round in 0..<3000 {
      var damaged = content
      for change in 0...round % 3 {
        let word = Int(stream.word(round * 4 + change))
        // The likely bytes of a header, or any byte.
        let alphabet = Array("0123456789{}[]\",:-\\u".utf8)
        let byte =
          word & 1 == 0 ? alphabet[(word >> 1 & 0xFF) % alphabet.count] : UInt8(word >> 1 & 0xFF)
        damaged[(word >> 9) % damaged.count] = byte
      }
      try handle.seek(toOffset: 0)
      try handle.write(contentsOf: damaged)
      do {
        let file = try SafetensorsFile(path: whole)
        for entry in file.entries {
          #expect(try file.tensor(named: entry.name).shape == entry.shape)
        }
      } catch {
        #expect(error.exitCode == .badData)
        refusedCount += 1
      }
    }
    #expect(refusedCount > 1500 && refusedCount < 3000)
  }

  @Test func whatTheFormatAllowsIsRead() throws {
    let folder = try TemporaryFolder()
    let path = try folder.safetensors(
      header: #" {"b\u00e9\ud83d\ude00" : {"data_offsets":[0,8],"shape":[ 2 ],"dtype":"F32"}} "#
        + "\n  ",
      dataByteCount: 8)
    #expect(try SafetensorsFile(path: path).entries.map(\.name) == ["bé😀"])
    let empty = try folder.safetensors(header: "{}")
    #expect(try SafetensorsFile(path: empty).entries == [])
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(failure { _ = try SafetensorsFile(path: folder.file("no")) }?.exit == .inputMissing)
    #expect(failure { _ = try SafetensorsFile(path: folder.path) }?.exit == .badData)
  }

  @Test func errorsSayWhereAndPrintSafely() throws {
    let folder = try TemporaryFolder()
    let path = try folder.safetensors(header: #"{"\u001b[2J":{"dtype":"F32"}}"#)
    do {
      _ = try SafetensorsFile(path: path)
      Issue.record("the file was accepted")
    } catch {
      #expect(error.description.hasPrefix("\(path):1:10: error: "))
      #expect(!error.description.contains("\u{1B}"))
    }
  }
}
