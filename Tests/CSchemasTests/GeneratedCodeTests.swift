import Foundation
import TestSupport
import Testing

@Suite struct GeneratedCodeTests {
  /// Whether this machine has the generator in the version that made the committed code; another
  /// version writes other comments and checks.
  static let hasGenerator: Bool = {
    guard
      let version = try? Command.text(of: "/bin/sh", ["-c", "protoc-c --version"]).split(
        separator: "\n"
      ).first,
      let header = try? String(
        contentsOf: Checkout.root.appending(path: "Sources/CSchemas/include/example.pb-c.h"),
        encoding: .utf8)
    else { return false }
    let numbers = version.split(separator: " ").last.map(String.init) ?? ""
    let parts = numbers.split(separator: ".").compactMap { Int($0) }
    guard parts.count == 3 else { return false }
    let number = parts[0] * 1_000_000 + parts[1] * 1000 + parts[2]
    return header.contains("#elif \(number) < PROTOBUF_C_MIN_COMPILER_VERSION")
  }()

  @Test(
    .enabled(if: hasGenerator, "needs protoc-c in the version that made the committed code"))
  func committedCodeIsWhatTheSchemasGive() throws {
    let folder = try TemporaryFolder()
    let output = URL(filePath: folder.file("schemas"))
    let script = Checkout.path("scripts/generate-schemas.sh")
    _ = try Command.text(of: "/bin/sh", [script, output.path])

    let committed = Checkout.root.appending(path: "Sources/CSchemas")
    let generated = try Self.files(in: output)
    #expect(!generated.isEmpty)
    #expect(generated == (try Self.files(in: committed)))
    for file in generated {
      let new = try Data(contentsOf: output.appending(path: file))
      let old = try Data(contentsOf: committed.appending(path: file))
      #expect(new == old, "\(file) is stale: run scripts/generate-schemas.sh")
    }
  }

  static func files(in directory: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.path)
      .filter { $0.hasSuffix(".c") || $0.hasSuffix(".h") }.sorted()
  }
}
