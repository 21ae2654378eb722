/// Something to change so that a mistake is gone.
package struct Remedy: Hashable, Sendable {
  /// What to do, for a person: `rename "replica" to "replicas"`.
  package var text: String
  /// The same as changes of the configuration, which were tried; empty for what only a person can do.
  package var edits: [ConfigurationEdit]

  package init(_ text: String, _ edits: [ConfigurationEdit] = []) {
    self.text = text
    self.edits = edits
  }
}

extension Remedy: ExpressibleByStringInterpolation {
  /// A remedy that only a person can carry out.
  package init(stringLiteral text: String) {
    self.init(text)
  }
}

extension Remedy {
  /// The options of a command line that do the same; nil where there are none.
  package var options: String? {
    let options = edits.compactMap(\.option)
    return options.isEmpty || options.count < edits.count ? nil : options.joined(separator: " ")
  }
}

extension Remedy: CustomStringConvertible {
  /// The text, and the options of a command line that do the same, where there are such.
  package var description: String { options.map { "\(text): \($0)" } ?? text }
}

/// One change of a configuration file; paths are keys joined by dots.
package enum ConfigurationEdit: Hashable, Sendable {
  /// The value at the path becomes another, or is added.
  case set(path: String, JSON.Plain)
  /// The last key of the path gets another name.
  case rename(path: String, to: String)
  /// The key goes, with its value.
  case remove(path: String)

  /// The option that does the same for one call: `--set path=value`, quoted for a shell.
  fileprivate var option: String? {
    guard case .set(let path, let value) = self else { return nil }
    let text = value.text()
    let isPlain = text.utf8.allSatisfy { byte in
      let scalar = Unicode.Scalar(byte)
      return scalar.properties.isAlphabetic && scalar.isASCII
        || "0123456789.-_/".unicodeScalars.contains(scalar)
    }
    let setting = "\(path)=\(text)"
    return isPlain ? "--set \(setting)" : "--set '\(setting.replacingQuotes)'"
  }
}

extension String {
  /// The text for use between a shell's single quotes.
  fileprivate var replacingQuotes: String {
    split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
  }
}
