/// Codes of files as such, and of texts that are no JSON.
extension Explanation {
  static let inputOutput = Explanation(
    .files, [.error(.inputOutput)], "The system could not read or write",
    meaning: """
      A call to the system failed: the disk is full, the folder is not there, or permission is missing. The message names the file \
      and ends with the system's reason. A bundle, checkpoint or data file that was being written is not left half done.
      """,
    remedy: "Remove the cause that the message names, or choose another path, and run again.")

  static let jsonBadEscape = Explanation(
    .files, [.error(.badData)], "A backslash stands before a character that it cannot escape",
    meaning: #"""
      In JSON a backslash begins an escape: `\" \\ \/ \b \f \n \r \t`, or `\u` with four hexadecimal digits. Nothing else may follow it.
      """#,
    remedy: "Write a backslash that is meant as such as two.",
    example: Example(before: #"{"dataset_dir": "D:\data"}"#, after: #"{"dataset_dir": "D:\\data"}"#)
  )

  static let jsonBadNumber = Explanation(
    .files, [.error(.badData)], "A number is not written as JSON wants it",
    meaning: """
      JSON numbers have no leading zeros and no plus sign, digits on both sides of the point, and no names such as NaN. Units and \
      underscores are not possible.
      """,
    remedy: "Write the number plainly.",
    example: Example(before: #"{"initializer_range": .02}"#, after: #"{"initializer_range": 0.02}"#)
  )

  static let jsonByteOrderMark = Explanation(
    .files, [.error(.badData)], "The file begins with a byte-order mark",
    meaning: """
      Some editors put the three bytes EF BB BF before UTF-8 text. JSON does not allow them, and other tools fail on them.
      """,
    remedy: "Save the file as UTF-8 without a byte-order mark (BOM).")

  static let jsonComment = Explanation(
    .files, [.error(.badData)], "The file has a comment",
    meaning: "JSON has no comments, neither with `//` nor with `#` nor with `/* */`.",
    remedy: "Remove the comment.",
    example: Example(
      before: "{\n  // for four IPUs\n  \"replicas\": 1\n}", after: "{\n  \"replicas\": 1\n}"))

  static let jsonControlCharacter = Explanation(
    .files, [.error(.badData)], "A string holds a control character",
    meaning: """
      Tabs, line ends and other characters below 0x20 may not stand in a JSON string as they are. Often a closing quote is missing \
      on the line.
      """,
    remedy: "Close the string, or write the character as an escape, as the message shows.",
    example: Example(before: "{\"name\": \"base\n\"}", after: #"{"name": "base"}"#))

  static let jsonDuplicateKey = Explanation(
    .files, [.error(.badData)], "An object has the same key twice",
    meaning: """
      Readers of JSON differ in which of the two they take, and most do not say so. Tessera does not guess.
      """,
    remedy: "Remove one of the two; the message says where the first one stands.",
    example: Example(before: #"{"replicas": 1, "replicas": 4}"#, after: #"{"replicas": 4}"#))

  static let jsonInvalidUTF8 = Explanation(
    .files, [.error(.badData)], "The file is not UTF-8",
    meaning: """
      JSON text is UTF-8. The byte at the place in the message is not: the file is in another encoding, or it is no text.
      """,
    remedy: "Save the file as UTF-8, or convert it with `iconv -t UTF-8`.")

  static let jsonLoneSurrogate = Explanation(
    .files, [.error(.badData)], "An escape is half of a character",
    meaning: #"""
      JSON escapes characters beyond `\uFFFF` as two escapes, a surrogate pair. One half stands here without the other, which is no \#
      character.
      """#,
    remedy: "Write both halves, or the character itself.",
    example: Example(before: #"{"name": "\ud83d"}"#, after: #"{"name": "\ud83d\ude00"}"#))

  static let jsonNestingTooDeep = Explanation(
    .files, [.error(.badData)], "Lists and objects lie too deep in each other",
    meaning: """
      A file may have some dozens of levels, which is many times what any sensible file has. The limit keeps a damaged or hostile file from \
      taking all memory.
      """,
    remedy: "Look for brackets that were opened by mistake.")

  static let jsonNumberOutOfRange = Explanation(
    .files, [.error(.badData)], "A number is too large for 64-bit floating point",
    meaning: "Numbers end at about 1.8e308. A larger one would become infinite.",
    remedy: "Write the number that is meant; look at its exponent.",
    example: Example(before: #"{"loss_scaling": 1e1024}"#, after: #"{"loss_scaling": 1024}"#))

  static let jsonTooLarge = Explanation(
    .files, [.error(.badData)], "The JSON text is too large",
    meaning: """
      Configurations have some kilobytes, and Tessera reads up to 16 MiB. This is probably another file.
      """,
    remedy: "Check that the path is that of the configuration.")

  static let jsonTrailingComma = Explanation(
    .files, [.error(.badData)], "A comma stands after the last entry",
    meaning: "JSON allows commas only between entries of a list or an object.",
    remedy: "Remove the comma.",
    example: Example(before: #"{"replicas": 1,}"#, after: #"{"replicas": 1}"#))

  static let jsonTrailingText = Explanation(
    .files, [.error(.badData)], "Text follows the end of the value",
    meaning: """
      The object is closed and something comes after it. Often there is a closing bracket too many earlier in the file.
      """,
    remedy: "Remove what follows, or the bracket that closes too early.",
    example: Example(
      before: #"{"replicas": 1}, "seed": 42}"#, after: #"{"replicas": 1, "seed": 42}"#))

  static let jsonUnexpectedCharacter = Explanation(
    .files, [.error(.badData)], "A character stands where JSON wants another",
    meaning: """
      The message says what was found and what could stand there. Usual causes are a missing comma on the line before, single quotes, \
      and True or None of Python.
      """,
    remedy: "Write what the message asks for; look at the line before, too.",
    example: Example(before: #"{"use_outlining": True}"#, after: #"{"use_outlining": true}"#))

  static let jsonUnexpectedEnd = Explanation(
    .files, [.error(.badData)], "The text ends too early",
    meaning: """
      A string, list or object is still open at the end of the file: a closing quote or bracket is missing, or the file was cut off.
      """,
    remedy: "Close what is open, or copy the file again.",
    example: Example(
      before: #"{"bert_config": {"seed": 42}"#, after: #"{"bert_config": {"seed": 42}}"#))

  static let wouldOverwrite = Explanation(
    .files, [.error(.wouldOverwrite)], "A file is there already",
    meaning: """
      Tessera replaces files of yours only when told to. A bundle may replace a bundle, as compiling again is usual. What is not a \
      regular file, such as a folder or a device, is never replaced.
      """,
    remedy: "Choose another path, or replace the file with `--force`.")
}
