import Checkpoints
import Foundations
import Reports
import Training

extension CheckpointFit {
  /// One line of the table: a parameter, a tensor, or both.
  private struct Line {
    var state: String
    var parameter: WantedParameter?
    var tensor: String?
    var storedShape: [Int]?
  }

  private var lines: [Line] {
    func line(_ match: CheckpointReport.Match, _ state: String) -> Line {
      Line(
        state: state, parameter: match.parameter, tensor: match.storedName,
        storedShape: match.storedShape)
    }
    var lines = report.mismatched.map { line($0, "does not fit") }
    lines += report.missing.map { Line(state: "missing", parameter: $0) }
    lines += report.matched.map { match in
      let isResized = match.shape != match.parameter.shape
      return line(match, isResized ? "resized" : match.rows == nil ? "matched" : "part of it")
    }
    lines += report.tiedCopies.map {
      Line(state: $0.isEqual ? "tied copy" : "differs from its tie", tensor: $0.storedName)
    }
    lines += report.placeless.map {
      Line(state: $0.isNeutral ? "neutral, no place" : "no place", tensor: $0.storedName)
    }
    lines += report.unused.map { Line(state: "unused", tensor: $0) }
    return lines
  }

  /// A table of parameters and tensors, then the counts and what is to be known.
  var text: String {
    var table = TextTable(header: ["state", "parameter", "shape", "tensor", "stored shape"])
    for line in lines {
      table.add([
        line.state, line.parameter?.name ?? "-", line.parameter.map { shapeText($0.shape) } ?? "-",
        line.tensor?.shownName ?? "-", line.storedShape.map(shapeText) ?? "-",
      ])
    }
    return table.text + "\n" + report.description + "\n"
  }

  /// The same under the schema `tessera.checkpoint-fit/1`.
  func json(path: String) -> JSON.Plain {
    func shape(_ shape: [Int]?) -> JSON.Plain {
      shape.map { .array($0.map { .integer($0) }) } ?? .null
    }
    let lines = lines.map { line in
      JSON.Plain.object([
        .init("state", .string(line.state)),
        .init("parameter", line.parameter.map { .string($0.name) } ?? .null),
        .init("shape", shape(line.parameter?.shape)),
        .init("tensor", line.tensor.map { .string($0) } ?? .null),
        .init("stored_shape", shape(line.storedShape)),
      ])
    }
    return .object([
      .init("schema", "tessera.checkpoint-fit/1"), .init("file", .string(path)),
      .init("loads", .boolean(failure == nil)), .init("table", .array(lines)),
      .init("training_state_tensors", .integer(report.trainingState.count)),
      .init(
        "diagnostics",
        .array(((failure?.diagnostics ?? []) + report.warnings).map(\.json))),
    ])
  }
}
