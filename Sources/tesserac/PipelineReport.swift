import Compiler
import Foundations
import Reports

/// The stages that were chosen, and why, for a person and as JSON. All figures are estimates.
struct PipelineReport {
  let choice: PipelineChoice

  private var estimate: CutEstimate { choice.estimate }

  var text: String {
    var lines =
      "pipeline stages, chosen by estimates of one micro-batch (--pipeline auto)\n" + table.text
    lines +=
      "slowest is IPU \(estimate.slowestIPU): \(megacycles(estimate.cycles)) million cycles a timestep, "
      + "of which \(megacycles(estimate.transferCycles)) for the largest copy to the next stage\n"
    lines +=
      "fullest is IPU \(estimate.fullestIPU): \(bytes(estimate.bytes)) of "
      + "\(bytes(choice.profile.memoryBytes)) (an IPU's memory without room for code)\n"
    for neighbour in choice.neighbours { lines += line(neighbour) }
    return lines
  }

  private var table: TextTable {
    var table = TextTable(
      header: [
        "stage", "IPU", "layers", "Mcycles", "share", "weights", "accumulators", "state", "stash",
        "temporary", "update",
      ])
    let slowest = estimate.ipus[estimate.slowestIPU].cycles
    for (number, stage) in estimate.stages.enumerated() {
      table.add([
        "\(number)", "\(choice.cut.devices[number])", layers(of: number),
        megacycles(stage.cycles), percent(stage.cycles / max(slowest, 1)),
        bytes(stage.weightBytes), bytes(stage.accumulatorBytes), bytes(stage.stateBytes),
        bytes(stage.stashBytes), bytes(stage.temporaryBytes), bytes(stage.updateBytes),
      ])
    }
    return table
  }

  /// The layers of a stage, equal ones counted: `emb, 2 hid`.
  private func layers(of stage: Int) -> String {
    var runs: [(name: String, count: Int)] = []
    for layer in choice.profile.layers[choice.cut.ranges(of: choice.profile.layers.count)[stage]] {
      if runs.last?.name == layer.name {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((layer.name, 1))
      }
    }
    return runs.map { $0.count > 1 ? "\($0.count) \($0.name)" : $0.name }.joined(separator: ", ")
  }

  private func line(_ neighbour: PipelineChoice.Neighbour) -> String {
    let (from, to) =
      neighbour.movesLeft
      ? (neighbour.stage, neighbour.stage - 1) : (neighbour.stage - 1, neighbour.stage)
    let change = neighbour.estimate.cycles / max(estimate.cycles, 1) - 1
    let speed =
      change > 0
      ? "\(percent(change)) slower (IPU \(neighbour.estimate.slowestIPU))"
      : change < 0 ? "\(percent(-change)) faster" : "as fast"
    let room =
      neighbour.fits
      ? "" : ", but IPU \(neighbour.estimate.fullestIPU) needs \(bytes(neighbour.estimate.bytes))"
    let fullest =
      neighbour.fits && change == 0
      ? ", but IPU \(neighbour.estimate.fullestIPU) holds \(bytes(neighbour.estimate.bytes))" : ""
    return "\(neighbour.layer) from stage \(from) to \(to): \(speed)\(room)\(fullest)\n"
  }

  var json: JSON.Plain {
    .object([
      .init("estimated", true),
      .init(
        "stages",
        .array(
          estimate.stages.enumerated().map { number, stage in
            let range = choice.cut.ranges(of: choice.profile.layers.count)[number]
            return .object(
              [
                .init("stage", .integer(number)),
                .init("ipu", .integer(choice.cut.devices[number])),
                .init("layers", .array(choice.profile.layers[range].map { .string($0.name) })),
              ] + fields(stage))
          })),
      .init("ipus", .array(estimate.ipus.map { .object(fields($0)) })),
      .init("timestep_cycles", integer(estimate.cycles)),
      .init("transfer_cycles", integer(estimate.transferCycles)),
      .init("memory_bytes", integer(choice.profile.memoryBytes)),
      .init("fits", .boolean(choice.fits)),
      .init(
        "neighbours",
        .array(
          choice.neighbours.map { neighbour in
            .object([
              .init("layer", .string(neighbour.layer)),
              .init(
                "from_stage", .integer(neighbour.stage - (neighbour.movesLeft ? 0 : 1))),
              .init("to_stage", .integer(neighbour.stage - (neighbour.movesLeft ? 1 : 0))),
              .init("timestep_cycles", integer(neighbour.estimate.cycles)),
              .init("peak_bytes", integer(neighbour.estimate.bytes)),
              .init("fits", .boolean(neighbour.fits)),
            ])
          })),
    ])
  }

  private func fields(_ stage: StageEstimate) -> [JSON.Plain.Field] {
    [
      .init("cycles", integer(stage.cycles)), .init("weight_bytes", integer(stage.weightBytes)),
      .init("accumulator_bytes", integer(stage.accumulatorBytes)),
      .init("state_bytes", integer(stage.stateBytes)),
      .init("stash_bytes", integer(stage.stashBytes)),
      .init("temporary_bytes", integer(stage.temporaryBytes)),
      .init("update_bytes", integer(stage.updateBytes)),
      .init("peak_bytes", integer(stage.bytes)),
    ]
  }

  // MARK: Numbers

  /// Estimates stay far below the numbers that a Double holds exactly; a model beyond all machines does not.
  private func whole(_ number: Double) -> Int { Int(min(number, 0x1p53)) }

  private func integer(_ number: Double) -> JSON.Plain { .integer(whole(number)) }

  private func bytes(_ number: Double) -> String { byteCountText(whole(number)) }

  private func megacycles(_ cycles: Double) -> String {
    let hundredths = whole((cycles / 1e4).rounded())
    let digits = hundredths % 100
    return "\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits)"
  }

  private func percent(_ part: Double) -> String {
    let tenths = whole((part * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
