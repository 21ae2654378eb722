import Bundle
import Checkpoints
import Foundations
import Operations
import Runtime

/// A checkpoint to go on from: one safetensors file.
///
/// It holds the weights under Hugging Face's names, so that whatever reads those reads it; the moments as
/// `tessera.first_moment.NAME` and `tessera.second_moment.NAME` in their own type; and in its metadata the
/// progress, and a SHA-256 over all of it. It holds no time and no path: equal trainings write equal bytes.
package enum TrainingStateFile {
  /// Before the role of a tensor that is no weight of the model.
  package static let prefix = HuggingFaceCheckpoint.trainingStatePrefix
  private static let progressKey = "tessera.training_state"
  private static let digestKey = "tessera.sha256"

  /// Writes the state; the file appears when it is complete and on the disk.
  /// - Throws: `would-overwrite`, `input-output`.
  package static func write(
    _ state: ParameterState, _ progress: TrainingProgress, to path: String, overwrite: Bool
  ) throws(TesseraError) {
    let tensors = state.tensorsOfTraining
    let json = progress.json
    var digest = StateDigest(progress: json)
    for tensor in tensors {
      digest.add(tensor.description.name, tensor.description.shape, tensor.bytes)
    }
    let writer = SafetensorsWriter(
      path: path, overwrite: overwrite,
      metadata: ["format": "pt", progressKey: json, digestKey: digest.finish()])
    try writer.write(tensors)
  }

  /// What the file says of its training, without its tensors; nil where it is no training state.
  package static func progress(of file: SafetensorsFile) -> TrainingProgress? {
    file.metadata[progressKey].flatMap { TrainingProgress(json: $0) }
  }

  /// Verifies a checkpoint that is to be read for its weights: a training state has the digest of what was
  /// written, other checkpoints have none.
  /// - Returns: whether it is a training state, which then is whole.
  /// - Throws: `training-state-damaged` (badData) where the file does not hold what was written,
  ///   `input-output`.
  @discardableResult
  package static func verify(_ file: any CheckpointFile) throws(TesseraError) -> Bool {
    let (json, written) = (file.metadata[progressKey], file.metadata[digestKey])
    if json == nil, written == nil { return false }
    guard let json, let written else {
      throw damaged(file.path, "of the training state and its digest it has only one")
    }
    var digest = StateDigest(progress: json)
    for entry in file.entries {
      let tensor = try file.tensor(named: entry.name)
      tensor.bytes.withUnsafeBytes { digest.add(entry.name, entry.shape, $0) }
    }
    guard digest.finish() == written else { throw otherDigest(file.path) }
    return true
  }

  /// Reads the file into `state`, and verifies it.
  /// - Parameter check: is shown the progress before a tensor is read.
  /// - Throws: `training-state-damaged` (badData) where the file does not hold what was written, what
  ///   `SafetensorsFile` and `check` throw. The state is then not to be used.
  package static func read(
    _ path: String, into state: ParameterState,
    check: (TrainingProgress) throws(TesseraError) -> Void
  ) throws(TesseraError) -> TrainingProgress {
    let file = try SafetensorsFile(path: path)
    guard let json = file.metadata[progressKey], let progress = TrainingProgress(json: json) else {
      throw damaged(path, "it has no training state")
    }
    try check(progress)
    var digest = StateDigest(progress: json)
    let tensors = state.tensorsOfTraining
    guard tensors.count == file.entries.count else {
      throw damaged(path, "it has \(file.entries.count) tensors in place of \(tensors.count)")
    }
    for tensor in tensors {
      let wanted = tensor.description
      guard file.entry(named: wanted.name) != nil else {
        throw damaged(path, "it has no \(wanted.name)")
      }
      let found = try file.tensor(named: wanted.name)
      guard found.shape == wanted.shape, found.element == wanted.element else {
        throw damaged(path, "\(wanted.name) has another shape or type")
      }
      found.bytes.withUnsafeBytes {
        digest.add(wanted.name, wanted.shape, $0)
        tensor.bytes.copyMemory(from: $0)
      }
    }
    guard digest.finish() == file.metadata[digestKey] else {
      throw otherDigest(path)
    }
    return progress
  }

  private static func otherDigest(_ path: String) -> TesseraError {
    damaged(path, "its content does not have the digest that was written")
  }

  private static func damaged(_ path: String, _ reason: String) -> TesseraError {
    TesseraError(
      .badData, code: .trainingStateDamaged, "\(path) is no whole training state: \(reason)",
      remedies: ["take an earlier checkpoint of the run"])
  }
}

/// The digest of a training state: SHA-256 of the progress, then of each tensor's name, shape and bytes in
/// the order of their names.
private struct StateDigest: ~Copyable {
  private var hash = SHA256()

  init(progress: String) {
    hash.update(Array(progress.utf8))
  }

  mutating func add(_ name: String, _ shape: [Int], _ bytes: UnsafeRawBufferPointer) {
    hash.update(Array("\u{0}\(name)\(shape)".utf8))
    hash.update(bytes)
  }

  mutating func add(_ name: String, _ shape: [Int], _ bytes: UnsafeMutableRawBufferPointer) {
    add(name, shape, UnsafeRawBufferPointer(bytes))
  }

  consuming func finish() -> String {
    hash.finish().map { hexadecimal($0, digits: 2) }.joined()
  }
}

extension ParameterState {
  /// Weights, the neutral tensors beside them, and moments, by name.
  fileprivate var tensorsOfTraining: [StoredTensor] {
    let moments = ports.filter { $0.role != .parameter }.compactMap { port in
      self[port].map { tensor in
        StoredTensor(
          name: "\(TrainingStateFile.prefix)\(port.role.rawValue).\(port.name)", of: tensor)
      }
    }
    return (modelTensors().tensors + moments).sorted {
      $0.description.name.utf8.lexicographicallyPrecedes($1.description.name.utf8)
    }
  }
}
