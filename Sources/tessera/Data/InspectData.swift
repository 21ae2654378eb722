import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations

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
