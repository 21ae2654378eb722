import ArgumentParser
import CommandLineSupport
import Training

/// Runs a command that SIGINT and SIGTERM end: with 130 or 143, also where they came before it had anything
/// to save.
func endingOnSignals(_ body: () throws -> Void) throws {
  Interruption.install()
  do {
    try body()
  } catch let interruption as Interrupted {
    writeError("interrupted; nothing was written\n")
    throw ArgumentParser.ExitCode(interruption.exitCode)
  }
}
