import FoundationEssentials
import Foundations
import Glibc

/// Where the weights of a checkpoint lie.
package enum CheckpointLocation {
  /// The file for `path`: itself where it is a file; in a folder `model.safetensors`, else the
  /// newest *.safetensors (of several equally new ones the last by name).
  ///
  /// - Throws: `checkpoint-not-found` (exit 66) where there is none, `checkpoint-sharded` (65) where
  ///   the folder holds a model in several files, `input-output` (74).
  package static func file(at path: String) throws(TesseraError) -> String {
    guard let status = status(of: path) else { throw notFound("there is no \(path)") }
    guard status.st_mode & S_IFMT == S_IFDIR else { return path }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw TesseraError(.inputOutput, code: .inputOutput, "cannot list \(path): \(error)")
    }
    let folder = path.hasSuffix("/") ? path : path + "/"
    if names.contains("model.safetensors") { return folder + "model.safetensors" }
    if names.contains("model.safetensors.index.json") {
      throw TesseraError(
        .badData, code: .checkpointSharded, "\(path) holds a model in several files",
        remedies: ["load it with Hugging Face transformers and save it as one file"])
    }
    let candidates = names.sorted(by: precedes).compactMap {
      name -> (path: String, modified: timespec)? in
      guard name.hasSuffix(".safetensors"), let status = self.status(of: folder + name) else {
        return nil
      }
      return (folder + name, status.st_mtim)
    }
    let newest = candidates.enumerated().max {
      let (first, second) = ($0.element.modified, $1.element.modified)
      return (first.tv_sec, first.tv_nsec, $0.offset) < (second.tv_sec, second.tv_nsec, $1.offset)
    }
    guard let newest else { throw notFound("\(path) holds no .safetensors file") }
    return newest.element.path
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  private static func notFound(_ message: String) -> TesseraError {
    TesseraError(
      .inputMissing, code: .checkpointNotFound, message,
      remedies: ["give the path of a .safetensors file, or of the folder that holds it"])
  }
}
