import Foundations
import Metrics
import Recipe

extension WandbRun {
  /// What Weights & Biases is told of a training; nil where its log is not asked for.
  init?(of recipe: TrainingRecipe) throws(TesseraError) {
    guard let options = recipe.run.wandbOptions, options.isEnabled else { return nil }
    func fields(_ bytes: [UInt8]) throws(TesseraError) -> [JSON.Plain.Field] {
      (try JSON.parse(bytes: bytes, file: "<recipe>").members ?? [])
        // The version of the recipe's text says nothing of the training.
        .filter { $0.key != "format" }
        .map { JSON.Plain.Field($0.key, JSON.Plain($0.value)) }
    }
    self.init(
      project: options.project ?? WandbOptions.defaultProject, entity: options.entity,
      name: recipe.run.displayName, notes: options.notes, tags: options.tags ?? [],
      configuration: try fields(recipe.encodedProgram()) + fields(recipe.encodedRun()))
  }
}
