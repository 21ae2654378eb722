import FoundationEssentials
import Foundations
import Glibc
import Runtime

/// The checkpoints of one run, `checkpoints/step-N.safetensors`, of which the newest are kept.
package struct RunCheckpoints: Hashable, Sendable {
  /// The run's directory.
  package let directory: RunDirectory
  /// How many are kept; at least 1.
  package let keptCount: Int

  /// The checkpoints of the run in `directory`.
  package init(_ directory: RunDirectory, keeping keptCount: Int) {
    self.directory = directory
    self.keptCount = keptCount
  }

  /// The weight updates of the checkpoints that are there, the newest first.
  package var weightUpdates: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.checkpointsPath))
    return (names ?? []).compactMap(Self.weightUpdate(ofFile:)).sorted(by: >)
  }

  /// Saves a state, and then removes the oldest checkpoints beyond those that are kept.
  /// - Returns: the file.
  /// - Throws: `input-output`; the checkpoints of before are then all there.
  package func save(
    _ state: ParameterState, _ progress: TrainingProgress
  ) throws(TesseraError) -> String {
    let path = directory.checkpointPath(weightUpdate: progress.weightUpdates)
    // A file of this name is the same state of the same run.
    try TrainingStateFile.write(state, progress, to: path, overwrite: true)
    for old in weightUpdates.dropFirst(keptCount) {
      unlink(directory.checkpointPath(weightUpdate: old))
    }
    return path
  }

  /// Reads the newest checkpoint that is whole. Newer ones that are damaged get another name then, so that
  /// the run may write theirs.
  /// - Parameters:
  ///   - check: is shown the progress of each checkpoint that is tried.
  ///   - skip: is told of each that is damaged.
  /// - Returns: the progress, nil where the run has no checkpoint.
  /// - Throws: `training-state-damaged` where none is whole; what `check` throws.
  package func readNewest(
    into state: ParameterState,
    check: (TrainingProgress, _ path: String) throws(TesseraError) -> Void,
    skip: (TesseraError) -> Void
  ) throws(TesseraError) -> TrainingProgress? {
    var damaged: [(path: String, error: TesseraError)] = []
    for weightUpdate in weightUpdates {
      let path = directory.checkpointPath(weightUpdate: weightUpdate)
      do {
        let progress = try TrainingStateFile.read(path, into: state) {
          (progress) throws(TesseraError) in try check(progress, path)
        }
        for (path, error) in damaged {
          skip(error)
          rename(path, path + ".damaged")
        }
        return progress
      } catch {
        // Missing is what a link points to that leads nowhere.
        guard [.badData, .inputMissing].contains(error.exitCode) else { throw error }
        damaged.append((path, error))
      }
    }
    guard let newest = damaged.first else { return nil }
    // None is renamed: to begin anew is for the user to say.
    throw newest.error.noting("no checkpoint of \(directory.path) is whole")
  }

  /// Removes what a process that was killed had begun to write.
  package func removeUnfinished() {
    for folder in [directory.path, directory.checkpointsPath] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasPrefix(".tessera-") && name.hasSuffix(".tmp") {
        unlink("\(folder)/\(name)")
      }
    }
  }

  /// The N of `step-N.safetensors`; nil for other names.
  private static func weightUpdate(ofFile name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    let digits = name.dropFirst("step-".count).dropLast(".safetensors".count)
    guard let number = Int(digits), number >= 0, "\(number)" == digits else { return nil }
    return number
  }
}
