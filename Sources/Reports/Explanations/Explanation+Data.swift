/// Codes of texts, vocabularies and TFRecord files.
extension Explanation {
  static let cannotOpenFile = Explanation(
    .data, [.error(.inputMissing), .error(.inputOutput)], "A data file cannot be opened",
    meaning: """
      The text, vocabulary or TFRecord file is not there (exit code 66) or may not be read (exit code 74). The message ends with the system's \
      reason.
      """,
    remedy: "Check the path and the file's permissions.")

  static let cannotReadFile = Explanation(
    .data, [.error(.inputOutput)], "A data file cannot be read",
    meaning: "The disk or network failed at the byte in the message.",
    remedy: "Copy the file to a disk that works, and run again.")

  static let dataIndexDamaged = Explanation(
    .data, [.error(.badData)], "An index file of the data is damaged",
    meaning: """
      Beside each data file (or in your cache folder) lies an index file that says where the records are. An entry of it does not agree with \
      its checksum. The data file itself may well be sound.
      """,
    remedy: "Delete the index file in the message. It is made again when the data are opened.")

  static let dataShapeMismatch = Explanation(
    .data, [.error(.incompatible)], "The samples have another length than the model takes",
    meaning: """
      A bundle is compiled for one sequence length and, in pre-training, one number of masked tokens. The data were made for others. Cutting or \
      padding them would train on other samples than you have.
      """,
    remedy: """
      Use data that were made for the model, or set `max_seq_length` and `max_predictions_per_seq` to those of the data and compile again.
      """)

  static let dataVocabularyMismatch = Explanation(
    .data, [.error(.incompatible), .warning], "The data use tokens that the model does not have",
    meaning: """
      A token's number is as large as `vocab_size` or larger. The data were made with another vocabulary, so the smaller numbers mean other words, too.
      """,
    remedy: """
      Make the data with the model's vocabulary, or set `vocab_size` to that of the data and compile again.
      """)

  static let duplicateToken = Explanation(
    .data, [.error(.badData)], "The vocabulary has a token twice",
    meaning: "A token's number is its line, so a token on two lines would have two numbers.",
    remedy: """
      Remove one of the lines in a vocabulary of your own. Do not change a published one: all numbers behind the line would shift.
      """)

  static let emptyDataset = Explanation(
    .data, [.error(.badData)], "The TFRecord files hold no record",
    meaning: "The files are there and sound, but empty. What made them probably broke off.",
    remedy: "Make the data again.")

  static let featureOutOfRange = Explanation(
    .data, [.error(.badData)], "A value of a sample is impossible",
    meaning: """
      A position must be one of the sample's tokens, a segment and a flag 0 or 1. The value in the message is something else, so the file is \
      damaged or was made for another purpose.
      """,
    remedy: """
      Make the data again, without samples whose positions lie beyond their tokens.
      """)

  static let lineTooLong = Explanation(
    .data, [.error(.badData)], "A line of the text is too long",
    meaning: """
      The text has one sentence on a line. A line of many megabytes is a text without line ends, or no text.
      """,
    remedy: "Split the text into sentences, one a line, with an empty line between documents.")

  static let malformedExample = Explanation(
    .data, [.error(.badData)], "A record is not a TensorFlow Example",
    meaning: """
      The frame of the record is sound, but its content is not the message `tf.train.Example` that BERT's data consist of.
      """,
    remedy: "Check that the folder holds BERT's data and no other TFRecord files.")

  static let missingDataset = Explanation(
    .data, [.error(.inputMissing)], "The folder has no data",
    meaning: """
      The folder cannot be listed, or has no file that ends with `.tfrecord` or `.tfrecords`. Folders within it are not searched.
      """,
    remedy: "Name the folder that holds the files themselves, with `--dataset-dir`.")

  static let missingFeature = Explanation(
    .data, [.error(.badData)], "Samples lack a feature that the task needs",
    meaning: """
      Each task reads features by name, such as `masked_lm_ids` in pre-training and `start_positions` in SQuAD. The record does not have the one \
      in the message; the note lists those it has.
      """,
    remedy: "Use data that were made for the bundle's task.")

  static let missingSpecialToken = Explanation(
    .data, [.error(.badData)], "The vocabulary lacks a special token",
    meaning: """
      BERT needs [PAD], [UNK], [CLS], [SEP] and [MASK]. Without them samples cannot be made.
      """,
    remedy: """
      Use BERT's vocabulary, one token a line, or make one with `tessera data vocabulary`.
      """)

  static let notAFile = Explanation(
    .data, [.error(.inputOutput)], "A data path is not a regular file",
    meaning: "Data are read by position, which a folder, a pipe or a device does not allow.",
    remedy: "Name a file; write what comes from a pipe to a file first.")

  static let notArticles = Explanation(
    .data, [.error(.badData)], "A file does not hold extracted articles",
    meaning: """
      `tessera data wikipedia` reads what WikiExtractor writes: articles between a line `<doc id=… url=… title=…>` and a line `</doc>`. At the line in \
      the message, text or a tag is out of place, or the file is cut off.
      """,
    remedy: """
      Extract the dump with WikiExtractor, without `--json` and `--compress`, and name the folder that it writes to.
      """)

  static let paddingNotFirst = Explanation(
    .data, [.error(.badData)], "[PAD] is not the first token of the vocabulary",
    meaning: """
      Unused places for masked tokens hold 0, and the loss leaves out the places whose token is 0. With another token at 0, that one would never be \
      learnt.
      """,
    remedy: "Put [PAD] on the first line, or make a vocabulary with `tessera data vocabulary`.")

  static let pretrainingDataOptions = Explanation(
    .data, [.error(.usage)], "An option for making samples is out of range",
    meaning: """
      With the option in the message no sample could be made: a sample needs room for three special tokens and two segments, and shares lie from 0 to 1.
      """,
    remedy: "Choose a value in the range that the message states.")

  static let sequenceTooShort = Explanation(
    .data, [.error(.usage)], "The sequence has no room for two texts",
    meaning: "A pair of texts takes [CLS] and two [SEP], three tokens, before any word.",
    remedy: "Choose a longer sequence; 128 is usual.")

  static let textNotUTF8 = Explanation(
    .data, [.error(.badData)], "A line of the text is not UTF-8",
    meaning: """
      Text is read as UTF-8. The line in the message has bytes that are none: the file is in another encoding.
      """,
    remedy: "Convert the file, for example with `iconv -f LATIN1 -t UTF-8`.")

  static let textWithoutWords = Explanation(
    .data, [.error(.badData)], "The text has no words",
    meaning:
      "A vocabulary is learnt from the words of the text, and there are none in these files.",
    remedy: "Check that the files are the ones you mean and are not empty.")

  static let tfrecordCorrupt = Explanation(
    .data, [.error(.badData)], "A TFRecord file is damaged, or is none",
    meaning: """
      Each record carries checksums of its length and of its content, and one does not agree. At byte 0 it is most likely not a TFRecord file at all.
      """,
    remedy: "Copy or make the file again.")

  static let tfrecordTooLong = Explanation(
    .data, [.error(.badData)], "A record is too long",
    meaning:
      "A sample has some kilobytes. A record beyond the limit in the message is something else.",
    remedy: "Check that the folder holds BERT's data and no other TFRecord files.")

  static let tfrecordTruncated = Explanation(
    .data, [.error(.badData)], "A TFRecord file is cut off",
    meaning: "The file ends within the record that begins at the byte in the message.",
    remedy: "Copy or make the file again.")

  static let tooFewDocuments = Explanation(
    .data, [.error(.badData)], "The text has fewer than two documents",
    meaning: """
      Half of the samples pair a segment with one of another document, for the prediction of the next sentence. An empty line ends a document.
      """,
    remedy: "Put one sentence on a line and an empty line between documents.")

  static let tooManyFiles = Explanation(
    .data, [.error(.usage)], "More files than samples",
    meaning: "The samples of the text are fewer than the files that they were to be spread over.",
    remedy: "Ask for fewer files, or give more text.")

  static let vocabularySize = Explanation(
    .data, [.error(.usage)], "A vocabulary of that size is not possible",
    meaning: """
      The special tokens alone take some, and a token's number must fit 32 bits.
      """,
    remedy: "Choose some hundreds to some ten thousands of tokens; BERT has 30522.")

  static let vocabularyWithoutWords = Explanation(
    .data, [.error(.badData)], "The vocabulary has only special and unused tokens",
    meaning: """
      Some masked tokens are replaced by a random word, which must come from the vocabulary, and it has none.
      """,
    remedy: "Use a whole vocabulary, or make one with `tessera data vocabulary`.")

  static let wrongFeatureKind = Explanation(
    .data, [.error(.badData)], "A feature holds another kind of values than integers",
    meaning: """
      BERT's features are lists of integers (`int64_list`). The record has the feature as floats or bytes.
      """,
    remedy: "Use data that were made for BERT, or write the feature as integers.")
}
