import Compiler
import Foundation
import GraphIR
import TestSupport
import Testing
import Transforms

/// Passes over text. Each file of `Files` says in its first line which passes it is about:
///
///     // RUN: cse,dce
///
/// and has then one or more cases, each a module and what the passes make of it, all separated by lines
/// `// -----`. Other lines that begin with `//` say what a case shows. With `TESSERA_BLESS=1` the
/// expected modules are written anew.
@Suite struct FileTests {
  @Test(arguments: PassFile.all)
  func passes(name: String) throws {
    var file = try PassFile(name)
    let invocations = try PassInvocation.list(file.passes, among: PassRegistry.all)
    for index in file.cases.indices {
      let number = "case \(index + 1)"
      var module = try Module(parsing: file.cases[index].input, file: name)
      #expect(Verifier.violations(in: module) == [], "\(number): the input")
      for invocation in invocations {
        try invocation.run(on: &module)
        #expect(Verifier.violations(in: module) == [], "\(number): after \(invocation)")
      }
      let text = module.text
      for invocation in invocations { try invocation.run(on: &module) }
      #expect(module.text == text, "\(number): the passes change their own result")
      #expect(
        try Module(parsing: text, file: name).text == text, "\(number): the text's round trip")
      if PassFile.isBlessing {
        file.cases[index].expected = text
      } else {
        #expect(
          text.trimmingCharacters(in: .newlines)
            == file.cases[index].expected.trimmingCharacters(in: .newlines), "\(number)")
      }
    }
    if PassFile.isBlessing { try file.write() }
  }

  /// A pass without a file is a pass without a test of what it does not do.
  @Test func everyPassHasAFile() throws {
    let tested = Set(
      try PassFile.all.flatMap { name in
        try PassInvocation.list(PassFile(name).passes, among: PassRegistry.all).map(\.pass.name)
      })
    for pass in PassRegistry.all { #expect(tested.contains(pass.name), "\(pass.name)") }
  }
}

/// A file of cases.
struct PassFile {
  struct Case {
    /// The lines before and in the input, as they stand in the file.
    var inputLines: String
    var expected: String

    /// The module without the comments, which are not part of MLIR's generic form.
    var input: String {
      inputLines.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("//") }.joined(separator: "\n")
    }
  }

  struct Malformed: Error {
    var what: String
  }

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appending(path: "Files")
  private static let separator = "// -----\n"

  /// The names of all files, sorted.
  static let all: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".mlir") }.sorted()

  /// Whether expected modules are to be written anew.
  static let isBlessing = ProcessInfo.processInfo.environment["TESSERA_BLESS"] == "1"

  let name: String
  let passes: String
  var cases: [Case]

  init(_ name: String) throws {
    self.name = name
    let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    guard text.hasPrefix("// RUN: "), let end = text.firstIndex(of: "\n") else {
      throw Malformed(what: "\(name) must begin with a line '// RUN: passes'")
    }
    passes = String(text[..<end].dropFirst("// RUN: ".count))
    let parts = text[text.index(after: end)...].components(separatedBy: Self.separator)
    guard parts.count % 2 == 0 || Self.isBlessing else {
      throw Malformed(what: "\(name) must have an expected module for each input")
    }
    cases = stride(from: 0, to: parts.count, by: 2).map { index in
      Case(
        inputLines: parts[index], expected: index + 1 < parts.count ? parts[index + 1] : "")
    }
  }

  func write() throws {
    let parts = cases.flatMap { [$0.inputLines, $0.expected] }.map { part in
      part.trimmingCharacters(in: .newlines) + "\n"
    }
    let text = "// RUN: \(passes)\n" + parts.joined(separator: Self.separator)
    try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8)
  }
}
