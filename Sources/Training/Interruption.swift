import Glibc
import Synchronization

/// SIGINT (Ctrl-C) and SIGTERM as a flag that the training loop reads.
///
/// The first signal asks for a clean end: the loop finishes its weight update, saves, and exits with
/// `exitCode`. The second ends the process at once with the same kind of code.
package enum Interruption {
  /// The first signal that came, 0 before. It is global because a signal handler has no context, and
  /// initialised statically, so that the handler runs no initialiser.
  private static let received = Atomic<Int32>(0)

  /// Begins to listen. Calling it again is harmless.
  package static func install() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      // Only an atomic exchange and `_exit`: both may be called in a signal handler.
      if Interruption.received.exchange(number, ordering: .relaxed) != 0 {
        _exit(128 + number)
      }
    }
    sigemptyset(&action.sa_mask)
    // Without SA_RESTART every blocking call of the process would have to expect EINTR.
    action.sa_flags = Int32(SA_RESTART)
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // A file beyond the process's size limit is an error to tell, as a full disk is, and no crash.
    signal(SIGXFSZ, SIG_IGN)
    // A parent that blocks them, as threads of Dispatch do, would hand that down.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether a clean end was asked for; cheap enough to read in every micro-batch.
  package static var isRequested: Bool {
    received.load(ordering: .relaxed) != 0
  }

  /// How the process is to end after a clean end: 130 for SIGINT, 143 for SIGTERM (128 and the
  /// signal's number, as shells have it), nil where no signal came.
  package static var exitCode: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : 128 + number
  }

  /// Ends work that has nothing to save where a signal asked for it.
  /// - Throws: `Interrupted`.
  package static func check() throws {
    if let exitCode { throw Interrupted(exitCode: exitCode) }
  }
}

/// A signal ended a command that had nothing to save.
package struct Interrupted: Error {
  /// 130 or 143.
  package var exitCode: Int32
}
