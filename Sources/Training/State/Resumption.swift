import FoundationEssentials
import Foundations
import Glibc
import Recipe

/// Whether a training goes on from an earlier one.
package enum Resumption: Hashable, Sendable {
  /// A new training.
  case never
  /// From the newest checkpoint of the run in its directory, where there is one; else a new training.
  case auto
  /// From the newest checkpoint of a run's directory, in it; or from a checkpoint file, in a new directory.
  case from(String)
}

/// Where a run's files are, and what it goes on from.
struct RunPlace {
  /// What the training goes on from.
  enum Origin: Hashable {
    case beginning
    /// The newest checkpoint of the directory, or the beginning where it has none.
    case ownCheckpoints
    case file(String)
  }

  let directory: RunDirectory
  let origin: Origin
  /// Held as long as the run goes on.
  let lock: RunLock

  /// Finds the directory of a run that is to go on, or nil where a new one is to be made.
  /// - Parameter digest: of the bundle's program; a run of another one is none to go on with.
  /// - Throws: `nothing-to-resume` (inputMissing), `run-directory-in-use` (wouldOverwrite).
  static func existing(
    _ resumption: Resumption, runDirectory: String?, name: String, digest: String
  ) throws(TesseraError) -> RunDirectory? {
    switch resumption {
    case .never: return nil
    case .auto:
      let path = runDirectory ?? newest(named: name, digest: digest)
      guard let path, RunDirectory.holdsRun(path) else { return nil }
      return try RunDirectory(continuing: path, digest: digest)
    case .from(let path):
      guard isFolder(path) else { return nil }
      guard RunDirectory.holdsRun(path) else {
        throw TesseraError(
          .inputMissing, code: .nothingToResume, "\(path) holds no run",
          remedies: ["give the directory of a run, or a checkpoint file of one"])
      }
      return try RunDirectory(continuing: path, digest: digest)
    }
  }

  /// The file to go on from in a new directory; nil where there is none.
  static func file(_ resumption: Resumption) throws(TesseraError) -> String? {
    guard case .from(let path) = resumption, !isFolder(path) else { return nil }
    guard access(path, F_OK) == 0 else {
      throw TesseraError(
        .inputMissing, code: .nothingToResume, "there is no \(path)",
        remedies: ["give the directory of a run, or a checkpoint file of one"])
    }
    return path
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The newest of the directories that a run of this name and program made for itself.
  private static func newest(named name: String, digest: String) -> String? {
    let folder = RunDirectory.defaultFolder
    let prefix = RunDirectory.fileName(from: name) + "-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    // Names end with the time, so the last by name is the newest.
    let candidates = names.filter { $0.hasPrefix(prefix) }
      .sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
    return candidates.map { "\(folder)/\($0)" }.first {
      RunDirectory.holdsRun($0) && (try? RunDirectory(continuing: $0, digest: digest)) != nil
    }
  }
}
