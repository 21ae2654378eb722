import Foundation

/// Debian's mlir-opt, the outside judge of our text.
package enum MLIROpt {
  /// The executable; nil where the machine has none.
  package static let path = ["/usr/bin/mlir-opt-16", "/usr/lib/llvm-16/bin/mlir-opt"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What mlir-opt prints for the text; its standard error is in the error thrown.
  package static func reprint(_ text: String) throws -> String {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(text.utf8), "module.mlir")
    return try Command.text(
      of: path ?? "/usr/bin/false",
      ["--allow-unregistered-dialect", "--mlir-print-op-generic", file])
  }
}
