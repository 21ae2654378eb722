import Foundations
import Frontend
import Recipe

extension PipelineChoice {
  /// Answers a configuration that leaves its stages to be found.
  /// - Throws: as `init(_:)`, with the place in the file.
  package static func answer(
    _ request: PipelineRequest
  ) throws(TesseraError) -> (choice: PipelineChoice, remarks: [Diagnostic]) {
    do {
      let choice = try PipelineChoice(request.program)
      return (choice, choice.fits ? [] : [choice.misfit(request)])
    } catch var error as TesseraError {
      for index in error.diagnostics.indices where error.diagnostics[index].location == nil {
        error.diagnostics[index].location = request.location
      }
      throw error
    } catch {
      throw TesseraError(.internalError, code: .internalError, "\(error)")
    }
  }

  /// What does not fit, by how much, and the ways out, each of which fits by the same estimate.
  private func misfit(_ request: PipelineRequest) -> Diagnostic {
    let number = estimate.fullestIPU
    let ipu = estimate.ipus[number]
    let parts = [
      ("weights", ipu.weightBytes), ("gradient accumulators", ipu.accumulatorBytes),
      ("optimizer state", ipu.stateBytes), ("stash", ipu.stashBytes),
      ("temporary tensors", ipu.temporaryBytes), ("the weight update", ipu.updateBytes),
    ].sorted { $0.1 > $1.1 }
    func text(_ bytes: Double) -> String { "\(Int((bytes / 1_048_576).rounded(.up))) MiB" }
    return Diagnostic(
      .warning, code: .pipelineDoesNotFit,
      "by the estimate IPU \(number) needs \(text(ipu.bytes)) of \(text(profile.memoryBytes)), "
        + "\(text(ipu.bytes - profile.memoryBytes)) too many, in the cut that needs the fewest",
      at: request.location,
      notes: [
        parts.filter { $0.1 > 0 }.map { "\($0.0) \(text($0.1))" }.joined(separator: ", ")
      ],
      remedies: remedies(request))
  }

  private func remedies(_ request: PipelineRequest) -> [Remedy] {
    var remedies: [Remedy] = []
    func offer(
      _ text: String, _ path: String? = nil, _ value: JSON.Plain = .null,
      _ change: (inout TrainingRecipe.Program) -> Void
    ) {
      var program = request.program
      change(&program)
      guard let choice = try? PipelineChoice(program), choice.fits else { return }
      remedies.append(
        Remedy(text, path.map { [.set(path: request.form.path(of: $0), value)] } ?? []))
    }
    let program = request.program
    if !program.keepsOptimizerStateOffChip {
      offer("keep the optimizer's state off the chip", "optimizer_state_offchip", true) {
        $0.keepsOptimizerStateOffChip = true
      }
    }
    if !program.usesRecomputation {
      offer("compute activations again", "enable_recomputation", true) {
        $0.usesRecomputation = true
      }
    }
    var size = program.microBatchSize / 2
    while size > 0, remedies.isEmpty || size == program.microBatchSize / 2 {
      let before = remedies.count
      offer("use a smaller micro-batch", "micro_batch_size", .integer(size)) {
        $0.microBatchSize = size
      }
      if remedies.count > before { break }
      size /= 2
    }
    for ipus in [2, 4, 8, 16] where ipus > program.pipeline.ipusPerReplica {
      let before = remedies.count
      offer(
        "use \(ipus) IPUs a replica: numbers from 0 to \(ipus - 1) in "
          + request.form.name(of: "device_mapping")
      ) { $0.pipeline.devices = Array(0..<ipus) }
      if remedies.count > before { break }
    }
    return remedies
  }
}
