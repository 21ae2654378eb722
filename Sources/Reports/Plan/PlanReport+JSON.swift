import Foundations
import IPUTarget
import TileProgram

extension PlanReport {
  /// The plan under the schema `tessera.plan/1`.
  ///
  /// - Parameters:
  ///   - diagnostics: what does not fit, with ways out, and what else there is to say.
  ///   - further: fields after the plan's own.
  package func json(
    diagnostics: [Diagnostic] = [], _ further: [JSON.Plain.Field] = []
  ) -> JSON.Plain {
    .object(
      [
        .init("schema", "tessera.plan/1"), .init("fits", .boolean(fits)),
        .init("target", .string(system.name)), .init("target_ipus", .integer(system.ipus)),
        .init("chip", .string(plan.chip.name)), .init("tile_bytes", .integer(plan.chip.tileBytes)),
        .init("replicas", .integer(recipe.replicas)), .init("global_batch", .integer(globalBatch)),
        .init("ipus", .array(plan.ipus.map(json))), .init("stages", stagesJSON),
        .init("predicted", predictedJSON),
        .init("assumptions", .array(assumptions.map(\.json))),
      ] + further + [.init("diagnostics", .array(diagnostics.map(\.json)))])
  }

  /// The memory alone under the schema `tessera.bundle-memory/1`.
  package var memoryJSON: JSON.Plain {
    .object([
      .init("schema", "tessera.bundle-memory/1"), .init("fits", .boolean(fits)),
      .init("target", .string(system.name)), .init("tile_bytes", .integer(plan.chip.tileBytes)),
      .init("ipus", .array(plan.ipus.map(json))),
    ])
  }

  /// The time alone under the schema `tessera.bundle-schedule/1`.
  package var scheduleJSON: JSON.Plain {
    .object([
      .init("schema", "tessera.bundle-schedule/1"), .init("target", .string(system.name)),
      .init("predicted", predictedJSON),
      .init(
        "parts_by_ipu",
        .object(
          TimePlan.Part.allCases.map {
            .init($0.rawValue, .array(plan.time.uses(of: $0).map(\.json)))
          })),
    ])
  }

  /// The stages as a list.
  package var stagesJSON: JSON.Plain { .array(stages.map(json)) }

  private func json(_ ipu: IPUMemory) -> JSON.Plain {
    .object([
      .init("index", .integer(ipu.ipu)),
      .init("stages", .array(stages.filter { $0.ipu == ipu.ipu }.map { .integer($0.number) })),
      .init("fits", .boolean(ipu.failures(on: plan.chip).isEmpty)),
      .init("worst_tile", .integer(ipu.worstTile)),
      .init("worst_tile_bytes", .integer(ipu.worstTileBytes)),
      .init("always_live_bytes", .integer(ipu.alwaysLiveBytes[ipu.worstTile])),
      .init("peak_bytes", .integer(ipu.peakBytes[ipu.worstTile])),
      .init("code_bytes", .integer(ipu.codeBytes.max() ?? 0)),
      .init("received_bytes", .integer(ipu.receivedBytes)),
      .init(
        "categories",
        .object(ipu.shares.map { .init("\($0.class.name)_bytes", .integer($0.bytes)) })),
      .init("peak", .string(names.phrase(ipu.peak))),
      .init(
        "largest_tensors",
        .array(
          ipu.tensors.prefix(5).map { tensor in
            .object([
              .init("name", .string(names.phrase(tensor, at: ipu.peak))),
              .init("category", .string(tensor.category.rawValue)),
              .init("bytes", .integer(tensor.bytes)),
            ])
          })),
    ])
  }

  private func json(_ stage: PlanStage) -> JSON.Plain {
    .object([
      .init("stage", .integer(stage.number)), .init("ipu", .integer(stage.ipu)),
      .init("layers", .string(stage.layers)),
      .init("forward_cycles", stage.forwardCycles.map { .integer($0) } ?? .null),
      .init("backward_cycles", stage.backwardCycles.map { .integer($0) } ?? .null),
      .init("weight_bytes", .integer(stage.byteCount(of: .weight))),
      .init("accumulator_bytes", .integer(stage.byteCount(of: .accumulator))),
      .init("stash_bytes", .integer(stage.byteCount(of: .stash))),
    ])
  }

  private var predictedJSON: JSON.Plain {
    let time = plan.time
    return .object([
      .init("step_seconds", .real(time.stepSeconds)),
      .init("samples_per_second", .real(samplesPerSecond)),
      .init("cycles_per_timestep", time.timestep.map { .integer($0.cycles) } ?? .null),
      .init("timesteps", time.timestep.map { .integer($0.count) } ?? .null),
      .init("clock_hertz", .real(time.clockHertz)),
      .init(
        "parts",
        .object(
          TimePlan.Part.allCases.map {
            .init("\($0.rawValue)_cycles", .integer(time.cycles(of: $0)))
          })),
      .init("timestep_by_ipu", .array(time.timestep?.uses.map(\.json) ?? [])),
      .init("step_by_ipu", .array(plan.ipus.indices.map { time.use(of: $0).json })),
    ])
  }
}

extension TimePlan {
  /// What an IPU does in a run.
  fileprivate func use(of ipu: Int) -> TimeUse { uses.reduce(TimeUse()) { $0 + $1[ipu] } }
}

extension TimeUse {
  fileprivate var json: JSON.Plain {
    .object(parts.map { .init("\($0.name)_cycles", .integer($0.cycles)) })
  }
}

extension Fact {
  fileprivate var json: JSON.Plain {
    .object([
      .init("name", .string(name)), .init("value", .string(text)),
      .init("reason", .string(source)),
    ])
  }
}
