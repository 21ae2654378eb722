import Foundations

/// A family whose operations have no attributes: each is its name, the raw value.
package protocol NamedOperationFamily: OperationFamily, RawRepresentable, CaseIterable
where RawValue == String {}

extension NamedOperationFamily {
  /// `tessera.` and the raw value.
  package var mnemonic: String { "tessera.\(rawValue)" }

  /// None.
  package var attributes: [Attribute] { [] }

  /// The operation that `mnemonic` names, or nil; it takes no attribute.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    guard mnemonic.hasPrefix("tessera.") else { return nil }
    self.init(rawValue: String(mnemonic.dropFirst("tessera.".count)))
  }
}
