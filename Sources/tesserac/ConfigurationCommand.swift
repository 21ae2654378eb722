import ArgumentParser
import CommandLineSupport
import Foundations
import Frontend
import Recipe
import Reports

struct ConfigurationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Shows, checks and converts configurations.",
    subcommands: [ShowConfiguration.self, ConvertConfiguration.self, PrintSchema.self])
}

struct ShowConfiguration: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Prints each value of a configuration as it counts, once the file was checked.",
    discussion: """
      A star marks what is checked and stored, and changes nothing in this version. Mistakes end \
      the command with exit code 65; with --format json they are the document on standard output.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Print where each value comes from: file and line, flag, model, or default.")
  var origin = false

  @Option(help: "How it is printed: text or json. JSON always has the origins.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let loaded = try configuration.load()
      switch format {
      case .text:
        for remark in loaded.remarks { writeError("\(remark)\n") }
        try writeOutput(loaded.values.text(showsOrigin: origin))
      case .json:
        try writeOutput(loaded.values.json(loaded.remarks).text(.indented) + "\n")
      }
    }
  }
}

struct ConvertConfiguration: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract:
      "Translates a configuration between the flat form (v2.4) and the nested (v2.5 to v3.4).")

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: "The form to write: flat or nested; by default the one that the file is not in.")
  var to: ConfigurationForm?

  @Option(name: .shortAndLong, help: "Where the file goes; by default standard output.")
  var output: String?

  @Flag(help: "Replace the output where it exists.")
  var force = false

  func run() throws {
    try reportingErrors {
      let loaded = try configuration.load()
      let (converted, remarks) = loaded.values.converted(
        to: to ?? loaded.values.form.other, runName: loaded.recipe.run.name)
      for remark in remarks { writeError("\(remark)\n") }
      let text = converted.text(.indented) + "\n"
      guard let output, output != "-" else { return try writeOutput(text) }
      let file = try AtomicFile(path: output, overwrite: force)
      try file.write(Array(text.utf8))
      try file.commit()
    }
  }
}

struct PrintSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON schema of configurations, which editors check files by.")

  func run() throws {
    try reportingErrors {
      try writeOutput(ConfigurationSchema.document.text(.indented) + "\n")
    }
  }
}

extension ConfigurationForm: ExpressibleByArgument {}

// MARK: - What is printed

extension EffectiveConfiguration {
  /// A line a value, aligned.
  fileprivate func text(showsOrigin: Bool) -> String {
    var table = TextTable(header: ["key", "value"] + (showsOrigin ? ["origin"] : []))
    for entry in entries {
      table.add(
        [entry.path + (entry.isInEffect ? "" : "*"), entry.value.text()]
          + (showsOrigin ? [entry.origin.description] : []))
    }
    return "\(task), \(form.rawValue) form (\(form.releases))\n" + table.text
  }

  fileprivate func json(_ remarks: [Diagnostic]) -> JSON.Plain {
    .object([
      .init("schema", "tessera.config/1"), .init("form", .string(form.rawValue)),
      .init("task", .string(task)), .init("values", .array(entries.map(\.json))),
      .init("diagnostics", .array(remarks.map(\.json))),
    ])
  }
}

extension EffectiveConfiguration.Entry {
  fileprivate var json: JSON.Plain {
    .object([
      .init("path", .string(path)), .init("value", value), .init("origin", origin.json),
      .init("in_effect", .boolean(isInEffect)), .init("meaning", .string(meaning)),
    ])
  }
}

extension EffectiveConfiguration.Origin {
  fileprivate var json: JSON.Plain {
    switch self {
    case .file(let location):
      .object([
        .init("kind", "file"), .init("file", .string(location.file)),
        .init("line", .integer(location.line)), .init("column", .integer(location.column)),
      ])
    case .flag(let text): .object([.init("kind", "flag"), .init("flag", .string(text))])
    case .model(let name): .object([.init("kind", "model"), .init("model", .string(name))])
    case .defaultValue: .object([.init("kind", "default")])
    }
  }
}
