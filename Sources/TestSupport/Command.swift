import Foundation

/// Runs programs. Input and output are files, so that a program never waits for a reader.
package enum Command {
  /// How a program ended, and what it wrote.
  package struct Output: Sendable {
    /// The exit code.
    package var status: Int32
    /// Standard output.
    package var text: String
    /// Standard error.
    package var errors: String
  }

  /// A program that runs.
  package struct Running {
    /// The process, to signal it.
    package let process: Process
    fileprivate let files: TemporaryFolder

    /// Waits for the end and gives what was written.
    package func finish() throws -> Output {
      process.waitUntilExit()
      return Output(
        status: process.terminationStatus,
        text: String(decoding: try files.contents("output"), as: UTF8.self),
        errors: String(decoding: try files.contents("errors"), as: UTF8.self))
    }
  }

  /// A program that had to end well and did not.
  package struct Failure: Error {
    /// What it left.
    package var output: Output
  }

  /// Starts the program at `path`, in `folder` where one is given, with `input` as standard input and
  /// `environment` beside the tests' own variables.
  package static func start(
    _ path: String, _ arguments: [String], in folder: String? = nil, input: [UInt8] = [],
    environment: [String: String] = [:]
  ) throws -> Running {
    let files = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.standardInput = FileHandle(forReadingAtPath: try files.write(input, "input"))
    process.standardOutput = FileHandle(forWritingAtPath: try files.write([], "output"))
    process.standardError = FileHandle(forWritingAtPath: try files.write([], "errors"))
    try process.run()
    return Running(process: process, files: files)
  }

  /// Runs a program to its end.
  package static func run(
    _ path: String, _ arguments: [String], in folder: String? = nil, input: [UInt8] = [],
    environment: [String: String] = [:]
  ) throws -> Output {
    try start(path, arguments, in: folder, input: input, environment: environment).finish()
  }

  /// The standard output of a program that must end well.
  package static func text(
    of path: String, _ arguments: [String], input: [UInt8] = []
  ) throws -> String {
    let output = try run(path, arguments, input: input)
    guard output.status == 0 else { throw Failure(output: output) }
    return output.text
  }

  /// The path of a program among the folders of `PATH`, or nil where the machine does not have it.
  package static func path(of program: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }
}
