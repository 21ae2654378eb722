import Foundation

/// Debian's mlir-opt, the outside judge of our text.
package enum MLIROpt {
  package static let path = ["/usr/bin/mlir-opt-16", "/usr/lib/llvm-16/bin/mlir-opt"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What mlir-opt prints for the text; its standard error is in the error thrown.
  package static func reprint(_ text: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("tessera-\(UUID().uuidString).mlir")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "/usr/bin/false")
    process.arguments = [
      "--allow-unregistered-dialect", "--mlir-print-op-generic", file.path,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // mlir-opt ends its output with an empty line.
    let printed = String(decoding: data, as: UTF8.self)
    return printed.hasSuffix("\n\n") ? String(printed.dropLast()) : printed
  }
}
