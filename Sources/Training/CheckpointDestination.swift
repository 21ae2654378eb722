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

  /// Makes the folder that is named, and checks that a file can be made there.
  /// - Parameter madeBefore: the file that the run which goes on wrote before, which may be replaced.
  /// - Throws: `would-overwrite` where the file exists and may not be replaced, `input-output` where it
  ///   cannot be written.
  init(_ path: String?, overwrites: Bool, madeBefore: String?) throws {
    guard let path = try path.map(PathExpansion.expand) else {
      (self.path, self.overwrites) = (nil, overwrites)
      return
    }
    let file: String
    if path.hasSuffix(".safetensors") {
      file = path
    } else {
      try makeFolders(path)
      file = path + "/model.safetensors"
    }
    self.path = file
    self.overwrites = overwrites || madeBefore == file
    // Begun and given up at once: it leaves nothing behind.
    _ = try AtomicFile(path: file, overwrite: self.overwrites)
  }

  /// Saves the parameters where the user wants them.
  /// - Returns: the file, and what was written; nil where the user named no place.
  func save(_ state: ParameterState) throws -> (path: String, layout: HuggingFaceLayout)? {
    guard let path else { return nil }
    return (path, try state.save(to: path, overwrite: overwrites))
  }
}
