/// Codes of bundles.
extension Explanation {
  static let bundleFormat = Explanation(
    .bundles, [.error(.incompatible)], "The bundle was written in another format",
    meaning: """
      Bundles carry the number of their format, and this version of Tessera reads another one than the file has.
      """,
    remedy: """
      Compile the configuration again with this version, or use the version that wrote the bundle.
      """)

  static let bundleTooLarge = Explanation(
    .bundles, [.error(.doesNotFit)], "A part of the bundle is larger than a bundle holds",
    meaning: """
      Each section of a bundle has a limit, so that reading a foreign file cannot take all memory. The message names the part, its size and \
      the limit.
      """,
    remedy: """
      Leave out the graph's text with `--no-ir` where that part is too large; otherwise compile a smaller model.
      """)

  static let compressionFailed = Explanation(
    .bundles, [.error(.internalError)], "A section could not be compressed",
    meaning: """
      The zstd library failed on data that it should take. The message has its reason; no bundle was written.
      """,
    remedy: "Free memory and compile again. Where it happens again: " + reporting)

  static let damagedBundle = Explanation(
    .bundles, [.error(.incompatible)], "The bundle is damaged",
    meaning: """
      Sections carry digests, and the file's size and tables are checked. Something does not agree: the file was cut off, changed, or \
      damaged on its way. Nothing of it is run.
      """,
    remedy: "Copy the bundle again, or compile the configuration again.")

  static let invalidProgram = Explanation(
    .bundles, [.error(.incompatible)], "The program in the bundle breaks a rule",
    meaning: """
      A program from a file runs only after all its types, calls and references were checked, and this one fails. The digests are right, so \
      the file is not damaged: another version or another tool wrote it.
      """,
    remedy: """
      Compile the configuration again with this version. Where a bundle of this very version fails, it is a fault of Tessera; please report it.
      """)

  static let notABundle = Explanation(
    .bundles, [.error(.incompatible)], "The file is not a bundle",
    meaning: "It is shorter than a bundle's header, or does not begin with the bytes of one.",
    remedy: """
      Name a file that `tesserac compile -o` has written; they are usually called `*.ipub`.
      """,
    example: Example(
      before: "tessera train pretrain_tiny.json",
      after:
        "tesserac compile pretrain_tiny.json -o tiny.ipub\ntessera train tiny.ipub --dataset-dir data"
    ))

  static let outOfMemory = Explanation(
    .bundles, [.error(.doesNotFit), .error(.internalError)],
    "This machine does not give enough memory",
    meaning: """
      The program needs the memory in the message for its values, and the system refused it (exit code 2); or the compression library could not \
      get its own (exit code 70).
      """,
    remedy: """
      Use fewer replicas, a smaller micro-batch or fewer threads, free memory, or use a larger machine.
      """)

  static let tensorSize = Explanation(
    .bundles, [.error(.badData)], "A tensor's bytes are not as many as its type takes",
    meaning: """
      A tensor that was to go into a bundle has too few or too many bytes for its shape and element type.
      """,
    remedy: "Where the tensor comes from a checkpoint, save that again. Otherwise: " + reporting)
}
