import Foundations
import Recipe

/// What kind of configuration a file is; the kinds have different keys.
struct ConfigurationKind: Hashable, Sendable {
  /// What a file is for. The original has a script for each.
  enum Task: String, Hashable, Sendable, CaseIterable {
    case pretraining
    case squad
    case glue

    /// The task in words, as in "a key of …".
    var phrase: String {
      switch self {
      case .pretraining: "pre-training"
      case .squad: "SQuAD"
      case .glue: "GLUE"
      }
    }

    /// The stage name of the task's head.
    var head: StageLayer {
      switch self {
      case .pretraining: .heads
      case .squad: .questionAnsweringHead
      case .glue: .classificationHead
      }
    }

    /// The stage names that the task's model has layers for.
    var layers: [StageLayer] {
      switch self {
      case .pretraining:
        [.encoderLayer] + TrainingTask.pretraining(maximumPredictions: 1).singleLayers
      case .squad: [.encoderLayer] + TrainingTask.questionAnswering.singleLayers
      case .glue: [.encoderLayer] + TrainingTask.sequenceClassification(.mrpc).singleLayers
      }
    }
  }

  var form: ConfigurationForm
  var task: Task
  /// Whether `bert_model_name` says the model's sizes.
  var namesModel: Bool
}

extension ConfigurationKind {
  /// Finds out what kind of file `root` is.
  ///
  /// The form is the one that more of the keys which differ between the forms belong to; keys of the
  /// other are then mistakes. The task is the one that more of the keys and stage names which only
  /// one task has belong to, so that a stray one does not turn the file into another kind; a tie is
  /// an error (`ambiguous-task`).
  init(of root: JSON.Value) throws(TesseraError) {
    let form = Self.form(of: root)
    self.init(
      form: form, task: try Self.task(of: root, form: form),
      namesModel: root["bert_model_name"].map { !$0.isNull } ?? false)
  }

  static func form(of root: JSON.Value) -> ConfigurationForm {
    func count(_ form: ConfigurationForm) -> Int {
      ConfigurationForm.translations.count { translation in
        let path = form.path(of: translation.flat)
        // The nested form's own files have the sizes of sequences where the flat form has them too,
        // and the two paths of the data and of the name are keys of both.
        return path != form.other.path(of: translation.flat)
          && !["name", "dataset_dir"].contains(path) && !path.hasPrefix("bert_config.")
          && root.value(atPath: path) != nil
      } + ConfigurationLayout.groups.count { $0.form == form && root.value(atPath: $0.path) != nil }
    }
    return count(.nested) > count(.flat) ? .nested : .flat
  }

  private static func task(
    of root: JSON.Value, form: ConfigurationForm
  ) throws(TesseraError) -> Task {
    var evidence: [Task: [String]] = [:]
    var fineTuning: [String] = []
    for key in ConfigurationKey.all {
      let places = key.places(in: form)
      guard let path = places.first(where: { root.value(atPath: $0) != nil }) else { continue }
      let users = Task.allCases.filter { key.presence(form, $0) != .absent }
      // `dataset_dir` of the nested form is a key of all tasks.
      if form == .nested, path == "dataset_dir" { continue }
      if users.count == 1 { evidence[users[0], default: []].append(path) }
      if users == [.squad, .glue] { fineTuning.append(path) }
    }
    let stages = root.value(atPath: form.path(of: "pipeline_stages"))?.elements ?? []
    let layers = stages.flatMap { $0.elements ?? [] }.compactMap(\.string)
    for task in Task.allCases where layers.contains(task.head.rawValue) {
      evidence[task, default: []].append("the stage \(task.head.rawValue)")
    }
    let pretraining = evidence[.pretraining] ?? []
    let squad = evidence[.squad] ?? []
    let glue = evidence[.glue] ?? []
    let other = squad.count + glue.count + fineTuning.count
    if pretraining.count > other { return .pretraining }
    if other > pretraining.count { return glue.count > squad.count ? .glue : .squad }
    func list(_ names: [String]) -> String {
      names.isEmpty ? "none" : names.joined(separator: ", ")
    }
    throw TesseraError(
      .badData, code: .ambiguousTask,
      "the file does not say whether it is for pre-training, for SQuAD or for GLUE",
      at: root.location,
      notes: [
        "what only pre-training has: \(list(pretraining))",
        "what only SQuAD and GLUE have: \(list(fineTuning + squad + glue))",
      ],
      remedies: [
        "for pre-training add the stage \"heads\" and \(form.path(of: "loss_scaling"))",
        "for SQuAD add the stage \"qa_head\", num_epochs and output_dir",
        "for GLUE add the stage \"glue_head\", glue_task, num_epochs and output_dir",
      ])
  }
}
