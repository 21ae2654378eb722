import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations
import Reports

struct InspectData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Shows what TFRecord files hold.",
    discussion: """
      Records, sizes, the features of a record with their kinds and lengths, and whether there is an index \
      file. Nothing is written.
      """)

  @Argument(help: "Files, and folders with *.tfrecord files.")
  var paths: [String]

  @Option(help: "Show this record too; the first one of the first file is number 0.")
  var sample: Int?

  @Option(help: "The vocabulary, one token a line: shows a sample's tokens instead of their ids.")
  var vocabulary: String?

  @Option(help: "How the report is printed: text or json.")
  var format: ReportFormat = .text

  func validate() throws {
    if (sample ?? 0) < 0 { throw ValidationError("--sample must be at least 0.") }
    if vocabulary != nil, sample == nil {
      throw ValidationError("--vocabulary shows the tokens of a sample: give --sample too.")
    }
  }

  func run() throws {
    try reportingErrors(format: format) {
      let vocabulary = try vocabulary.map { try Vocabulary(path: $0) }
      let files = try DataFiles.named(paths)
      let inspection = try showingStatus("reading data") { progress in
        try DataInspection(of: files, progress: progress)
      }
      let sample = try self.sample.map { number in
        let found = try inspection.example(number)
        return SampleReport(
          number: number, source: found.source, example: found.example, vocabulary: vocabulary)
      }
      switch format {
      case .text: try writeOutput(inspection.text + (sample.map { "\n" + $0.text } ?? ""))
      case .json:
        var fields = inspection.json
        if let sample { fields.append(.init("sample", sample.json)) }
        try writeOutput(JSON.Plain.object(fields).text(.indented) + "\n")
      }
    }
  }
}

extension DataInspection {
  /// A table of files, then the features of each kind of file.
  var text: String {
    var table = TextTable(header: ["file", "records", "size", "index"])
    for file in files {
      table.add([
        file.path, "\(file.recordCount)", byteCountText(Int(clamping: file.byteCount)),
        file.index.rawValue,
      ])
    }
    var text = table.text + "\(recordCount) records in \(files.count) files\n"
    for file in files where file.lostByteCount > 0 {
      text += "\(file.path): the last \(file.lostByteCount) bytes are behind a damaged record\n"
    }
    for features in differentFeatures {
      var table = TextTable(header: ["feature", "kind", "values"])
      for feature in features { table.add([feature.name, feature.kind, "\(feature.count)"]) }
      text += "\n" + table.text
    }
    return text
  }

  /// The features of the files, each set of them once.
  private var differentFeatures: [[Feature]] {
    files.map(\.features).reduce(into: []) { sets, features in
      if !features.isEmpty, !sets.contains(features) { sets.append(features) }
    }
  }

  /// The report's fields.
  var json: [JSON.Plain.Field] {
    [
      .init("schema", "tessera.data-inspect/1"), .init("records", .integer(recordCount)),
      .init(
        "files",
        .array(
          files.map { file in
            .object([
              .init("path", .string(file.path)),
              .init("bytes", .integer(Int(clamping: file.byteCount))),
              .init("records", .integer(file.recordCount)),
              .init("lost_bytes", .integer(Int(clamping: file.lostByteCount))),
              .init("index", .string(file.index.rawValue)),
              .init("features", .array(file.features.map(\.json))),
            ])
          })),
    ]
  }
}

extension DataInspection.Feature {
  fileprivate var json: JSON.Plain {
    .object([
      .init("name", .string(name)), .init("kind", .string(kind)), .init("values", .integer(count)),
    ])
  }
}
