import Foundations
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func write(
    _ text: String, to name: String, overwrite: Bool = false,
    replaceable: AtomicFile.Replaceable? = nil
  ) throws {
    let file = try AtomicFile(
      path: folder.file(name), overwrite: overwrite, replaceable: replaceable)
    try file.write(Array(text.utf8))
    try file.commit()
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.contents(name), as: UTF8.self)
  }

  private func refusal(_ body: () throws -> Void) throws -> Diagnostic {
    let error = try #require(throws: TesseraError.self, performing: body)
    return try #require(error.diagnostics.first)
  }

  @Test func theFileIsThereWhenItIsComplete() throws {
    let file = try AtomicFile(path: folder.file("a"), overwrite: false)
    try file.write(Array("one ".utf8))
    try file.write(Array("two".utf8))
    #expect(try !folder.names.contains("a"))
    try file.commit()
    #expect(try folder.names == ["a"])
    #expect(try text("a") == "one two")
  }

  @Test func whatIsGivenUpLeavesTheOldFile() throws {
    try write("old", to: "a")
    func giveUp() throws {
      let file = try AtomicFile(path: folder.file("a"), overwrite: true)
      try file.write(Array("new".utf8))
    }
    try giveUp()
    #expect(try folder.names == ["a"])
    #expect(try text("a") == "old")
  }

  @Test func positionsLeaveZeroes() throws {
    let file = try AtomicFile(path: folder.file("a"), overwrite: false)
    try file.write([3, 4], at: 4)
    try file.write([1], at: 0)
    try file.commit(byteCount: 8)
    #expect(try folder.contents("a") == [1, 0, 0, 0, 3, 4, 0, 0])
  }

  @Test func onlyWhatMayBeReplacedIs() throws {
    try write("tea", to: "a")
    #expect(try refusal { try write("new", to: "a") }.message.hasSuffix("/a exists already"))
    let teas = AtomicFile.Replaceable("a tea") { descriptor in
      var byte: UInt8 = 0
      return pread(descriptor, &byte, 1, 0) == 1 && byte == UInt8(ascii: "t")
    }
    try write("coffee", to: "a", replaceable: teas)
    let refused = try refusal { try write("new", to: "a", replaceable: teas) }
    #expect(refused.code.rawValue == "would-overwrite")
    #expect(refused.message.hasSuffix("/a exists and is not a tea"))
    try write("new", to: "a", overwrite: true)
    #expect(try text("a") == "new")
    #expect(try folder.names == ["a"])
  }

  @Test func aFileThatCameInTheMeantimeStays() throws {
    let file = try AtomicFile(path: folder.file("a"), overwrite: false)
    try write("first", to: "a")
    var code: String?
    do {
      try file.commit()
    } catch {
      code = error.diagnostics.first?.code.rawValue
    }
    #expect(code == "would-overwrite")
    #expect(try folder.names == ["a"])
    #expect(try text("a") == "first")
  }

  @Test func linksStayAndOtherThingsAreRefused() throws {
    try write("old", to: "real")
    #expect(symlink("real", folder.file("link")) == 0)
    try write("new", to: "link", overwrite: true)
    #expect(try text("real") == "new")
    #expect(try folder.names == ["link", "real"])
    for path in [folder.path, "/dev/null"] {
      let refused = try refusal { _ = try AtomicFile(path: path, overwrite: true) }
      #expect(refused.code.rawValue == "would-overwrite")
    }
    let refused = try refusal { try write("x", to: "none/a") }
    #expect(refused.code.rawValue == "input-output")
  }

  @Test func aFullDiskIsAnError() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let refused = try refusal { try writeAll([1], to: descriptor, path: "the log") }
    #expect(refused.message == "cannot write to the log: No space left on device")
  }
}
