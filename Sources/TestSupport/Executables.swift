import Foundation

/// The executables as they were built beside the tests.
package enum Executables {
  /// The folder that holds the test bundle, which is the build's.
  package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// The path of the executable of this name, whether or not it was built.
  package static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Whether both executables stand beside the tests; a filtered build may leave them out.
  package static let areBuilt = ["tessera", "tesserac"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: path($0))
  }

  /// The tool that lists an executable's symbols; nil where the machine has none.
  package static let symbolLister = ["/usr/bin/nm", "/usr/bin/llvm-nm"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The modules of `candidates` that an executable has symbols of. A mangled name begins with `$s`, the
  /// length of the module's name, and the name.
  package static func linkedModules(of name: String, among candidates: Set<String>) throws -> Set<
    String
  > {
    let symbols = try Command.run(symbolLister ?? "/usr/bin/false", [path(name)])
    guard symbols.status == 0, !symbols.text.isEmpty else { throw NoSymbols(executable: name) }
    return candidates.filter { symbols.text.contains("$s\($0.utf8.count)\($0)") }
  }

  /// The lister failed, or the executable was stripped.
  package struct NoSymbols: Error {
    /// The name of the executable that was asked about.
    package var executable: String
  }
}
