import Foundations

/// A WordPiece vocabulary: token number k is line k of `vocab.txt`.
package struct Vocabulary: Sendable {
  /// The tokens that have a role of their own, in the order in which a new vocabulary has them.
  package static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  /// The tokens, whose places are their ids.
  package let tokens: [String]
  /// The id of `[PAD]`, which fills the rest of a sequence.
  package let paddingID: Int32
  /// The id of `[UNK]`, which stands for a word that the vocabulary cannot spell.
  package let unknownID: Int32
  /// The id of `[CLS]`, which begins a sequence.
  package let classificationID: Int32
  /// The id of `[SEP]`, which ends a segment.
  package let separatorID: Int32
  /// The id of `[MASK]`, which hides a token.
  package let maskID: Int32

  /// The ids of the tokens by their UTF-8 bytes; a string as a key would take canonically
  /// equivalent tokens for the same one.
  private let ids: [[UInt8]: Int32]

  /// Throws `badData` where a token occurs twice or a special token is missing; `source` says in
  /// the message where the tokens are from.
  package init(tokens: [String], source: String = "the vocabulary") throws {
    var ids: [[UInt8]: Int32] = [:]
    ids.reserveCapacity(tokens.count)
    for (number, token) in tokens.enumerated() {
      if let earlier = ids.updateValue(Int32(number), forKey: Array(token.utf8)) {
        throw TesseraError(
          .badData, code: .duplicateToken,
          "\(source): line \(number + 1) repeats the token \"\(token)\" of line \(earlier + 1)",
          notes: ["A token's number is its line, so each token may have only one."])
      }
    }
    func special(_ token: String) throws -> Int32 {
      if let id = ids[Array(token.utf8)] { return id }
      throw TesseraError(
        .badData, code: .missingSpecialToken, "\(source) has no token \(token)",
        notes: ["BERT needs \(Self.specialTokens.joined(separator: " "))."],
        remedies: ["make a vocabulary: tessera data vocabulary"])
    }
    self.tokens = tokens
    self.ids = ids
    paddingID = try special("[PAD]")
    unknownID = try special("[UNK]")
    classificationID = try special("[CLS]")
    separatorID = try special("[SEP]")
    maskID = try special("[MASK]")
  }

  /// Reads a `vocab.txt`. Throws `inputMissing` where there is none, `badData` for a bad one.
  package init(path: String) throws {
    var lines = try TextLines(path: path)
    var tokens: [String] = []
    while let line = try lines.next() {
      tokens.append(line)
    }
    try self.init(tokens: tokens, source: path)
  }

  /// The number of tokens.
  package var count: Int { tokens.count }

  /// The id of `token`, or nil where the vocabulary does not have it.
  package func id(of token: String) -> Int32? {
    ids[Array(token.utf8)]
  }

  /// Writes the tokens as `vocab.txt`, one a line. Throws `wouldOverwrite` where the file exists
  /// and `overwrites` is false.
  package func write(to path: String, overwrites: Bool = false) throws {
    let file = try AtomicFile(path: path, overwrite: overwrites)
    try file.write(tokens.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] })
    try file.commit()
  }
}
