import TestSupport
import Testing

@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct ExecutableTests {
  @Test(.enabled(if: Executables.symbolLister != nil, "needs nm"))
  func theRuntimeLinksNoModuleOfTheCompiler() throws {
    let manifest = try PackageManifest(Repository.text("Package.swift"))
    let compiler = CompilerModules.names(in: manifest)
    #expect(try Executables.linkedModules(of: "tessera", among: compiler) == [])
    // That the search finds what is there, the compiler's executable shows; it has no interpreter.
    let linked = try Executables.linkedModules(of: "tesserac", among: compiler)
    #expect(linked.isSuperset(of: manifest.reachable(from: "tesserac").intersection(compiler)))
    #expect(linked.contains("GraphIR"))
  }

  @Test(arguments: ["tessera", "tesserac"])
  func helpAndVersion(_ name: String) throws {
    let help = try Command.run(Executables.path(name), ["--help"])
    #expect(help.status == 0)
    #expect(help.text.contains("USAGE: \(name)"))
    let version = try Command.run(Executables.path(name), ["--version"])
    #expect(version.status == 0)
    #expect(version.text.contains(#/\d+\.\d+\.\d+/#))
  }

  @Test(arguments: ["tessera", "tesserac"])
  func anUnknownFlagIsAUsageError(_ name: String) throws {
    let output = try Command.run(Executables.path(name), ["--no-such-flag"])
    #expect(output.status == 64)
    #expect(output.text.isEmpty)
  }
}
