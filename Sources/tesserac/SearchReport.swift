import Compiler
import Foundations
import Recipe
import Reports

/// What `--search` tried, and what it found, for a person and as JSON.
struct SearchReport {
  let search: PlanSearch

  private var best: PlanSearch.Trial { search.trials[search.best] }

  /// The options that make the best of the configuration; empty where it is the best already.
  private var options: String { Remedy("", best.edits).options ?? "" }

  var text: String {
    var table = TextTable(header: [
      "tried", "micro-batch", "layers", "proportions", "worst KiB", "fits", "samples/s", "best",
    ])
    for (number, trial) in search.trials.enumerated() {
      let recipe = trial.recipe
      let layers = recipe.pipeline.stages.map { "\($0.count { $0 == .encoderLayer })" }
      table.add([
        "\(number + 1)", "\(recipe.microBatchSize)", layers.joined(separator: "/"),
        recipe.availableMemoryProportions.map { JSON.Plain.real($0).text() }.joined(separator: "/"),
        String(kibibytesText(trial.figures.worstTileBytes).dropLast(" KiB".count)),
        trial.figures.fits ? "yes" : "no", "\(Int(trial.figures.samplesPerSecond.rounded()))",
        number == search.best ? "*" : "",
      ])
    }
    let first = search.trials[0].figures
    let verdict =
      !best.figures.fits
      ? "nothing that was tried fits\n"
      : options.isEmpty
        ? "nothing that was tried is faster than the configuration as it is\n"
        : "the fastest that fits, "
          + (first.fits
            ? speedText(best.figures.samplesPerSecond, before: first.samplesPerSecond)
            : "where the configuration does not") + ": \(options)\n"
    return table.text + verdict
  }

  var json: JSON.Plain {
    .object([
      .init("best", .integer(search.best)),
      .init("set_options", .string(best.figures.fits ? options : "")),
      .init(
        "tried",
        .array(
          search.trials.map { trial in
            .object([
              .init("micro_batch_size", .integer(trial.recipe.microBatchSize)),
              .init("accumulation_count", .integer(trial.recipe.accumulationCount)),
              .init("stages", .stages(trial.recipe.pipeline.stages)),
              .init(
                "memory_proportions",
                .array(trial.recipe.availableMemoryProportions.map(JSON.Plain.real))),
              .init("fits", .boolean(trial.figures.fits)),
              .init("worst_tile_bytes", .integer(trial.figures.worstTileBytes)),
              .init("samples_per_second", .real(trial.figures.samplesPerSecond)),
            ])
          })),
    ])
  }
}
