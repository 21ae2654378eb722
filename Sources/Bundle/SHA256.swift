import CCrypto
import Foundations

/// SHA-256 (FIPS 180-4), computed by libcrypto over bytes that come in pieces.
package struct SHA256: ~Copyable {
  /// Bytes of a digest.
  package static let byteCount = 32

  private let context: OpaquePointer?
  // Each call returns 1, or 0 where libcrypto fails, which for SHA-256 means no memory or no such
  // algorithm in a hardened build.
  private var isGood: Bool

  /// Begins a digest of no bytes.
  package init() {
    context = EVP_MD_CTX_new()
    isGood = context != nil && EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Takes the next bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    isGood = isGood && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
  }

  /// Takes the next bytes.
  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes so far, 32 bytes; ends the use of the value.
  package consuming func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.byteCount)
    guard isGood, EVP_DigestFinal_ex(context, &digest, nil) == 1 else {
      preconditionFailure("libcrypto cannot compute SHA-256")
    }
    return digest
  }

  /// A digest as text: two lower-case hexadecimal digits a byte.
  static func text(_ digest: [UInt8]) -> String {
    digest.map { hexadecimal($0, digits: 2) }.joined()
  }

  /// The digest of `bytes`.
  package static func digest(of bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}
