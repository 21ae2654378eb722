import Foundation
import TestSupport
import Testing

/// `tesserac plan`, the check of `compile`, and what `tessera inspect` shows of a plan.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct PlanCommandTests {
  private static let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func plan(_ options: [String]) throws -> (status: Int32, fields: [String: Any]) {
    let output = try Command.run(
      Executables.path("tesserac"), ["plan", Self.demo, "--format", "json"] + options,
      in: GoldenReference.root.path)
    return (output.status, try object(output.text))
  }

  /// Options after which the demo does not fit, though not by far.
  private func misfit() throws -> [String] {
    for size in [64, 128, 256, 512, 1024, 2048] {
      let options = [
        "--set", "micro_batch_size=\(size)", "--set", "enable_recomputation=false", "--target",
        "mk1",
      ]
      if try plan(options).status == 2 { return options }
    }
    Issue.record("the demo fits with any micro-batch")
    return []
  }

  @Test func aPlanIsPrintedForTerminals() throws {
    let folder = try CommandLineTests.Folder()
    let output = try folder.run("tesserac", "plan", Self.demo)
    #expect(output.status == 0, "\(output.errors)")
    #expect(output.text.hasPrefix("fits mk2, 2 IPUs (Mk2 GC200): "))
    for part in ["predicted: ", "exchange code", "forward kcycles", "steady state", "host 6.25"] {
      #expect(output.text.contains(part), "\(part)")
    }
    for line in output.text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    #expect(try folder.run("tesserac", "plan", Self.demo).text == output.text)
  }

  @Test func theDocumentHasItsKeys() throws {
    let (status, fields) = try plan([])
    #expect(status == 0)
    #expect(fields["schema"] as? String == "tessera.plan/1")
    #expect(fields["fits"] as? Bool == true)
    #expect(fields["target"] as? String == "mk2")
    let ipus = try #require(fields["ipus"] as? [[String: Any]])
    #expect(ipus.count == 2)
    for (index, ipu) in ipus.enumerated() {
      #expect(ipu["index"] as? Int == index)
      let worst = try #require(ipu["worst_tile_bytes"] as? Int)
      let peak = try #require(ipu["peak_bytes"] as? Int)
      let always = try #require(ipu["always_live_bytes"] as? Int)
      #expect(ipu["worst_tile"] is Int)
      #expect(always > 0 && always <= peak && peak <= worst)
      let categories = try #require(ipu["categories"] as? [String: Int])
      #expect(categories.values.reduce(0, +) == worst)
    }
    let stages = try #require(fields["stages"] as? [[String: Any]])
    #expect(stages.compactMap { $0["ipu"] as? Int } == [0, 1, 0])
    #expect(stages.allSatisfy { ($0["backward_cycles"] as? Int ?? 0) > 0 })
    let predicted = try #require(fields["predicted"] as? [String: Any])
    let seconds = try #require(predicted["step_seconds"] as? Double)
    let rate = try #require(predicted["samples_per_second"] as? Double)
    #expect(abs(rate * seconds - 24) < 1e-6)
    #expect((predicted["cycles_per_timestep"] as? Int ?? 0) > 0)
  }

  @Test func targetsCount() throws {
    let folder = try CommandLineTests.Folder()
    let slow = try #require(try plan([]).fields["predicted"] as? [String: Any])
    let fast = try #require(try plan(["--target", "bow"]).fields["predicted"] as? [String: Any])
    #expect(
      (fast["samples_per_second"] as? Double ?? 0) > (slow["samples_per_second"] as? Double ?? 0))
    let unknown = try folder.run("tesserac", "plan", Self.demo, "--target", "pod8")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("[unknown-target]"))
    let small = try folder.run(
      "tesserac", "plan", Self.demo, "--target", "pod4", "--set", "replicas=4")
    #expect(small.status == 2)
    #expect(small.errors.contains("use --target pod16"))
    #expect(try folder.run("tesserac", "plan", "absent.json").status == 66)
  }

  /// Each way out fits where it is taken, with the memory and the speed that the message says.
  @Test func waysOutLeadOut() throws {
    let options = try misfit()
    let (_, fields) = try plan(options)
    #expect(fields["fits"] as? Bool == false)
    let diagnostics = try #require(fields["diagnostics"] as? [[String: Any]])
    let misfit = try #require(
      diagnostics.first { $0["code"] as? String == "ipu-out-of-memory" })
    #expect(misfit["severity"] as? String == "error")
    #expect(
      (misfit["message"] as? String ?? "").contains(
        #/^IPU \d does not fit: tile \d+ needs [\d.]+ KiB of 256.0 KiB at its peak$/#))
    let remedies = try #require(misfit["remedies"] as? [[String: Any]])
    try #require(!remedies.isEmpty)
    let before = try #require(fields["predicted"] as? [String: Any])
    let slow = try #require(before["samples_per_second"] as? Double)
    var speeds: [Double] = []
    for remedy in remedies {
      let text = try #require(remedy["text"] as? String)
      let edits = try #require(remedy["edits"] as? [[String: Any]])
      let settings = try edits.flatMap { edit -> [String] in
        let value = try JSONSerialization.data(
          withJSONObject: try #require(edit["value"]), options: .fragmentsAllowed)
        return [
          "--set",
          "\(try #require(edit["path"] as? String))=\(String(decoding: value, as: UTF8.self))",
        ]
      }
      let (status, after) = try plan(options + settings)
      #expect(status == 0, "\(text)")
      #expect(after["fits"] as? Bool == true, "\(text)")
      let worst = try #require(
        (after["ipus"] as? [[String: Any]])?.compactMap { $0["worst_tile_bytes"] as? Int }.max())
      let said = try #require(text.firstMatch(of: #/: ([\d.]+) KiB, /#).flatMap { Double($0.1) })
      #expect(abs(said * 1024 - Double(worst)) < 0.01 * Double(worst), "\(text)")
      let predicted = try #require(after["predicted"] as? [String: Any])
      let rate = try #require(predicted["samples_per_second"] as? Double)
      speeds.append(rate)
      if let match = text.firstMatch(of: #/([\d.]+) % (slower|faster)/#) {
        let change = 100 * (rate / slow - 1)
        let percent = try #require(Double(match.1)) * (match.2 == "slower" ? -1 : 1)
        #expect(abs(change - percent) < 1, "\(text)")
      }
    }
    #expect(speeds == speeds.sorted(by: >))
  }

  @Test func compileWritesNoBundleThatDoesNotFit() throws {
    let folder = try CommandLineTests.Folder()
    let options = try misfit()
    func compile(_ further: [String]) throws -> Command.Output {
      try Command.run(
        Executables.path("tesserac"), ["compile", Self.demo, "-o", "x.ipub"] + options + further,
        in: folder.path)
    }
    let refused = try compile([])
    #expect(refused.status == 2)
    #expect(refused.text.isEmpty)
    #expect(refused.errors.contains(#/demo.json:\d+:\d+: error: IPU \d does not fit: /#))
    #expect(refused.errors.contains("\n  1. "))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/x.ipub"))
    let forced = try compile(["--no-fit-check"])
    #expect(forced.status == 0)
    #expect(forced.errors.contains(": warning: IPU "))
    #expect(forced.text.contains("does not fit mk1, 2 IPUs"))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/x.ipub"))
  }

  /// The best of a search is one of those that it tried, and is what its options lead to.
  @Test func theSearchsOptionsLeadToWhatItFound() throws {
    let (status, fields) = try plan(["--search"])
    #expect(status == 0)
    let search = try #require(fields["search"] as? [String: Any])
    let tried = try #require(search["tried"] as? [[String: Any]])
    let best = try #require(search["best"] as? Int)
    let rates = tried.compactMap { $0["samples_per_second"] as? Double }
    let fitting = tried.indices.filter { tried[$0]["fits"] as? Bool == true }
    #expect(fitting.contains(best))
    #expect(rates[best] == fitting.map { rates[$0] }.max())
    #expect(rates[best] >= rates[0])
    let predicted = try #require(fields["predicted"] as? [String: Any])
    #expect(predicted["samples_per_second"] as? Double == rates[best])
    let folder = try CommandLineTests.Folder()
    let line = try #require(search["set_options"] as? String)
    let again = try Command.run(
      "/bin/sh", ["-c", "\(Executables.path("tesserac")) plan \(Self.demo) --format json \(line)"],
      in: folder.path)
    let after = try object(again.text)["predicted"] as? [String: Any]
    #expect(after?["samples_per_second"] as? Double == rates[best])
  }

  /// The bundle alone says what the plan said.
  @Test func inspectShowsThePlan() throws {
    let folder = try CommandLineTests.Folder()
    #expect(try folder.run("tesserac", "compile", Self.demo, "-o", "demo.ipub").status == 0)
    let (_, planned) = try plan([])
    let memory = try object(
      try folder.run("tessera", "inspect", "demo.ipub", "memory", "--format", "json").text)
    #expect(memory["ipus"] as? NSArray == planned["ipus"] as? NSArray)
    let schedule = try object(
      try folder.run("tessera", "inspect", "demo.ipub", "schedule", "--format", "json").text)
    #expect(schedule["predicted"] as? NSDictionary == planned["predicted"] as? NSDictionary)
    let program = try object(
      try folder.run("tessera", "inspect", "demo.ipub", "program", "--format", "json").text)
    let functions = try #require(program["functions"] as? [[String: Any]])
    #expect(functions.contains { $0["name"] as? String == "encoder_layer_backward" })
    for part in ["stages", "memory", "schedule", "program"] {
      let text = try folder.run("tessera", "inspect", "demo.ipub", part).text
      #expect(!text.isEmpty)
      for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  /// Published configurations fit; what is known not to fit does not.
  @Test(
    arguments: [
      ("pretrain_large_128_phase1", [], true), ("pretrain_large_384_phase2", [], true),
      ("pretrain_base_128_phase1", [], true), ("pretrain_base_384_phase2", [], true),
      ("squad_base", [], true), ("pretrain_tiny_128_phase1", [], true),
      ("pretrain_large_128_phase1", ["--set", "replicated_tensor_sharding=true"], true),
      ("pretrain_large_128_phase1", ["--set", "enable_recomputation=false"], false),
      ("pretrain_large_128_phase1", ["--set", "optimizer_state_offchip=false"], false),
    ]) func publishedVerdicts(name: String, options: [String], fits: Bool) throws
  {
    let path = GoldenReference.root.appendingPathComponent("configs/\(name).json").path
    let folder = try CommandLineTests.Folder()
    let output = try Command.run(
      Executables.path("tesserac"), ["plan", path] + options, in: folder.path)
    #expect(output.status == (fits ? 0 : 2), "\(output.errors)")
  }
}
