import Glibc
import Testing
import Training

/// Sends a signal to this process and waits until `isDone`, at most five seconds: the system picks the
/// thread that handles it.
private func send(_ signal: Int32, until isDone: () -> Bool) {
  kill(getpid(), signal)
  for _ in 0..<5000 where !isDone() {
    usleep(1000)
  }
}

/// The handlers and the flag belong to the whole process, so each test has a process of its own.
@Suite struct InterruptionTests {
  @Test func theFirstInterruptAsksForACleanEnd() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interruption.install()
      guard !Interruption.isRequested, Interruption.exitCode == nil else { exit(1) }
      send(SIGINT) { Interruption.isRequested }
      guard Interruption.isRequested else { exit(2) }
      exit(Interruption.exitCode ?? 3)
    }
  }

  @Test func theFirstTerminationAsksForACleanEnd() async {
    await #expect(processExitsWith: .exitCode(143)) {
      Interruption.install()
      send(SIGTERM) { Interruption.isRequested }
      exit(Interruption.exitCode ?? 3)
    }
  }

  @Test func theSecondSignalEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(143)) {
      Interruption.install()
      send(SIGINT) { Interruption.isRequested }
      guard Interruption.exitCode == 130 else { exit(1) }
      send(SIGTERM) { false }
      exit(2)
    }
  }
}
