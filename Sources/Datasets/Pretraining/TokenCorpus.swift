import Foundations

/// Tokenized text: documents of sentences of tokens, in flat arrays.
struct TokenCorpus {
  private var tokens: [Int32] = []
  /// Where each sentence begins in `tokens`, and the end of the last one.
  private var sentenceStarts = [0]
  /// Where each document begins in the sentences, and the end of the last one.
  private var documentStarts = [0]
  /// Tokens that are `[UNK]`.
  private(set) var unknownTokenCount = 0

  /// Reads text files: one sentence a line, an empty line between documents. Lines without a token
  /// and documents without a sentence are left out.
  init(files: [String], tokenizer: WordPieceTokenizer) throws {
    for path in files {
      var lines = try TextLines(path: path)
      while let line = try lines.next() {
        if line.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
          endDocument()
        } else {
          append(tokenizer.tokenize(line).map(\.id), unknownID: tokenizer.vocabulary.unknownID)
        }
      }
      endDocument()
    }
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

  private mutating func append(_ sentence: [Int32], unknownID: Int32) {
    guard !sentence.isEmpty else { return }
    tokens += sentence
    sentenceStarts.append(tokens.count)
    unknownTokenCount += sentence.count { $0 == unknownID }
  }

  private mutating func endDocument() {
    guard sentenceCount > documentStarts[documentCount] else { return }
    documentStarts.append(sentenceCount)
  }
}
