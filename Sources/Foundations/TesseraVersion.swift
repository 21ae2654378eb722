/// The version that both executables print and bundles carry.
package enum TesseraVersion {
  /// The version of this source, by the rules of semantic versioning.
  package static let current = "0.1.0"
}
