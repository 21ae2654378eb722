import Foundation
import TestSupport
import Testing

/// The executables as they were built beside the tests.
enum Executables {
  /// The folder that holds the test bundle, which is the build's.
  static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static let areBuilt = ["tessera", "tesserac"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: path($0))
  }

  static let symbolLister = ["/usr/bin/nm", "/usr/bin/llvm-nm"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The modules of `candidates` that an executable has symbols of. A mangled name begins with `$s`, the
  /// length of the module's name, and the name.
  static func linkedModules(of name: String, among candidates: Set<String>) throws -> Set<String> {
    let symbols = try Command(symbolLister ?? "/usr/bin/false", [path(name)])
    guard symbols.status == 0, !symbols.output.isEmpty else { throw NoSymbols(executable: name) }
    return candidates.filter { symbols.output.contains("$s\($0.utf8.count)\($0)") }
  }

  struct NoSymbols: Error {
    var executable: String
  }
}

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
    let help = try Command(Executables.path(name), ["--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: \(name)"))
    let version = try Command(Executables.path(name), ["--version"])
    #expect(version.status == 0)
    #expect(version.output.contains(#/\d+\.\d+\.\d+/#))
  }

  @Test(arguments: ["tessera", "tesserac"])
  func anUnknownFlagIsAUsageError(_ name: String) throws {
    let output = try Command(Executables.path(name), ["--no-such-flag"])
    #expect(output.status == 64)
    #expect(output.output.isEmpty)
  }
}
