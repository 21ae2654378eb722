import Checkpoints
import Foundations
import Glibc
import Runtime

/// Where a run saves its parameters, found out before the first weight update: a training must not end
/// with nowhere to go.
struct CheckpointDestination {
  /// The file that the user named, or the one in the folder that the user named.
  private let named: String?
  private let overwrites: Bool

  /// Makes the folder that is named, and checks that a file can be made there.
  /// - Throws: `would-overwrite` where the file exists and `overwrites` is false, `input-output` where
  ///   it cannot be written.
  init(_ path: String?, overwrites: Bool) throws {
    self.overwrites = overwrites
    guard let path = try path.map(PathExpansion.expand) else {
      named = nil
      return
    }
    if path.hasSuffix(".safetensors") {
      named = path
    } else {
      try makeFolders(path)
      named = path + "/model.safetensors"
    }
    // Begun and given up at once: it leaves nothing behind.
    _ = try AtomicFile(path: named ?? path, overwrite: overwrites)
  }

  /// Saves the parameters where the user wants them; in the run's directory where that fails at last.
  /// - Returns: the file, and what was written.
  func save(
    _ state: ParameterState, in directory: RunDirectory, weightUpdate: Int
  ) throws -> (path: String, layout: HuggingFaceLayout) {
    let own = directory.checkpointPath(weightUpdate: weightUpdate)
    guard let named else {
      return (own, try state.save(to: own, overwrite: overwrites))
    }
    do {
      return (named, try state.save(to: named, overwrite: overwrites))
    } catch let error as TesseraError {
      _ = try state.save(to: own, overwrite: overwrites)
      var error = error
      error.diagnostics[0].notes.append("the parameters were saved to \(own) instead")
      throw error
    }
  }
}
