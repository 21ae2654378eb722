import Foundation
import TestSupport
import Testing

/// `examples/pretrain.sh` with tools that only say what they are given.
@Suite struct PretrainScriptTests {
  private static let script = GoldenReference.root.path + "/examples/pretrain.sh"

  private func run(_ arguments: [String]) throws -> Command.Output {
    let folder = try TemporaryFolder()
    try folder.write(Array("{}".utf8), "c.json")
    for tool in ["tesserac", "tessera"] {
      let path = try folder.write(Array("#!/bin/sh\necho \(tool) \"$@\"\n".utf8), tool)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    return try Command.run(
      "/bin/bash", [Self.script] + arguments, in: folder.path,
      environment: ["TESSERA_BIN": folder.path])
  }

  /// The configuration may stand behind a flag with or without a value.
  @Test func flagsGoToTheirTools() throws {
    let output = try run(["--set", "seed=1", "--max-steps", "3", "--wandb", "c.json", "--keep=2"])
    #expect(output.status == 0, "\(output.errors)")
    let lines = output.text.split(separator: "\n")
    #expect(lines.first == "tesserac compile c.json -o .bundles/c.ipub --set seed=1")
    #expect(lines.last == "tessera train .bundles/c.ipub --max-steps 3 --wandb --keep=2")
  }

  /// Each flag of `tessera train` that has no value leaves what follows it alone.
  @Test(.enabled(if: Executables.areBuilt, "needs tessera beside the tests"))
  func flagsWithoutAValueTakeNone() throws {
    let dump = try Command.run(
      Executables.path("tessera"), ["train", "--experimental-dump-help"])
    let help = try JSONSerialization.jsonObject(with: Data(dump.text.utf8)) as? [String: Any]
    let command = try #require(help?["command"] as? [String: Any])
    let arguments = try #require(command["arguments"] as? [[String: Any]])
    let flags = arguments.filter { $0["kind"] as? String == "flag" }
      .flatMap { $0["names"] as? [[String: Any]] ?? [] }
      .compactMap { name in
        (name["name"] as? String).map { name["kind"] as? String == "short" ? "-\($0)" : "--\($0)" }
      }
    #expect(flags.contains("--skip-corrupt"))
    for flag in flags where !["-h", "--help"].contains(flag) {
      let output = try run([flag, "c.json"])
      #expect(output.status == 0, "\(flag): \(output.errors)")
      #expect(output.text.hasSuffix("tessera train .bundles/c.ipub \(flag)\n"))
    }
  }
}
