import Foundation
import TestSupport

// In a file of its own, because Foundation has a `Bundle` too.
extension TemporaryFolder {
  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: file(name), withDestinationPath: target)
  }

  func isLink(_ name: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: file(name))) != nil
  }
}
