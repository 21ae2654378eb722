import Foundations
import Glibc

/// One process trains in a run's directory at a time: a lock that ends with the process, however it ends.
///
/// A class, because it owns the descriptor that holds the lock.
final class RunLock: Sendable {
  private let descriptor: Int32

  /// Locks the directory, which exists.
  /// - Throws: `run-in-progress` (wouldOverwrite) where another process has it, `input-output`.
  init(directory: String) throws(TesseraError) {
    let path = directory + "/.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw systemError("create", path, errno) }
    // A file system without locks lets every process in, as it would without this.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      throw TesseraError(
        .wouldOverwrite, code: .runInProgress, "another process trains in \(directory)",
        remedies: ["wait for it, or end it", "choose another --run-dir"])
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }
}
