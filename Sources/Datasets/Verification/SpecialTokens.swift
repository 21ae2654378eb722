/// The ids of the tokens that have a role of their own.
package struct SpecialTokens: Hashable, Sendable {
  /// `[PAD]`.
  package var padding: Int32
  /// `[CLS]`.
  package var classification: Int32
  /// `[SEP]`.
  package var separator: Int32
  /// `[MASK]`.
  package var mask: Int32

  /// Those of BERT's published English vocabularies.
  package static let published = SpecialTokens(
    padding: 0, classification: 101, separator: 102, mask: 103)

  private init(padding: Int32, classification: Int32, separator: Int32, mask: Int32) {
    self.padding = padding
    self.classification = classification
    self.separator = separator
    self.mask = mask
  }

  /// Those of a vocabulary.
  package init(_ vocabulary: Vocabulary) {
    self.init(
      padding: vocabulary.paddingID, classification: vocabulary.classificationID,
      separator: vocabulary.separatorID, mask: vocabulary.maskID)
  }
}
