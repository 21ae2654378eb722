import Foundations
import Synchronization

/// The index of an open file, which is made anew, once, where an entry of it turns out to be damaged.
/// A class, because the copies of an open file share the index, and with it what was made anew.
final class RepairableIndex: Sendable {
  private struct State {
    var index: RecordIndex
    var isMadeAnew = false
  }

  private let file: InputFile
  private let state: Mutex<State>

  /// The index of `file` that is kept or made.
  init(of file: InputFile, progress: (_ byteCount: UInt64) throws -> Void) throws {
    self.file = file
    state = Mutex(State(index: try RecordIndex.opened(of: file, progress: progress)))
  }

  /// The index as it is now.
  var current: RecordIndex { state.withLock { $0.index } }

  /// What is said of record `number`, which is below the number of records. Throws `badData` where the
  /// entry is damaged and making the index anew, which takes as long as reading the file, does not help.
  func entry(of number: Int) throws -> RecordEntry {
    do {
      return try current.entry(of: number)
    } catch let error as TesseraError where error.diagnostics.first?.code == .dataIndexDamaged {
      return try state.withLock { state in
        if !state.isMadeAnew {
          state.isMadeAnew = true
          let new = try RecordIndex.made(of: file)
          // Numbers would mean other records in a file that was written to since it was opened.
          guard new.count == state.index.count else { throw error }
          state.index = new
        }
        return try state.index.entry(of: number)
      }
    }
  }
}
