import Foundation

/// A command that a test ran: how it ended, and what it wrote.
package struct Command {
  /// The exit code.
  package var status: Int32
  /// Standard output.
  package var output: String
  /// Standard error.
  package var errors: String

  /// Runs the program at `path` to its end, with `input` as its standard input.
  package init(_ path: String, _ arguments: [String], input: [UInt8] = []) throws {
    // Files and not pipes: a program that fills one pipe while the other is read would wait for ever.
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle(forReadingAtPath: try folder.write(input, "input"))
    process.standardOutput = FileHandle(forWritingAtPath: try folder.write([], "output"))
    process.standardError = FileHandle(forWritingAtPath: try folder.write([], "errors"))
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: try folder.contents("output"), as: UTF8.self)
    errors = String(decoding: try folder.contents("errors"), as: UTF8.self)
  }

  /// The same, for a program that must end well; gives its standard output.
  package static func output(
    _ path: String, _ arguments: [String], input: [UInt8] = []
  ) throws -> String {
    let command = try Command(path, arguments, input: input)
    guard command.status == 0 else { throw Failure(command: command) }
    return command.output
  }

  /// The path of a program among the folders of `PATH`, or nil where the machine does not have it.
  package static func path(of program: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }

  /// A program that had to end well and did not.
  package struct Failure: Error {
    /// What it wrote.
    package var command: Command
  }
}
