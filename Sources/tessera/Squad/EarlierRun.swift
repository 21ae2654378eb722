import Checkpoints
import FoundationEssentials
import Foundations
import Recipe
import Training

/// A run of the same bundle that a command goes on from, as `config.json` in its directory tells of it.
struct EarlierRun {
  /// The run's directory.
  let path: String
  private let run: JSON.Value

  /// The run in a directory; nil where it holds none of a program with this digest.
  private init?(at path: String, digest: String) {
    let file = path + "/config.json"
    guard let bytes = try? readBytes(path: file, limit: JSON.byteLimit),
      let configuration = try? JSON.parse(bytes: bytes, file: file),
      configuration["bundle_digest"]?.string == digest, let run = configuration["run"]
    else { return nil }
    self.path = path
    self.run = run
  }

  /// The run that a training with these options goes on with; nil where it begins anew.
  init?(resumedBy options: TrainingOptions, _ run: TrainingRecipe.Run, digest: String) {
    switch options.resumption {
    case .never: return nil
    case .from(let path): self.init(at: path, digest: digest)
    case .auto:
      if let path = options.runDirectory {
        self.init(at: path, digest: digest)
        return
      }
      guard let newest = Self.newest(named: run.name ?? run.configurationName, digest: digest)
      else { return nil }
      self = newest
    }
  }

  /// Whether its predictions went to a folder.
  func predicted(into folder: String) -> Bool {
    guard run["do_validation"]?.boolean ?? true, let own = run["output_dir"]?.string,
      let own = try? PathExpansion.expand(own)
    else { return false }
    return own.split(separator: "/") == folder.split(separator: "/")
      && own.hasPrefix("/") == folder.hasPrefix("/")
  }

  /// The newest checkpoint of a run's directory, or of another folder; a file is taken as it is.
  /// - Throws: `checkpoint-not-found` where there is none.
  static func newestCheckpoint(of path: String) throws(TesseraError) -> String {
    // Weights that were saved beside them may be older.
    try CheckpointLocation.file(at: holdsRun(path) ? path + "/checkpoints" : path)
  }

  /// Whether a run has begun in a folder.
  static func holdsRun(_ path: String) -> Bool {
    isReadable(path + "/config.json") && isReadable(path + "/checkpoints")
  }

  /// The newest of the directories that a run of this name made for itself.
  private static func newest(named name: String, digest: String) -> Self? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "runs")) ?? []
    // Names end with the time, so the last by name is the newest.
    return names.filter { $0.hasPrefix(name + "-") }
      .sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
      .lazy.compactMap { Self(at: "runs/\($0)", digest: digest) }.first
  }
}
