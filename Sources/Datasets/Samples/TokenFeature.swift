/// A list of whole numbers in a record that feeds one of the model's input streams.
package struct TokenFeature: Hashable, Sendable {
  /// What the list has one value for, and how many of them.
  package enum Extent: Hashable, Sendable {
    /// One value for each of the S tokens.
    case tokens(Int)
    /// One value for each of the P places for masked tokens.
    case predictions(Int)
    /// One value.
    case sample

    /// The number of values.
    package var count: Int {
      switch self {
      case .tokens(let count), .predictions(let count): count
      case .sample: 1
      }
    }
  }

  /// What the values say.
  package enum Content: Hashable, Sendable {
    /// The number of a token in the vocabulary.
    case tokenID(vocabularySize: Int)
    /// The number of a token in the sample.
    case position(sequenceLength: Int)
    /// The number of one of the sample's texts.
    case segment(count: Int)
    /// 0 or 1.
    case flag

    /// Values are at least 0 and below this.
    package var limit: Int {
      switch self {
      case .tokenID(let limit), .position(let limit), .segment(let limit): limit
      case .flag: 2
      }
    }
  }

  /// The feature's name in the file.
  package let name: String
  /// The stream's name in the model.
  package let stream: String
  /// How many values the list has.
  package let extent: Extent
  /// What the values say, which bounds them.
  package let content: Content

  /// The stream has the feature's name where `stream` gives it no other.
  init(_ name: String, stream: String? = nil, _ extent: Extent, _ content: Content) {
    self.name = name
    self.stream = stream ?? name
    self.extent = extent
    self.content = content
  }
}
