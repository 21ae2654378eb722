import CommandLineSupport
import Compiler
import Foundations
import GraphIR
import Recipe

/// Files of modules between phases: `03-cse.mlir`.
enum PhaseFile {
  /// Writes what a phase left to its file in a folder, which is made where it is missing.
  static func write(_ phase: FinishedPhase, to folder: String) throws {
    _ = try write(phase.module, after: phase.number, phase.name, to: folder)
  }

  /// - Returns: the file's path.
  static func write(
    _ module: Module, after phase: Int, _ name: String, to folder: String
  ) throws -> String {
    try makeFolders(folder)
    let path = "\(folder)/\(phase < 10 ? "0" : "")\(phase)-\(name).mlir"
    let file = try AtomicFile(path: path, overwrite: true)
    try file.write(Array(module.text.utf8))
    try file.commit()
    return path
  }

  /// The module of a file that `--dump-phases` wrote, and the number of the phase that left it.
  /// - Throws: `TesseraError` where the name is not a phase's of this recipe, or the text no module.
  static func read(
    _ path: String, for recipe: TrainingRecipe.Program, _ settings: PhaseSettings
  ) throws -> (phase: Int, module: Module) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let phases = PassPipeline.phases(for: recipe, settings)
    let number = Int(name.prefix { $0.isNumber })
    guard let number, phases.indices.contains(number),
      name.hasSuffix("-\(phases[number].name).mlir")
    else {
      throw TesseraError(
        .usage, code: .unknownPass, "'\(path)' is not called after a phase of this configuration",
        notes: [
          "phases are "
            + phases.enumerated().map { "\($0.offset)-\($0.element.name)" }.joined(separator: ", ")
        ],
        remedies: ["use a file that --dump-phases wrote, under its own name"])
    }
    let module = try Module(parsing: try readText(path: path), file: path)
    try Verifier.check(module, after: "reading \(path)")
    return (number, module)
  }
}

extension PhaseFailure {
  /// The error, with a file and the command that show the fault again. The frontend has no module before
  /// it, and a file that cannot be written must not hide the fault.
  func withReproducer() -> TesseraError {
    guard let last,
      let path = try? PhaseFile.write(before, after: phase - 1, last, to: "tesserac-reproducer")
    else { return error }
    let command =
      remaining.contains("training-step")
      ? "tesserac compile CONFIG --from \(path)"
      : "tesserac opt \(path) --passes '\(remaining.joined(separator: ","))'"
    var error = error
    error.diagnostics[0].notes.append("the module before the phase was written to \(path)")
    error.diagnostics[0].remedies.append(Remedy("report the fault with that file and: \(command)"))
    return error
  }
}

/// How long each phase took, and what it left.
struct PhaseTimes {
  private var phases: [(name: String, seconds: Double, left: String)] = []

  mutating func add(_ phase: FinishedPhase) {
    let functions = phase.module.functions
    let operations = functions.reduce(0) { $0 + $1.allOperations.count }
    phases.append(
      (phase.name, phase.seconds, "\(functions.count) functions, \(operations) operations"))
  }

  mutating func add(_ phase: PlannedCompilation.FinishedPhase) {
    phases.append(
      (phase.name, phase.seconds, "\(phase.functions) functions, \(phase.steps) steps"))
  }

  /// A line a phase, and their sum.
  var text: String {
    func line(_ name: String, _ seconds: Double, _ rest: String) -> String {
      let microseconds = Int((seconds * 1e6).rounded())
      let digits = String(microseconds % 1000)
      let fraction = String(repeating: "0", count: 3 - digits.count) + digits
      let time = "\(microseconds / 1000).\(fraction)"
      return String(repeating: " ", count: max(0, 10 - time.count)) + "\(time) ms  \(name)\(rest)\n"
    }
    return phases.map {
      line($0.name, $0.seconds, ": \($0.left)")
    }.joined() + line("in all", phases.reduce(0) { $0 + $1.seconds }, "")
  }
}
