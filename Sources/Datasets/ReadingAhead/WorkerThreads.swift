import Glibc

/// Threads that all run one function. A class, because it owns them: its end waits for theirs.
final class WorkerThreads: Sendable {
  private let threads: [pthread_t]

  /// Starts up to `count` threads; fewer where the system gives no more. `work` has to end before the
  /// owner of the threads does, or that waits.
  init(_ count: Int, _ work: @escaping @Sendable () -> Void) {
    threads = (0..<count).compactMap { _ in
      var thread = pthread_t()
      let box = Unmanaged.passRetained(Work(work))
      let failure = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, box.toOpaque())
      guard failure == 0 else {
        box.release()
        return nil
      }
      return thread
    }
  }

  deinit {
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
