import Foundations

/// Something wrong with a data file, and where.
package struct DataFault: Hashable, Sendable {
  /// What kind of thing is wrong. The raw value is its name in reports.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The length of a record is damaged or the record is cut off: what follows up to the next sound record
    /// is lost.
    case frame
    /// A record's content does not agree with its checksum, or is no Example.
    case content
    /// A feature is missing, of another kind or length, or a value is out of range.
    case features
    /// `[CLS]` or `[SEP]` is not where it has to be.
    case specialTokens = "special-tokens"
    /// The mask is not ones for tokens and then zeros, or there is no padding where it is zero.
    case padding
    /// The segments are not the first text and then the second.
    case segments
    /// Masked positions are not tokens of the text, or unused places are not zero.
    case masking
    /// An answer is not in the text.
    case answer

    /// Whether the file is damaged, and not only of unusual content.
    package var isDamage: Bool { self == .frame || self == .content }
  }

  /// What kind of thing is wrong.
  package var kind: Kind
  /// The file.
  package var path: String
  /// Where in the file the record begins, in bytes.
  package var offset: UInt64
  /// What is wrong, in words.
  package var message: String
}

/// The faults that were found: how many of each kind, and the first ones.
package struct DataFaults: Sendable {
  /// How many there are of each kind, in the order of `DataFault.Kind`.
  package private(set) var counts = [Int](repeating: 0, count: DataFault.Kind.allCases.count)
  /// The first ones.
  package private(set) var first: [DataFault] = []

  /// So many are told one by one.
  package static let toldCount = 20

  /// How many there are of all kinds.
  package var count: Int { counts.reduce(0, +) }

  /// How many there are of a kind.
  package func count(of kind: DataFault.Kind) -> Int {
    zip(DataFault.Kind.allCases, counts).first { $0.0 == kind }?.1 ?? 0
  }

  /// Whether a file is damaged.
  package var haveDamage: Bool {
    DataFault.Kind.allCases.contains { $0.isDamage && count(of: $0) > 0 }
  }

  mutating func add(_ fault: DataFault) {
    for (index, kind) in DataFault.Kind.allCases.enumerated() where kind == fault.kind {
      counts[index] += 1
    }
    if first.count < Self.toldCount { first.append(fault) }
  }
}
