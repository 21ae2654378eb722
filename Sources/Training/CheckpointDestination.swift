import Checkpoints
import Foundations
import Glibc
import Runtime

/// Where a run's weights go at its end besides its checkpoints, found out before the first weight update: a
/// training must not end with nowhere to go.
struct CheckpointDestination {
  /// The file that the user named, or the one in the folder that the user named.
  private let path: String?
  private let overwrites: Bool

  /// Checks that a file can be made in the place that is named.
  /// - Parameters:
  ///   - madeBefore: the file that the run which goes on wrote before, which may be replaced.
  ///   - makesFolder: whether the folder that is named is made; else the nearest above it that is there is
  ///     tried, and nothing stays.
  /// - Throws: `would-overwrite` where the file exists and may not be replaced, `input-output` where it
  ///   cannot be written.
  init(
    _ path: String?, overwrites: Bool, madeBefore: String?, makesFolder: Bool = true
  ) throws {
    guard let path = try path.map(PathExpansion.expand) else {
      (self.path, self.overwrites) = (nil, overwrites)
      return
    }
    let isFile = path.hasSuffix(".safetensors")
    let file = isFile ? path : path + "/model.safetensors"
    if !isFile, makesFolder { try makeFolders(path) }
    self.path = file
    self.overwrites = overwrites || madeBefore.map { Self.isOneFile($0, file) } ?? false
    // Begun and given up at once: it leaves nothing behind.
    if isFile || access(path, F_OK) == 0 {
      _ = try AtomicFile(path: file, overwrite: self.overwrites)
    } else {
      let probe = DiskCheck.nearestFolder(to: path) + "/.tessera-check"
      _ = try AtomicFile(path: probe, overwrite: true)
    }
  }

  /// Whether two paths lead to one file, however they are spelled.
  private static func isOneFile(_ first: String, _ second: String) -> Bool {
    guard let first = realpath(first, nil) else { return false }
    defer { free(first) }
    guard let second = realpath(second, nil) else { return false }
    defer { free(second) }
    return strcmp(first, second) == 0
  }

  /// Saves the parameters where the user wants them.
  /// - Returns: the file, and what was written; nil where the user named no place.
  func save(_ state: ParameterState) throws -> (path: String, layout: HuggingFaceLayout)? {
    guard let path else { return nil }
    return (path, try state.save(to: path, overwrite: overwrites))
  }
}
