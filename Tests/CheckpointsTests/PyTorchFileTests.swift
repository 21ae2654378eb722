import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

/// Archives and pickles written byte by byte, as `torch.save` writes them and as it does not.
@Suite struct PyTorchFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A dictionary `{"t": tensor}`.
  private func pickle(
    offset: Int = 0, shape: [Int] = [2, 3], strides: [Int] = [3, 1], count: Int = 6,
    storage: String = "FloatStorage", key: String = "0"
  ) -> Pickle {
    Pickle { pickle in
      pickle.code("}").text("t")
      pickle.tensor(
        offset: offset, shape: shape, strides: strides, count: count, storage: storage, key: key)
      pickle.code("s")
    }
  }

  /// The elements 0, 1, 2 … as F32.
  private func floats(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { number in withUnsafeBytes(of: Float(number)) { Array($0) } }
  }

  private func archive(
    _ pickle: Pickle, storages: [String: [UInt8]], name: String = "model.bin",
    others: [String: [UInt8]] = [:]
  ) throws -> String {
    var records = [("archive/data.pkl", pickle.bytes)]
    records += storages.sorted { $0.key < $1.key }.map { ("archive/data/\($0.key)", $0.value) }
    records += others.sorted { $0.key < $1.key }.map { ("archive/\($0.key)", $0.value) }
    return try folder.write(zip(records: records), name)
  }

  @Test func viewsAreGathered() throws {
    let storages = ["0": floats(12)]
    func values(_ offset: Int, _ shape: [Int], _ strides: [Int]) throws -> [Float] {
      let path = try archive(
        pickle(offset: offset, shape: shape, strides: strides, count: 12), storages: storages)
      let file = try openCheckpoint(path: path)
      #expect(file.format == .pytorch && file.entries.map(\.shape) == [shape])
      return try file.tensor(named: "t").floats()
    }
    #expect(try values(0, [2, 3], [3, 1]) == [0, 1, 2, 3, 4, 5])
    #expect(try values(4, [2, 3], [3, 1]) == [4, 5, 6, 7, 8, 9])
    #expect(try values(1, [3, 2], [1, 3]) == [1, 4, 2, 5, 3, 6])
    #expect(try values(0, [2, 2, 2], [6, 2, 1]) == [0, 1, 2, 3, 6, 7, 8, 9])
    #expect(try values(5, [], []) == [5])
    #expect(try values(0, [4], [0]) == [0, 0, 0, 0])
    #expect(try values(0, [0, 7], [7, 1]) == [])
  }

  @Test(arguments: [
    ("HalfStorage", [UInt8](arrayLiteral: 0x00, 0x3C, 0x00, 0xC0), [Float(1), -2]),
    ("BFloat16Storage", [0x80, 0x3F, 0x00, 0xC0], [1, -2]),
    ("DoubleStorage", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], [1, -2]),
  ])
  func elementTypes(storage: String, bytes: [UInt8], values: [Float]) throws {
    let path = try archive(
      pickle(shape: [2], strides: [1], count: 2, storage: storage), storages: ["0": bytes])
    #expect(try openCheckpoint(path: path).tensor(named: "t").floats() == values)
  }

  @Test func integersAreReadAsSuch() throws {
    let path = try archive(
      pickle(shape: [1], strides: [1], count: 1, storage: "LongStorage"),
      storages: ["0": [7, 0, 0, 0, 0, 0, 0, 0]])
    #expect(try openCheckpoint(path: path).tensor(named: "t").integers() == [7])
  }

  /// Only what lies within its storage is a tensor, whatever the numbers are.
  @Test(arguments: [
    (0, [2, 3], [4, 1], 6), (1, [2, 3], [3, 1], 6), (-1, [2], [1], 6), (0, [2, 3], [-3, 1], 6),
    (0, [-1], [1], 6), (0, [2, 3], [3], 6), (0, [7], [0], 6), (Int.max, [2], [Int.max], 6),
    (0, [Int.max, Int.max], [1, 1], 6), (0, [2], [Int.max], 6), (0, [2, 3], [3, 1], Int.max),
    (0, [2, 3], [3, 1], -6), (0, [2, 3], [3, 1], 7), (6, [], [], 6),
  ])
  func tensorsBeyondTheirStorageAreRefused(
    offset: Int, shape: [Int], strides: [Int], count: Int
  ) throws {
    let path = try archive(
      pickle(offset: offset, shape: shape, strides: strides, count: count),
      storages: ["0": floats(6)])
    let refused = failure { _ = try openCheckpoint(path: path) }
    #expect(refused?.exit == .badData)
  }

  @Test func nestedDictionariesAreFound() throws {
    for key in ["state_dict", "model", "model_state_dict"] {
      let nested = Pickle { pickle in
        pickle.code("}").text("epoch").integer(3).code("s").text(key).code("}").text("t")
        pickle.tensor(
          offset: 0, shape: [2], strides: [1], count: 2, storage: "FloatStorage", key: "0")
        pickle.code("ss")
      }
      let path = try archive(nested, storages: ["0": floats(2)])
      #expect(try openCheckpoint(path: path).tensor(named: "t").floats() == [0, 1])
    }
  }

  /// Nothing is executed: a name beyond the known ones ends the reading, and the message has it.
  @Test(arguments: [
    ("os", "system"), ("builtins", "eval"), ("posix", "system"), ("torch", "load"),
    ("torch.nn", "Linear"), ("numpy", "ndarray"), ("torch", "FloatStorag"), ("", ""),
  ])
  func otherNamesAreRefused(module: String, name: String) throws {
    let classic = Pickle { pickle in
      pickle.global(module, name).code("(").text("touch \(folder.file("done"))").code("tR")
    }
    let stacked = Pickle { $0.text(module).text(name).bytes([0x93]).code(")R") }
    for pickle in [classic, stacked] {
      let path = try archive(pickle, storages: [:])
      do {
        _ = try openCheckpoint(path: path)
        Issue.record("the pickle was accepted")
      } catch {
        #expect(error.diagnostics.first?.code == .checkpointRefused)
        #expect(error.diagnostics.first?.message.contains("\(module).\(name)") == true)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.file("done")))
    }
  }

  @Test(arguments: [
    [UInt8](arrayLiteral: 0x81), [0x92], Array("i".utf8), Array("o".utf8), Array("P0\n".utf8),
    [0x82, 1], [0x8F], [0xFF],
  ])
  func instructionsThatMakeObjectsAreRefused(bytes: [UInt8]) throws {
    let path = try archive(Pickle { $0.bytes(bytes) }, storages: [:])
    #expect(failure { _ = try openCheckpoint(path: path) }?.code == "checkpoint-refused")
  }

  /// Pickles that no program wrote: an error each, and no more memory than they have bytes.
  @Test func hostilePicklesAreErrors() throws {
    let endless = Array(repeating: UInt8(ascii: "]"), count: 1) + Array("2a".utf8)
    let hostile: [[UInt8]] = [
      [], [0x80], [0x80, 9], Array("X".utf8) + [0xFF, 0xFF, 0xFF, 0x7F],
      [0x8D] + [UInt8](repeating: 0xFF, count: 8), [0x8B, 0xFF, 0xFF, 0xFF, 0xFF],
      Array("t".utf8), Array("0".utf8), Array("(0".utf8), Array("h".utf8) + [9], Array("R".utf8),
      Array("))R".utf8), Array("a".utf8), Array("}(u".utf8), Array("}K".utf8) + [1],
      Array(")Q".utf8), Array("cos".utf8), Array("cos\n".utf8), endless + [0x80],
      [0x85], Array("}s.".utf8), Array("r".utf8) + [1, 2], Array("b".utf8), Array(".".utf8),
      Array("X".utf8) + [1, 0, 0, 0, 0xFF],
      // A dictionary that holds itself under the name of a state dictionary.
      Array("}q".utf8) + [0] + Array("X".utf8) + [5, 0, 0, 0] + Array("modelh".utf8) + [0]
        + Array("s".utf8),
      // A million tuples within each other, and as many lists.
      Array(")".utf8) + [UInt8](repeating: 0x85, count: 1_000_000),
      [UInt8](repeating: UInt8(ascii: "]"), count: 100_000)
        + [UInt8](repeating: UInt8(ascii: "a"), count: 99_999),
      [UInt8](repeating: UInt8(ascii: "("), count: 1_000_000),
    ]
    for (number, bytes) in hostile.enumerated() {
      let path = try archive(Pickle { $0.bytes(bytes) }, storages: [:], name: "\(number).bin")
      let found = failure { _ = try openCheckpoint(path: path) }
      #expect(found?.exit == .badData, "\(number)")
    }
  }

  @Test func everyCutOfAnArchiveIsAnError() throws {
    let path = try archive(pickle(), storages: ["0": floats(6)])
    let whole = try bytes(at: path)
    for length in 4..<whole.count {
      let cut = try folder.write(Array(whole[..<length]), "cut.bin")
      #expect(failure { _ = try openCheckpoint(path: cut).tensor(named: "t") } != nil, "\(length)")
    }
  }

  /// Every byte in turn is another: an error or other numbers, and no trap.
  @Test func everyChangedByteIsBorne() throws {
    let path = try archive(pickle(), storages: ["0": floats(6)])
    let whole = try bytes(at: path)
    for place in whole.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = whole
        changed[place] ^= change
        let damaged = try folder.write(changed, "changed.bin")
        _ = failure {
          let file = try openCheckpoint(path: damaged)
          for entry in file.entries { _ = try file.tensor(named: entry.name) }
        }
      }
    }
  }

  @Test func damagedElementsAreNoticed() throws {
    let path = try archive(pickle(), storages: ["0": floats(6)])
    var damaged = try bytes(at: path)
    let start = try #require(
      damaged.indices.first { damaged[$0...].starts(with: floats(6)) })
    damaged[start + 5] ^= 0x10
    let file = try openCheckpoint(path: try folder.write(damaged, "damaged.bin"))
    #expect(failure { _ = try file.tensor(named: "t") }?.code == "checkpoint-damaged")
  }

  /// Sizes that the directory claims ask for no memory.
  @Test func recordsLargerThanTheFileAreRefused() throws {
    let path = try archive(
      pickle(shape: [0x3FFF_FFF0], strides: [1], count: 0x3FFF_FFF0), storages: ["0": floats(6)])
    var claimed = try bytes(at: path)
    let name = Array("archive/data/0".utf8)
    let entry = try #require(claimed.indices.last { claimed[$0...].starts(with: name) }) - 46
    claimed.replaceSubrange(
      entry + 20..<entry + 28, with: [0xF0, 0xFF, 0xFF, 0xFF, 0xF0, 0xFF, 0xFF, 0xFF])
    let refused = try folder.write(claimed, "claimed.bin")
    do {
      _ = try openCheckpoint(path: refused)
      Issue.record("the archive was accepted")
    } catch {
      #expect(error.description.contains("larger than the archive"))
    }
  }

  @Test func bigEndianFilesAreRefused() throws {
    let path = try archive(
      pickle(), storages: ["0": floats(6)], others: ["byteorder": Array("big".utf8)])
    #expect(failure { _ = try openCheckpoint(path: path) }?.code == "checkpoint-damaged")
  }

  @Test func archivesWithoutAPickleAreNone() throws {
    let path = try folder.write(zip(records: [("a/b.txt", [1])]), "x.bin")
    #expect(failure { _ = try openCheckpoint(path: path) }?.code == "checkpoint-damaged")
    #expect(failure { _ = try openCheckpoint(path: path) }?.exit == .badData)
  }

  /// The format before PyTorch 1.6.
  @Test func oldFilesAreRead() throws {
    var whole = Pickle { pickle in
      pickle.bytes([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
    }.bytes
    whole += Pickle { $0.integer(1001) }.bytes
    whole += Pickle { $0.code("}") }.bytes
    whole += pickle(shape: [3, 2], strides: [1, 3], key: "94").bytes
    whole += Pickle { $0.code("]").text("94").code("a") }.bytes
    whole += [6, 0, 0, 0, 0, 0, 0, 0] + floats(6)
    let file = try openCheckpoint(path: try folder.write(whole, "old.bin"))
    #expect(file.format == .pytorch)
    #expect(try file.tensor(named: "t").floats() == [0, 3, 1, 4, 2, 5])
    for length in 14..<whole.count {
      let cut = try folder.write(Array(whole[..<length]), "cut.bin")
      #expect(failure { _ = try openCheckpoint(path: cut) }?.exit == .badData, "\(length)")
    }
  }

  @Test func whatIsWrittenIsReadAndAligned() throws {
    let tensors = [
      CheckpointEntry(name: "a", shape: [2, 3]), CheckpointEntry(name: "b", shape: []),
      CheckpointEntry(name: "h", shape: [2], element: .f16),
      CheckpointEntry(name: "z", shape: [0, 4]),
    ]
    func contents(_ entry: CheckpointEntry) throws(TesseraError) -> CheckpointTensor {
      entry.element == .f16
        ? try CheckpointTensor(shape: [2], element: .f16, bytes: [0, 0x3C, 0, 0xC0])
        : try CheckpointTensor(
          shape: entry.shape, floats: (0..<entry.shape.reduce(1, *)).map(Float.init))
    }
    let path = folder.file("written.bin")
    try PyTorchWriter(path: path).write(tensors, contents: contents)
    let file = try openCheckpoint(path: path)
    #expect(file.entries == tensors)
    for tensor in tensors {
      #expect(try file.tensor(named: tensor.name) == contents(tensor))
    }
    let written = try bytes(at: path)
    let start = try #require(
      written.indices.first { written[$0...].starts(with: floats(6)) })
    #expect(start.isMultiple(of: 64))
    #expect(
      failure { try PyTorchWriter(path: path).write(tensors, contents: contents) }?.exit
        == .wouldOverwrite)
  }
}
