import Foundations

/// Makes pre-training samples from text by BERT's recipe (Devlin et al., 2018, appendix A.1 and
/// `create_pretraining_data.py` of the published code): pairs of segments of which half follow one
/// another, and masked tokens to predict. Equal text, options and seed give equal bytes.
package struct PretrainingDataBuilder: Sendable {
  /// How samples are made, and where they go.
  package struct Options: Hashable, Sendable {
    /// S: tokens in a sample, with `[CLS]`, two `[SEP]` and padding; at least 5.
    package var sequenceLength: Int
    /// P: the most masked tokens in a sample.
    package var maskTokenCount: Int
    /// How often each document is gone through, each time paired and masked differently.
    package var duplicationFactor = 10
    /// The share of tokens to mask.
    package var maskedShare = 0.15
    /// How often a sample aims at a shorter, random length.
    package var shortSequenceProbability = 0.1
    /// What pairs, masks and the samples' order are drawn from.
    package var seed: UInt64 = 0
    /// Into how many files the samples go.
    package var fileCount = 1
    /// Whether files that exist are replaced.
    package var overwrites = false

    package init(sequenceLength: Int, maskTokenCount: Int) {
      self.sequenceLength = sequenceLength
      self.maskTokenCount = maskTokenCount
    }
  }

  /// What was written.
  package struct Summary: Hashable, Sendable {
    /// The files written, in the order of their numbers.
    package var paths: [String] = []
    /// Documents of the text that have a sentence.
    package var documentCount = 0
    /// Lines of the text that have a token.
    package var sentenceCount = 0
    /// Tokens of the text, before duplication.
    package var textTokenCount = 0
    /// Those of them that are `[UNK]`.
    package var unknownTokenCount = 0
    /// Samples in all files.
    package var sampleCount = 0
    /// Tokens of all samples, with `[CLS]` and `[SEP]`, without padding.
    package var sampleTokenCount = 0
    /// Samples whose second segment is from another document.
    package var randomNextCount = 0
    /// Tokens of all samples that are to be predicted.
    package var maskedCount = 0
    /// Masked tokens that became `[MASK]`, stayed, or became a random token.
    package var replacedByMaskCount = 0
    /// Masked tokens that stayed as they were.
    package var keptCount = 0
    /// Masked tokens that became a random ordinary token.
    package var replacedByRandomCount = 0

    /// The share of the samples' tokens that are masked.
    package var maskedShare: Double { share(maskedCount, of: sampleTokenCount) }
    /// The share of masked tokens that became `[MASK]`.
    package var replacedByMaskShare: Double { share(replacedByMaskCount, of: maskedCount) }
    /// The share of masked tokens that stayed as they were.
    package var keptShare: Double { share(keptCount, of: maskedCount) }
    /// The share of masked tokens that became a random one.
    package var replacedByRandomShare: Double { share(replacedByRandomCount, of: maskedCount) }
    /// The share of samples whose second segment is from another document.
    package var randomNextShare: Double { share(randomNextCount, of: sampleCount) }
    /// The share of the text's tokens that the vocabulary cannot spell.
    package var unknownShare: Double { share(unknownTokenCount, of: textTokenCount) }

    private func share(_ part: Int, of whole: Int) -> Double {
      whole == 0 ? 0 : Double(part) / Double(whole)
    }
  }

  /// Splits the text, and holds the vocabulary of the samples' ids.
  package let tokenizer: WordPieceTokenizer
  /// How samples are made.
  package let options: Options
  /// The tokens that may replace a masked one: neither special nor unused.
  private let ordinaryIDs: [Int32]
  private static let orderStream: UInt32 = 0x6F72_6472  // "ordr"

  /// Throws `usage` for options that make no sample possible, `badData` for a vocabulary whose
  /// `[PAD]` is not token 0: unused prediction places hold 0, and the loss leaves them out by that.
  package init(tokenizer: WordPieceTokenizer, options: Options) throws {
    try Self.check(options)
    guard tokenizer.vocabulary.paddingID == 0 else {
      throw TesseraError(
        .badData, code: .paddingNotFirst,
        "[PAD] is token \(tokenizer.vocabulary.paddingID) of the vocabulary; it has to be token 0",
        notes: ["The loss leaves out the places whose token to predict is 0."],
        remedies: ["make a vocabulary: tessera data vocabulary"])
    }
    self.tokenizer = tokenizer
    self.options = options
    ordinaryIDs = tokenizer.vocabulary.tokens.enumerated()
      .filter { !Vocabulary.specialTokens.contains($0.element) }
      .filter { !($0.element.hasPrefix("[unused") && $0.element.hasSuffix("]")) }
      .map { Int32($0.offset) }
    guard !ordinaryIDs.isEmpty else {
      throw TesseraError(
        .badData, code: .vocabularyWithoutWords,
        "the vocabulary has only special and unused tokens")
    }
  }

  /// Makes samples from the text files `inputs` (one sentence a line, an empty line between
  /// documents), mixes them and writes them to `path`, or with several files to `NAME-0000K-of-
  /// 0000N.tfrecord`, where `path` is `NAME.tfrecord`.
  ///
  /// Tokens and samples wait on the disk of the output's folder, in files without a name, so text may be
  /// larger than memory: a sample takes 16 bytes there. Throws `badData` where there are fewer than two
  /// documents, because half of the pairs need a segment of another one.
  ///
  /// `progress` is told how many of the documents' passes are done.
  package func write(
    inputs: [String], to path: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Summary {
    let folder = Self.folder(of: path)
    let corpus = try TokenCorpus(files: inputs, tokenizer: tokenizer, folder: folder)
    guard corpus.documentCount >= 2 else { throw tooFewDocuments(corpus, inputs: inputs) }
    var summary = Summary()
    summary.documentCount = corpus.documentCount
    summary.sentenceCount = corpus.sentenceCount
    summary.textTokenCount = corpus.tokenCount
    summary.unknownTokenCount = corpus.unknownTokenCount

    var pile = try RecordPile(in: folder)
    for duplicate in 0..<options.duplicationFactor {
      for document in 0..<corpus.documentCount {
        var maker = SampleMaker(
          corpus: corpus, vocabulary: tokenizer.vocabulary, ordinaryIDs: ordinaryIDs,
          options: options, duplicate: duplicate, document: document)
        try maker.makeSamples(&summary) { try pile.append($0.example.encoded()) }
        progress(
          duplicate * corpus.documentCount + document + 1,
          options.duplicationFactor * corpus.documentCount)
      }
    }
    guard pile.count >= options.fileCount else {
      throw TesseraError(
        .usage, code: .tooManyFiles,
        "the text gives \(pile.count) samples, too few for \(options.fileCount) files",
        remedies: ["ask for fewer files"])
    }
    pile.shuffle(
      RandomStream(seed: options.seed, stream: Self.orderStream, replica: 0, microBatch: 0))
    summary.paths = try write(pile, to: path)
    return summary
  }

  private func write(_ pile: consuming RecordPile, to path: String) throws -> [String] {
    let paths = outputPaths(path)
    let count = pile.count
    let reader = try pile.finish()
    for (number, path) in paths.enumerated() {
      var writer = try TFRecordWriter(path: path, overwrites: options.overwrites)
      let start = count * number / paths.count
      let end = count * (number + 1) / paths.count
      for record in start..<end {
        try writer.append(try reader.record(record))
      }
      try writer.finish()
    }
    return paths
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private func outputPaths(_ path: String) -> [String] {
    options.fileCount > 1
      ? NumberedFiles(path, suffix: ".tfrecord").paths(count: options.fileCount) : [path]
  }

  private static func check(_ options: Options) throws {
    func require(_ condition: Bool, _ message: String) throws {
      guard !condition else { return }
      throw TesseraError(.usage, code: .pretrainingDataOptions, message)
    }
    try require(
      options.sequenceLength >= 5 && options.sequenceLength <= 1 << 16,
      "the sequence length is \(options.sequenceLength); it has to be from 5 to 65536")
    try require(
      options.maskTokenCount >= 1 && options.maskTokenCount <= options.sequenceLength,
      "the number of mask tokens is \(options.maskTokenCount); it has to be from 1 to the sequence "
        + "length, \(options.sequenceLength)")
    try require(
      options.duplicationFactor >= 1,
      "the duplication factor is \(options.duplicationFactor); it has to be at least 1")
    try require(
      options.fileCount >= 1 && options.fileCount <= 99_999,
      "the number of files is \(options.fileCount); it has to be from 1 to 99999")
    for (name, share) in [
      ("masked share", options.maskedShare),
      ("probability of short sequences", options.shortSequenceProbability),
    ] {
      try require(share >= 0 && share <= 1, "the \(name) is \(share); it has to be from 0 to 1")
    }
  }

  private func tooFewDocuments(_ corpus: TokenCorpus, inputs: [String]) -> TesseraError {
    TesseraError(
      .badData, code: .tooFewDocuments,
      "\(inputs.joined(separator: ", ")): \(corpus.documentCount) documents with "
        + "\(corpus.sentenceCount) sentences; at least 2 documents are needed",
      notes: ["Half of the samples pair a segment with one of another document."],
      remedies: ["put one sentence on a line and an empty line between documents"])
  }
}
