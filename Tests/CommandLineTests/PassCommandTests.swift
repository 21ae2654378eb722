import Foundation
import TestSupport
import Testing

/// Passes as a compiler developer calls them: printed, dumped, continued from, run over text.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct PassCommandTests {
  private static let config = GoldenReference.root.path + "/examples/pretrain_tiny.json"

  private func tesserac(
    _ arguments: String..., in folder: TemporaryFolder
  ) throws -> Command.Output {
    try Command.run(Executables.path("tesserac"), arguments, in: folder.path)
  }

  /// The file of each phase continues to the same bundle, and passes over it give the later files.
  @Test func phasesAreDumpedAndContinuedFrom() throws {
    let folder = try TemporaryFolder()
    let whole = try tesserac(
      "compile", Self.config, "-q", "--dump-phases", "phases", "-o", "whole.ipub", "--time-passes",
      in: folder)
    #expect(whole.status == 0 && whole.errors.contains(" ms  cse: "), "\(whole)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("phases")).sorted()
    #expect(
      files.prefix(4) == [
        "00-frontend.mlir", "01-replace-layers.mlir", "02-partition.mlir",
        "03-training-step.mlir",
      ])
    for file in files {
      let continued = try tesserac(
        "compile", Self.config, "-q", "--from", "phases/\(file)", "-o", "part.ipub", "--force",
        in: folder)
      #expect(continued.status == 0, "\(continued.errors)")
      #expect(try folder.contents("part.ipub") == folder.contents("whole.ipub"))
    }
    let passes = files.dropFirst(4).map { $0.dropFirst(3).dropLast(5) }.joined(separator: ",")
    let optimized = try tesserac(
      "opt", "phases/03-training-step.mlir", "--passes", passes, in: folder)
    #expect(try Array(optimized.text.utf8) == folder.contents("phases/\(files[files.count - 1])"))
    let renamed = try tesserac(
      "compile", Self.config, "--from", "phases/02-cse.mlir", "-o", "x.ipub", in: folder)
    #expect(renamed.status == 64)
  }

  /// A fault of the compiler leaves the module before it, and the command that shows it again. Second
  /// derivatives do not exist, so that a model that has a first one in it cannot be trained.
  @Test func aFaultLeavesAReproducer() throws {
    let folder = try TemporaryFolder()
    _ = try tesserac("compile", Self.config, "-q", "--dump-phases", "phases", in: folder)
    let file = "phases/02-partition.mlir"
    let text = String(decoding: try folder.contents(file), as: UTF8.self)
    let broken = text.replacing(/"tessera.tanh"\((%\d+)\) : \((\S+)\) ->/) {
      "\"tessera.tanh_gradient\"(\($0.1), \($0.1)) : (\($0.2), \($0.2)) ->"
    }
    try #require(broken != text)
    try folder.write(Array(broken.utf8), file)
    let failed = try tesserac(
      "compile", Self.config, "-q", "--from", file, "-o", "x.ipub", in: folder)
    #expect(failed.status == 70, "\(failed)")
    let reproducer = "tesserac-reproducer/02-partition.mlir"
    #expect(
      failed.errors.contains("tesserac compile CONFIG --from \(reproducer)"), "\(failed.errors)")
    #expect(try Array(broken.utf8) == folder.contents(reproducer))
    let again = try tesserac(
      "compile", Self.config, "-q", "--from", reproducer, "-o", "x.ipub", in: folder)
    #expect(again.status == 70)
  }

  @Test func optPrintsAfterEachPass() throws {
    let folder = try TemporaryFolder()
    _ = try tesserac("compile", Self.config, "-q", "--dump-phases", "phases", in: folder)
    let printed = try tesserac(
      "opt", "phases/00-frontend.mlir", "--passes", "cse,dce", "--print-after-each", "--verify",
      "phase", in: folder)
    #expect(printed.status == 0)
    #expect(printed.text.split(separator: "// -----\n").count == 2)
  }

  @Test func mistakesOfOpt() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("\"builtin.module\"() ({\n".utf8), "broken.mlir")
    let broken = try tesserac("opt", "broken.mlir", in: folder)
    #expect(broken.status == 65 && broken.errors.contains("broken.mlir:2:1: error: "), "\(broken)")
    let unknown = try tesserac("opt", "broken.mlir", "--passes", "cse,dec", in: folder)
    #expect(unknown.status == 64 && unknown.errors.contains("1. use dce"), "\(unknown)")
    let option = try tesserac("opt", "broken.mlir", "--passes", "cse{much=1}", in: folder)
    #expect(option.status == 64 && option.errors.contains("[bad-pass-option]"), "\(option)")
    #expect(try tesserac("opt", "none.mlir", in: folder).status == 66)
  }
}
