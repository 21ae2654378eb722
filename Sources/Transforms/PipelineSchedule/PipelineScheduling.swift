import Foundations
import GraphIR
import Operations
import Recipe

/// Makes the stages of a pipeline work at the same time.
///
/// The accumulation runs one micro-batch after the other through all stages:
///
///     repeat A times: x0 = @stage_0_forward(…), x1 = @stage_1_forward(x0), …, @stage_0_backward(…)
///
/// Each stage becomes a *slot*, a function `@slot_forward_0` or `@slot_backward_0` on the stage's IPU. In
/// one round every slot runs once, each for another micro-batch, and reads what it was handed a round
/// before, so that no slot of a round waits for another:
///
///     ramp-up:    rounds in which the later slots have no micro-batch yet
///     repeat A − ramp times:                                   (one timestep; grouped)
///       @slot_backward_0(x', stash', …), …, @slot_forward_1(x0'), x0 = @slot_forward_0(…)
///     ramp-down:  rounds in which the earlier slots have no micro-batch any more
///
/// - What a stage hands to the next is a carried value of the repeat; what skips stages is carried past
///   each of them.
/// - What a forward slot keeps for its backward slot waits in a stash: a ring of as many entries as
///   micro-batches are on their way between the two (`PipelineSchedule.stashDepth`). It begins undefined,
///   and the backward slot reads an entry right before the forward slot writes the next over it. Slots
///   take the stash and do so themselves, so that it is on their IPU.
/// - Parameters, and what is computed from them and the number of the micro-batch alone, are the same for
///   all: each slot makes them for itself, and nothing waits for them.
/// - Host streams are read in the round of the slot that uses them.
/// - Sums over micro-batches belong to the slots that add to them.
///
/// The program does not grow with the number of micro-batches. Each sum adds the same numbers in the same
/// order, so that bits do not change, but for a sum that two slots add to, as the tied embedding's: its
/// micro-batches then take other turns.
package enum PipelineScheduling {
  /// What the names of slots' functions begin with.
  package static let slotPrefix = "slot_"

  /// The pass.
  package static let pass = Pass(
    "pipeline-schedule", "makes the stages of a pipeline work at the same time",
    options: [
      Pass.Option(
        "schedule", "grouped, interleaved or sequential: how micro-batches follow; default: grouped"
      )
    ]
  ) { module, options in
    let schedule = try options.choice("schedule", default: PipelineSchedule.grouped)
    let staged = module.functionsThatLeadToStages
    for name in module.functions.map(\.name) where staged.contains(name) {
      guard let loop = try AccumulationLoop(name, module, staged) else { continue }
      let timing = SlotTiming(schedule, stages: loop.slots.count / 2)
      try loop.check(timing)
      let routes = ValueRoutes(loop, timing)
      let functions = SlotFunctions(loop, routes)
      for function in functions.functions { module.insert(function) }
      var pipelined = PipelinedLoop(loop, timing, routes, functions)
      module.insert(pipelined.written())
    }
    module.removeUnreachable()
  }
}
