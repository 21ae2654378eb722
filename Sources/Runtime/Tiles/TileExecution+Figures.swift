import Foundations
import IPUTarget
import TileProgram

extension TileExecution {
  /// The figures of each function, of what its tiles have computed and copied.
  func figures(of program: TileProgram, on ipu: IPU) -> [TileFigures] {
    var figures = program.functions.map { _ in TileFigures() }
    for step in steps {
      guard let function = program.functions[step.function],
        let source = Self.step(step.path[...], in: function.steps)
      else { continue }
      figures[step.function].addChecksum(of: source)
      switch source.kind {
      case .compute(let vertex, let operands, let results):
        figures[step.function].computeCycles +=
          step.runs
          * ipu.cycles(
            of: vertex, operands, results, in: function, boxes: step.largestTypes.map(\.shape))
      case .exchange:
        figures[step.function].receivedBytes += step.runs * step.receivedBytes
        figures[step.function].copiedBytes += step.runs * step.copiedBytes
      default: continue
      }
    }
    return figures
  }
}

extension TileProgram {
  /// - Parameter found: by function, what tiles did in one run of the entry.
  /// - Throws: `plan-mismatch` where that is not what the plan states.
  func checkFigures(_ found: [TileFigures]) throws(TesseraError) {
    for (number, function) in functions.enumerated() {
      guard let function, let stated = figures[number], stated != found[number] else { continue }
      let names: [(String, KeyPath<TileFigures, Int>)] = [
        ("cycles of compute sets", \.computeCycles),
        ("bytes that tiles receive", \.receivedBytes),
        ("bytes that tiles copy", \.copiedBytes),
      ]
      let differences = names.filter { stated[keyPath: $0.1] != found[number][keyPath: $0.1] }
      let sums = differences.map { name, figure in
        "\(found[number][keyPath: figure]) \(name), stated are \(stated[keyPath: figure])"
      }
      throw TesseraError(
        .incompatible, code: .planMismatch,
        "function '\(function.name)' does not do what the plan states: "
          + (sums.isEmpty
            ? "its steps are of other tensors or elements" : sums.joined(separator: "; ")),
        remedies: ["compile the configuration again"])
    }
  }
}
