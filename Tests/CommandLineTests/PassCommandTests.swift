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

  @Test func passesAreLeftOut() throws {
    let folder = try TemporaryFolder()
    let some = try tesserac(
      "compile", Self.config, "-q", "--disable-pass", "outline", "--disable-pass", "cse",
      "--time-passes", "-o", "some.ipub", in: folder)
    #expect(some.status == 0, "\(some.errors)")
    #expect(some.errors.hasSuffix("left out: cse, outline\n"), "\(some.errors)")
    #expect(!some.errors.contains(" ms  cse: "))
    let all = try tesserac(
      "compile", Self.config, "-q", "--disable-pass", "all", "-o", "all.ipub", in: folder)
    #expect(all.status == 0, "\(all.errors)")
    let unknown = try tesserac(
      "compile", Self.config, "--disable-pass", "scedule", "-o", "x.ipub", in: folder)
    #expect(unknown.status == 64 && unknown.errors.contains("1. use schedule"), "\(unknown)")
    let needed = try tesserac(
      "compile", Self.config, "--disable-pass", "frontend", "-o", "x.ipub", in: folder)
    #expect(needed.status == 64 && needed.errors.contains("cannot be left out"), "\(needed)")
    let help = try tesserac("compile", "--help", in: folder)
    #expect(help.text.contains("--disable-pass") && help.text.contains("join-slices"))
  }

  @Test func stagesAreChosen() throws {
    let folder = try TemporaryFolder()
    let text = try tesserac(
      "compile", Self.config, "--pipeline", "auto", "-o", "a.ipub", in: folder)
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.errors.contains("chosen by estimates"), "\(text.errors)")
    #expect(text.errors.contains("stage  IPU  layers"), "\(text.errors)")
    let json = try tesserac(
      "compile", Self.config, "--pipeline", "auto", "--format", "json", "-o", "b.ipub", in: folder)
    let document =
      try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any] ?? [:]
    let pipeline = try #require(document["pipeline"] as? [String: Any], "\(json)")
    #expect((pipeline["stages"] as? [Any])?.count == 3)
    #expect(pipeline["fits"] as? Bool == true && pipeline["estimated"] as? Bool == true)
    #expect(try folder.contents("a.ipub") == folder.contents("b.ipub"))
    let wrong = try tesserac(
      "compile", Self.config, "--pipeline", "best", "-o", "c.ipub", in: folder)
    #expect(wrong.status == 64)
  }

  @Test func activationsFitABound() throws {
    let folder = try TemporaryFolder()
    let fits = try tesserac(
      "compile", Self.config, "-q", "--recompute-within", "64", "-o", "a.ipub", in: folder)
    #expect(fits.status == 0, "\(fits.errors)")
    let tight = try tesserac(
      "compile", Self.config, "-q", "--recompute-within", "0", "-o", "b.ipub", in: folder)
    #expect(tight.status == 2, "\(tight)")
    #expect(tight.errors.contains("[activations-do-not-fit]"), "\(tight.errors)")
    #expect(tight.errors.contains("--recompute-within 1"), "\(tight.errors)")
    let off = try tesserac(
      "compile", Self.config, "-q", "--recompute-within", "64", "--set",
      "enable_recomputation=false", "-o", "c.ipub", in: folder)
    #expect(off.status == 64 && off.errors.contains("leave --recompute-within out"), "\(off)")
    let negative = try tesserac(
      "compile", Self.config, "--recompute-within=-1", "-o", "d.ipub", in: folder)
    #expect(negative.status == 64)
  }

  /// A graph with a function of the user's own for a layer: `partition` is told which.
  @Test func ownLayers() throws {
    let folder = try TemporaryFolder()
    _ = try tesserac(
      "compile", Self.config, "-q", "--dump-phases", "phases", "--disable-pass", "replace-layers",
      in: folder)
    let text = String(decoding: try folder.contents("phases/00-frontend.mlir"), as: UTF8.self)
    let own = text.replacingOccurrences(of: "@pooler}", with: "@my_gate}")
      .replacingOccurrences(of: "\"pooler\"}", with: "\"my_gate\"}")
    try #require(own != text)
    try folder.write(Array(own.utf8), "00-frontend.mlir")
    let stages = "partition{stages=emb;hid,hid,enc_out;gate,heads devices=0,1,0"
    let unnamed = try tesserac("opt", "00-frontend.mlir", "--passes", stages + "}", in: folder)
    #expect(unnamed.status == 65 && unnamed.errors.contains("layers=my_gate:NAME"), "\(unnamed)")
    let named = try tesserac(
      "opt", "00-frontend.mlir", "--passes", stages + " layers=my_gate:gate}", in: folder)
    #expect(named.status == 0 && named.text.contains("callee = @my_gate"), "\(named.errors)")
    // In a compilation stages have the configuration's names.
    let refused = try tesserac(
      "compile", Self.config, "-q", "--disable-pass", "replace-layers", "--from",
      "00-frontend.mlir", "-o", "a.ipub", in: folder)
    #expect(refused.status == 65 && refused.errors.contains("unknown-stage"), "\(refused)")
    let compiled = try tesserac(
      "compile", Self.config, "-q", "--disable-pass", "replace-layers", "--from",
      "00-frontend.mlir", "--layer", "my_gate:pool", "-o", "a.ipub", in: folder)
    #expect(compiled.status == 0, "\(compiled.errors)")
  }
}
