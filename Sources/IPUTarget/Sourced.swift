/// How sure a number is.
package enum Confidence: String, Hashable, Sendable {
  /// Read in a document, source code or log of the vendor.
  case published
  /// Measured, or read in the vendor's kit, by others.
  case reported
  /// Computed from numbers that are published or reported.
  case derived
  /// Chosen: nothing that is public says it. What rests on it says so.
  case assumed
}

/// A number of the machine with where it comes from: one place for both.
///
/// A property that is declared `@Sourced var tiles: Int` reads as the number, and `$tiles` as the number with
/// its source. A number that is set to another is from then on an assumption.
@propertyWrapper
package struct Sourced<Value: Hashable & Sendable>: Hashable, Sendable {
  private var value: Value
  /// Where the number stands, or why it was chosen.
  package private(set) var source: String
  /// How sure it is.
  package private(set) var confidence: Confidence

  private init(_ value: Value, _ confidence: Confidence, _ source: String) {
    self.value = value
    self.confidence = confidence
    self.source = source
  }

  /// The number alone.
  package var wrappedValue: Value {
    get { value }
    set { self = .assumed(newValue, "set by who asked") }
  }

  /// The number with its source.
  package var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  /// A number of the vendor's.
  package static func published(_ value: Value, _ source: String) -> Self {
    Self(value, .published, source)
  }

  /// A number that others measured or read.
  package static func reported(_ value: Value, _ source: String) -> Self {
    Self(value, .reported, source)
  }

  /// A number computed from such.
  package static func derived(_ value: Value, _ source: String) -> Self {
    Self(value, .derived, source)
  }

  /// A number that was chosen.
  package static func assumed(_ value: Value, _ reason: String) -> Self {
    Self(value, .assumed, reason)
  }
}
