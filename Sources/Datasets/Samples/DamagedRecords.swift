import Foundations

/// What a run does with a record that is damaged or is no sample.
package enum DamagedRecords: Hashable, Sendable {
  /// It ends with an error that names file and byte.
  case endTheRun
  /// The next sound record in the order of the files takes its place. Which one that is follows from
  /// the files alone.
  case skip
}

/// A record that another one replaced.
package struct SkippedRecord: Hashable, Sendable {
  /// Its number in the order of the files.
  package var number: Int
  /// What is wrong with it, with file and byte.
  package var reason: String
}

/// The records that a run has skipped, each counted once, however often an epoch comes to it.
package struct SkippedRecords: Sendable {
  private var numbers: Set<Int> = []
  /// The first ones, with what is wrong.
  package private(set) var first: [SkippedRecord] = []

  /// So many are told one by one.
  private static let toldCount = 20

  package init() {}

  /// How many there are.
  package var count: Int { numbers.count }

  /// Counts the records of a batch. Gives those that are to be told: new ones, as long as they are few.
  @discardableResult
  package mutating func add(_ records: [SkippedRecord]) -> [SkippedRecord] {
    let new = records.filter { numbers.insert($0.number).inserted }
    let told = new.prefix(Self.toldCount - first.count)
    first += told
    return Array(told)
  }
}
