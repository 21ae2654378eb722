import Foundation

/// The executables as they were built beside the tests.
package enum Executables {
  /// The folder that holds the test bundle, which is the build's.
  package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  package static func path(_ name: String) -> String { folder.appending(path: name).path }

  package static let areBuilt = ["tessera", "tesserac"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: path($0))
  }

  package static let symbolLister = ["/usr/bin/nm", "/usr/bin/llvm-nm"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What a command left.
  package typealias Output = Command.Output

  /// Runs a command to its end, in `folder` where one is given.
  package static func run(
    _ path: String, _ arguments: [String], in folder: String? = nil
  ) throws -> Output {
    try Command.run(path, arguments, in: folder)
  }

  /// Starts a command.
  package static func start(
    _ path: String, _ arguments: [String], in folder: String? = nil
  ) throws -> Command.Running {
    try Command.start(path, arguments, in: folder)
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

  package struct NoSymbols: Error {
    package var executable: String
  }
}
