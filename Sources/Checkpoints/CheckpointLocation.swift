import FoundationEssentials
import Foundations
import Glibc

/// Where the weights of a checkpoint lie.
package enum CheckpointLocation {
  /// The file for `path`: itself where it is a file. In a folder `model.safetensors`,
  /// `pytorch_model.bin` or `tf_model.h5`, the first of these that is there; else, for a run's folder,
  /// what is in its `checkpoints`; else the newest file with an ending of a checkpoint's. Of files
  /// `step-N`, as runs write them, the one of the last step is the newest, whatever their times say; of
  /// several equally new ones it is the last by name.
  ///
  /// - Throws: `checkpoint-not-found` (exit 66) where there is none, `checkpoint-sharded` (65) where
  ///   the folder holds a model in several files, `input-output` (74).
  package static func file(at path: String) throws(TesseraError) -> String {
    guard let status = status(of: path) else {
      // An empty path, as of a variable that is not set, would not be seen.
      throw notFound("there is no \(path.isEmpty ? path.debugDescription : path)")
    }
    guard isFolder(status) else { return path }
    let names = try names(in: path)
    let folder = path.hasSuffix("/") ? path : path + "/"
    let usual = ["model.safetensors", "pytorch_model.bin", "tf_model.h5"]
    if let name = usual.first(where: names.contains) { return folder + name }
    if names.contains(where: { usual.map { "\($0).index.json" }.contains($0) }) {
      throw TesseraError(
        .badData, code: .checkpointSharded, "\(path) holds a model in several files",
        remedies: ["load it with Hugging Face transformers and save it as one file"])
    }
    if let newest = newest(of: names, in: folder) { return newest }
    if let run = Self.status(of: folder + "checkpoints"), isFolder(run),
      let newest = newest(
        of: try Self.names(in: folder + "checkpoints"), in: folder + "checkpoints/")
    {
      return newest
    }
    throw notFound("\(path) holds no checkpoint")
  }

  private static func names(in folder: String) throws(TesseraError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw TesseraError(.inputOutput, code: .inputOutput, "cannot list \(folder): \(error)")
    }
  }

  /// The newest file with an ending of a checkpoint's.
  private static func newest(of names: [String], in folder: String) -> String? {
    let candidates = names.sorted(by: precedes).compactMap {
      name -> (path: String, step: Int, modified: timespec)? in
      guard CheckpointFormat(ending: name) != nil, let status = self.status(of: folder + name),
        !isFolder(status)
      else { return nil }
      return (folder + name, step(of: name), status.st_mtim)
    }
    let newest = candidates.enumerated().max {
      let (first, second) = ($0.element, $1.element)
      return (first.step, first.modified.tv_sec, first.modified.tv_nsec, $0.offset)
        < (second.step, second.modified.tv_sec, second.modified.tv_nsec, $1.offset)
    }
    return newest?.element.path
  }

  /// The N of `step-N.…`, or −1.
  private static func step(of name: String) -> Int {
    guard name.hasPrefix("step-") else { return -1 }
    return Int(name.dropFirst("step-".count).prefix { $0 != "." }) ?? -1
  }

  private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  private static func notFound(_ message: String) -> TesseraError {
    TesseraError(
      .inputMissing, code: .checkpointNotFound, message,
      remedies: ["give the path of a checkpoint's file, or of the folder that holds it"])
  }
}
