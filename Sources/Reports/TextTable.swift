/// Rows of cells, printed with their columns aligned: numbers to the right, words to the left.
package struct TextTable {
  private var rows: [[String]]

  /// A table with a row of column names.
  package init(header: [String]) {
    rows = [header]
  }

  /// Adds a row of as many cells as the header has.
  package mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, each ended.
  package var text: String {
    let columns = rows[0].count
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isNumeric = (0..<columns).map { column in
      rows.dropFirst().allSatisfy { $0[column].first?.isNumber ?? true }
    }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
