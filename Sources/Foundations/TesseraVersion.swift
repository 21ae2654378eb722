/// The version that both executables print and bundles carry.
package enum TesseraVersion {
  package static let current = "0.1.0"
}
