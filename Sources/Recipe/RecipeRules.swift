import Foundations

extension TrainingRecipe {
  /// Every contradiction between values that would keep the model's graph from being built or the
  /// training from starting, and what is unlikely to be meant. Values alone are in range; this is
  /// about how they fit together. Messages and remedies use the keys of `form`.
  package func violations(in form: ConfigurationForm = .flat) -> [RecipeViolation] {
    let rules = RecipeRules(self, form)
    return rules.model() + rules.batches() + rules.layers() + rules.stageOrder() + rules.devices()
  }
}

/// The rules that a recipe is held against, in the words of one form.
struct RecipeRules {
  let recipe: TrainingRecipe
  let form: ConfigurationForm

  init(_ recipe: TrainingRecipe, _ form: ConfigurationForm) {
    self.recipe = recipe
    self.form = form
  }

  var program: TrainingRecipe.Program { recipe.program }
  var pipeline: PipelineMapping { recipe.program.pipeline }

  /// Whether the model's sizes stand in the file, and not in a published model's name.
  var hasInlineModel: Bool { recipe.run.modelName == nil }

  /// What the form calls the value at a path of the flat form.
  func name(_ flat: String) -> String { form.name(of: flat) }

  /// The change of one value.
  func setting(_ flat: String, to value: JSON.Plain) -> ConfigurationEdit {
    .set(path: form.path(of: flat), value)
  }

  /// "set replicas to 2", with why or what follows in brackets.
  func set(_ flat: String, to value: Int, because reason: String? = nil) -> Remedy {
    Remedy(
      "set \(name(flat)) to \(value)" + (reason.map { " (\($0))" } ?? ""),
      [setting(flat, to: .integer(value))])
  }
}
