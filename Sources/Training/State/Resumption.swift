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

/// Finds what a run goes on from.
enum RunPlace {
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
    let candidates = names.compactMap { directory -> (path: String, place: [Int])? in
      guard directory.hasPrefix(prefix) else { return nil }
      // DATE-TIME, and a number where several runs began in one second.
      let parts = directory.dropFirst(prefix.count).split(separator: "-")
      let place = parts.compactMap { Int($0) }
      guard place.count == parts.count, parts.map(\.count).prefix(2) == [8, 6], parts.count <= 3
      else { return nil }
      return ("\(folder)/\(directory)", place)
    }
    return candidates.sorted { $1.place.lexicographicallyPrecedes($0.place) }.map(\.path).first {
      RunDirectory.holdsRun($0) && (try? RunDirectory(continuing: $0, digest: digest)) != nil
    }
  }
}
