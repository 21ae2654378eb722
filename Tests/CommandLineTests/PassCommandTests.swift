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
