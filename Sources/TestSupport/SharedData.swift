import Foundation

/// The package's checkout.
package enum Checkout {
  /// The folder of `Package.swift`.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a file, which is given from the root on.
  package static func path(_ name: String) -> String { root.appending(path: name).path }
}

/// Data beside the checkout, in `../shared`, which a plain clone does not have. Tests that read a file
/// of it carry `.enabled(if: SharedData.has(…), …)` and so skip visibly where it is absent.
package enum SharedData {
  private static let root = Checkout.root.deletingLastPathComponent().appending(path: "shared")

  /// The path of a file or folder of `../shared`.
  package static func path(_ name: String) -> String { root.appending(path: name).path }

  /// Whether the file or folder is there.
  package static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }

  /// A JSON file's value.
  package static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(
      type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}
