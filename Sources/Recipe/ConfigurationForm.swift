/// The two forms in which the original's configurations are published. They hold the same content
/// under other keys, and one file is in one form.
///
/// Within Tessera a value goes by its path in the flat form.
package enum ConfigurationForm: String, Hashable, Sendable, CaseIterable {
  /// Release v2.4: most keys at the top level.
  case flat
  /// Releases v2.5 to v3.4: keys in groups, most of them with defaults.
  case nested

  /// The other form.
  package var other: ConfigurationForm { self == .flat ? .nested : .flat }

  /// The releases of the original that read the form.
  package var releases: String {
    switch self {
    case .flat: "v2.4"
    case .nested: "v2.5 to v3.4"
    }
  }

  /// The path in this form of the value at the path `flat` of the flat form, which may end with list
  /// indices: `device_mapping[2]` is `ipu_config.pipeline_device_mapping[2]` in the nested form.
  package func path(of flat: String) -> String {
    guard self == .nested else { return flat }
    let key = flat.prefix { $0 != "[" }
    return (Self.nestedPaths[String(key)] ?? String(key)) + flat.dropFirst(key.count)
  }

  /// The last key of `path(of:)`, which is what messages call a value.
  package func name(of flat: String) -> String {
    let path = path(of: flat)
    return path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// What the forms keep at different paths, objects apart; all else has one path in both.
  package static let translations: [(flat: String, nested: String)] = [
    ("micro_batch_size", "global_batch.micro_batch_size"),
    ("replicas", "global_batch.replicas"),
    ("grad_acc_steps_per_replica", "global_batch.grad_acc_steps_per_replica"),
    ("bert_config.max_seq_length", "max_seq_length"),
    ("bert_config.max_predictions_per_seq", "max_predictions_per_seq"),
    ("optimizer_opts.params.weight_decay_rate", "optimizer_opts.weight_decay_rate"),
    ("optimizer_opts.params.compute_precisions", "optimizer_opts.compute_precisions"),
    ("loss_scaling", "optimizer_opts.loss_scaling"),
    ("learning_rate.lr_schedule", "optimizer_opts.learning_rate.schedule_name"),
    (
      "learning_rate.lr_schedule_params.max_learning_rate",
      "optimizer_opts.learning_rate.max_learning_rate"
    ),
    ("learning_rate.lr_schedule_params.warmup_frac", "optimizer_opts.learning_rate.warmup_frac"),
    ("pipeline_stages", "ipu_config.pipeline_stages"),
    ("device_mapping", "ipu_config.pipeline_device_mapping"),
    (
      "matmul_available_memory_proportion_per_pipeline_stage",
      "ipu_config.matmul_available_memory_proportion_per_pipeline_stage"
    ),
    ("replicated_tensor_sharding", "ipu_config.replicated_tensor_sharding"),
    ("cache_dir", "dataset_dir"),
    ("wandb_opts.log_to_wandb", "enable_wandb"),
    ("wandb_opts.init.project", "wandb_project_name"),
    ("wandb_opts.init.entity", "wandb_entity_name"),
    ("wandb_opts.init.tags", "wandb_tags"),
    ("wandb_opts.init.name", "name"),
  ]

  private static let nestedPaths = Dictionary(
    uniqueKeysWithValues: translations.map { ($0.flat, $0.nested) })
}
