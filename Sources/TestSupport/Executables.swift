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

  package struct Output {
    package var status: Int32
    /// Standard output.
    package var text: String
    /// Standard error.
    package var errors: String
  }

  /// Runs a command to its end, in `folder` where one is given.
  package static func run(
    _ path: String, _ arguments: [String], in folder: String? = nil
  ) throws -> Output {
    let process = try start(path, arguments, in: folder)
    return try process.finish()
  }

  /// Starts a command; its output is in files, so that it never waits for a reader.
  package static func start(
    _ path: String, _ arguments: [String], in folder: String? = nil
  ) throws -> RunningCommand {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    let files = try ["out", "err"].map { kind in
      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("tessera-\(kind)-\(UUID().uuidString)").path
      guard FileManager.default.createFile(atPath: path, contents: nil) else {
        throw CocoaError(.fileWriteUnknown)
      }
      return path
    }
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    try process.run()
    return RunningCommand(process: process, files: files)
  }

  /// A command that runs.
  package struct RunningCommand {
    package let process: Process
    let files: [String]

    /// Waits for the end and gives what was written.
    package func finish() throws -> Output {
      process.waitUntilExit()
      let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
      for file in files { try FileManager.default.removeItem(atPath: file) }
      return Output(status: process.terminationStatus, text: texts[0], errors: texts[1])
    }
  }

  /// The modules of `candidates` that an executable has symbols of. A mangled name begins with `$s`, the
  /// length of the module's name, and the name.
  package static func linkedModules(of name: String, among candidates: Set<String>) throws -> Set<
    String
  > {
    let symbols = try run(symbolLister ?? "/usr/bin/false", [path(name)])
    guard symbols.status == 0, !symbols.text.isEmpty else { throw NoSymbols(executable: name) }
    return candidates.filter { symbols.text.contains("$s\($0.utf8.count)\($0)") }
  }

  package struct NoSymbols: Error {
    package var executable: String
  }
}
