import Foundations
import TileProgram

extension PlanReport {
  /// What a function of the tile program consists of.
  private struct Row {
    var name: String
    var steps = 0
    var exchanges = 0
    var computeSets = 0
    var calls = 0
    /// Others: copies between IPUs, to and from host and streaming memory, collectives, repeats.
    var others = 0
    /// Bytes that all tiles of an IPU receive in the exchanges, each counted once.
    var exchangedBytes = 0
    /// Bytes of exchange code on the tile that has the most of it.
    var exchangeCodeBytes = 0
    /// Bytes of the function's frame on a tile of an IPU, the largest.
    var frameBytes: Int
    /// Cycles of one call; nil for functions that span IPUs.
    var cycles: Int?
  }

  private var rows: [Row] {
    var costs = CostModel(system, replicas: recipe.replicas, ipusPerReplica: tiles.ipus)
    return tiles.functions.enumerated().compactMap { number, function in
      guard let function else { return nil }
      var row = Row(
        name: function.name, frameBytes: function.frameBytes.max() ?? 0,
        cycles: plan.time.functions[number]?.total)
      var code: [Int] = []
      add(function.steps, of: function, to: &row, &code, &costs)
      row.exchangeCodeBytes = code.max() ?? 0
      return row
    }
  }

  private func add(
    _ steps: [TileStep], of function: TileFunction, to row: inout Row, _ code: inout [Int],
    _ costs: inout CostModel
  ) {
    for step in steps {
      row.steps += 1
      switch step.kind {
      case .exchange:
        row.exchanges += 1
        let cost = costs.cost(of: step, in: function)
        row.exchangedBytes += cost.totalBytes
        if code.isEmpty { code = cost.exchangeCode.map { _ in 0 } }
        for (tile, bytes) in cost.exchangeCode.enumerated() { code[tile] += bytes }
      case .compute, .fill, .replicaIndex: row.computeSets += 1
      case .call: row.calls += 1
      case .repeat(_, _, let body):
        row.others += 1
        add(body, of: function, to: &row, &code, &costs)
      case .copyBetweenIPUs, .infeed, .load, .store, .collective: row.others += 1
      }
    }
  }

  /// The functions of the tile program, a row each; what a function calls is not counted in it.
  package var programText: String {
    var table = TextTable(header: [
      "function", "steps", "exch.", "sets", "calls", "MiB", "code", "frame", "kcycles",
    ])
    for row in rows {
      table.add([
        row.name, "\(row.steps)", "\(row.exchanges)", "\(row.computeSets)", "\(row.calls)",
        Figures.decimal(Double(row.exchangedBytes) / 1_048_576, digits: 2),
        Figures.kibibytes(row.exchangeCodeBytes), Figures.kibibytes(row.frameBytes),
        row.cycles.map { Figures.decimal(Double($0) / 1000) } ?? "",
      ])
    }
    return table.text
      + "exchanges, what they move, and their code in KiB; compute sets; a tile's frame in KiB\n"
  }

  /// The same under the schema `tessera.bundle-tile-program/1`.
  package var programJSON: JSON.Plain {
    .object([
      .init("schema", "tessera.bundle-tile-program/1"), .init("target", .string(tiles.system)),
      .init("ipus", .integer(tiles.ipus)),
      .init(
        "functions",
        .array(
          rows.map { row in
            .object([
              .init("name", .string(row.name)), .init("steps", .integer(row.steps)),
              .init("exchanges", .integer(row.exchanges)),
              .init("compute_sets", .integer(row.computeSets)),
              .init("calls", .integer(row.calls)), .init("others", .integer(row.others)),
              .init("exchanged_bytes", .integer(row.exchangedBytes)),
              .init("exchange_code_bytes", .integer(row.exchangeCodeBytes)),
              .init("frame_bytes", .integer(row.frameBytes)),
              .init("cycles", row.cycles.map { .integer($0) } ?? .null),
            ])
          })),
    ])
  }
}
