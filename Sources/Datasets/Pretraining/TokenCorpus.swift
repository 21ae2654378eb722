import Foundations

/// Tokenized text: documents of sentences of tokens, in flat arrays on the disk.
struct TokenCorpus {
  private let tokens: DiskArray<Int32>
  /// Where each sentence begins in `tokens`, and the end of the last one.
  private let sentenceStarts: DiskArray<Int>
  /// Where each document begins in the sentences, and the end of the last one.
  private let documentStarts: DiskArray<Int>
  /// Tokens that are `[UNK]`.
  let unknownTokenCount: Int

  /// Reads text files: one sentence a line, an empty line between documents. Lines without a token
  /// and documents without a sentence are left out.
  /// The arrays go to the disk of `folder`, without a name.
  init(files: [String], tokenizer: WordPieceTokenizer, folder: String) throws {
    var writer = try TokenCorpusWriter(
      in: folder, unknownID: tokenizer.vocabulary.unknownID)
    for path in files {
      var lines = try TextLines(path: path)
      while let line = try lines.next() {
        if line.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
          try writer.endDocument()
        } else {
          try writer.append(tokenizer.tokenize(line).map(\.id))
        }
      }
      try writer.endDocument()
    }
    unknownTokenCount = writer.unknownTokenCount
    (tokens, sentenceStarts, documentStarts) = try writer.finish()
  }

  var documentCount: Int { documentStarts.count - 1 }
  var sentenceCount: Int { sentenceStarts.count - 1 }
  var tokenCount: Int { tokens.count }

  /// The numbers of the document's sentences.
  func sentences(ofDocument document: Int) -> Range<Int> {
    documentStarts[document]..<documentStarts[document + 1]
  }

  /// The tokens of consecutive sentences.
  func tokens(ofSentences sentences: Range<Int>) -> ArraySlice<Int32> {
    tokens[sentenceStarts[sentences.lowerBound]..<sentenceStarts[sentences.upperBound]]
  }

  /// How many tokens consecutive sentences have.
  func tokenCount(ofSentences sentences: Range<Int>) -> Int {
    sentenceStarts[sentences.upperBound] - sentenceStarts[sentences.lowerBound]
  }
}

/// Takes the sentences of a corpus one by one.
private struct TokenCorpusWriter {
  private let tokens: DiskArrayWriter<Int32>
  private let sentenceStarts: DiskArrayWriter<Int>
  private let documentStarts: DiskArrayWriter<Int>
  /// The first sentence of the document that is not ended.
  private var documentStart = 0
  private let unknownID: Int32
  private(set) var unknownTokenCount = 0

  init(in folder: String, unknownID: Int32) throws {
    tokens = try DiskArrayWriter(in: folder)
    sentenceStarts = try DiskArrayWriter(in: folder)
    documentStarts = try DiskArrayWriter(in: folder)
    self.unknownID = unknownID
    try sentenceStarts.append(0)
    try documentStarts.append(0)
  }

  private var sentenceCount: Int { sentenceStarts.count - 1 }

  mutating func append(_ sentence: [Int32]) throws {
    guard !sentence.isEmpty else { return }
    for token in sentence { try tokens.append(token) }
    try sentenceStarts.append(tokens.count)
    unknownTokenCount += sentence.count { $0 == unknownID }
  }

  mutating func endDocument() throws {
    guard sentenceCount > documentStart else { return }
    documentStart = sentenceCount
    try documentStarts.append(sentenceCount)
  }

  func finish() throws -> (DiskArray<Int32>, DiskArray<Int>, DiskArray<Int>) {
    (try tokens.finish(), try sentenceStarts.finish(), try documentStarts.finish())
  }
}
