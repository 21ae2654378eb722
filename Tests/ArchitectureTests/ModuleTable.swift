/// The table of modules in `docs/architecture.md`.
struct ModuleTable {
  struct Row: Hashable {
    var module: String
    var dependencies: [String]
  }

  struct Malformed: Error {
    var line: String
  }

  private(set) var rows: [Row] = []

  /// Reads the table whose header is `| module | holds | depends on |`.
  init(_ text: String) throws {
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "| module | holds | depends on |" {
        isInside = true
        continue
      }
      guard isInside else { continue }
      guard line.hasPrefix("|") else { break }
      if line.hasPrefix("| ---") { continue }
      let cells = line.split(separator: "|").map { cell in
        String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
      guard cells.count == 3 else { throw Malformed(line: String(line)) }
      rows.append(
        Row(
          module: try Self.name(cells[0], line),
          dependencies: cells[2] == "–"
            ? []
            : try cells[2].split(separator: ",").map { part in
              try Self.name(String(part.drop { $0 == " " }), line)
            }))
    }
  }

  /// A module's name, which stands between backquotes in the first column and bare in the last.
  private static func name(_ cell: String, _ line: Substring) throws -> String {
    let name = cell.filter { $0 != "`" }
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber }) else {
      throw Malformed(line: String(line))
    }
    return name
  }
}
