import ArgumentParser
import Training

/// Runs what a signal may end before its time: the command ends with 130 (SIGINT) or 143 (SIGTERM) then.
func endingOnSignal(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch is RunInterrupted {
    throw ArgumentParser.ExitCode(Interruption.exitCode ?? 130)
  }
}
