import Foundations
import GraphIR

/// Cuts the loss of a micro-batch into the functions of pipeline stages.
///
///     @loss: h = @embeddings(…); h = @encoder_layer(h, …); … → (total, losses…)
///
/// becomes, with `stages=emb;hid,hid,enc_out;pool,heads`,
///
///     @loss: (h, bias) = @stage_0(…); (rows, h) = @stage_1(h, bias, …); @stage_2(rows, h, …) → …
///
/// A stage takes first what the stage before gives it, in that order, and then the arguments of the
/// loss that it reads: parameters, tensors of the micro-batch and the key, which are there at every
/// stage. A value that a later stage reads is carried through those between, so that values only go
/// from a stage to the next. Results of the loss come after what the next stage takes.
///
/// The functions say which stage and IPU they belong to (`tessera.stage`, `tessera.ipu`); those that
/// differentiation makes of them say it too. It runs before differentiation, so that each stage has its
/// own forward and backward function. Bits do not change where each value is read by at most two
/// operations that have a gradient, as in BERT; of more, gradients are summed stage by stage.
package enum Partition {
  /// The pass.
  package static let pass = Pass(
    "partition", "cuts the loss of a micro-batch into the functions of pipeline stages",
    options: [
      Pass.Option(
        "stages", "layers of each stage, as in emb;hid,hid,enc_out;pool,heads; default: no cut"),
      Pass.Option("devices", "the IPU of each stage, as in 0,1,0; default: one for each"),
      Pass.Option(
        "layers", "further layers by what their functions' names begin with, as in my_gate:gate"),
      Pass.Option("function", "the function to cut; default: loss"),
    ]
  ) { module, options in
    let list = try StageList(options)
    let name = options["function"] ?? "loss"
    let isCut = module.functions.contains { $0.placement != nil }
    guard list.stages.count > 1, !isCut, let function = module[name] else { return }
    let assignment = try StageAssignment(function, list)
    let (stages, caller) = StageFunctions(function, list, assignment).build()
    for stage in stages {
      guard module[stage.name] == nil else {
        throw TesseraError(
          .badData, code: .syntaxError, "there is a function @\(stage.name) that is no stage")
      }
      module.insert(stage)
    }
    module.insert(caller)
  }

  /// What the names of the stages' functions begin with; the stage's number follows.
  package static let stagePrefix = "stage_"
}
