import ArgumentParser
import CommandLineSupport
import Compiler
import Foundations
import GraphIR
import Transforms

struct Optimize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "opt",
    abstract: "Runs passes over a module in MLIR text and prints the module.",
    discussion: """
      Options of a pass stand behind its name in braces: --passes cse,outline{minimum=3}. Without \
      --passes the module is only checked. Passes, with their options:

      \(Self.passList)
      """)

  @Argument(help: "The file with the module, or - for standard input.")
  var file: String = "-"

  @Option(help: ArgumentHelp("The passes, in order.", valueName: "a,b{option=value},..."))
  var passes: String = ""

  @Option(help: "When the module is verified: each, phase (only at the end) or off.")
  var verify: CompilationOptions.Verification = .each

  @Flag(help: "Print the module after each pass, with MLIR's mark between two.")
  var printAfterEach = false

  private static let passList = PassRegistry.all.map { pass in
    (["\(pass.name): \(pass.summary)"] + pass.options.map { "  \($0.name): \($0.meaning)" })
      .joined(separator: "\n")
  }.joined(separator: "\n")

  func run() throws {
    try reportingErrors {
      let invocations = try PassInvocation.list(passes, among: PassRegistry.all)
      let name = file == "-" ? "stdin" : file
      var module = try Module(parsing: try readText(path: file), file: name)
      if verify != .off { try Verifier.check(module, after: "reading \(name)") }
      for (index, invocation) in invocations.enumerated() {
        try invocation.run(on: &module)
        if verify == .each || (verify == .phase && index == invocations.count - 1) {
          try Verifier.check(module, after: invocation.pass.name)
        }
        if printAfterEach, index < invocations.count - 1 {
          try writeOutput(module.text + "// -----\n")
        }
      }
      try writeOutput(module.text)
    }
  }
}

extension CompilationOptions.Verification: ExpressibleByArgument {}
