/// Diagnostics as a document for editors and continuous integration, schema `tessera.diagnostics/1`.
///
/// Each has its severity, code, message, notes and remedies, and its file, line and column (from 1)
/// where a place in a file is to blame.
package func diagnosticsJSON(_ diagnostics: [Diagnostic]) -> JSON.Plain {
  [
    "schema": "tessera.diagnostics/1",
    "diagnostics": .array(diagnostics.map(\.json)),
  ]
}

extension Diagnostic {
  /// The diagnostic as an element of `diagnosticsJSON`'s list.
  package var json: JSON.Plain {
    var fields: [JSON.Plain.Field] = [
      .init("severity", .string(severity.rawValue)),
      .init("code", .string(code.rawValue)),
      .init("message", .string(message)),
    ]
    if let location {
      fields.append(.init("file", .string(location.file)))
      fields.append(.init("line", .integer(location.line)))
      fields.append(.init("column", .integer(location.column)))
    }
    fields.append(.init("notes", .array(notes.map { .string($0) })))
    fields.append(.init("remedies", .array(remedies.map(\.json))))
    return .object(fields)
  }
}

extension Remedy {
  fileprivate var json: JSON.Plain {
    ["text": .string(text), "edits": .array(edits.map(\.json))]
  }
}

extension ConfigurationEdit {
  fileprivate var json: JSON.Plain {
    switch self {
    case .set(let path, let value):
      ["operation": "set", "path": .string(path), "value": value]
    case .rename(let path, let name):
      ["operation": "rename", "path": .string(path), "to": .string(name)]
    case .remove(let path):
      ["operation": "remove", "path": .string(path)]
    }
  }
}
