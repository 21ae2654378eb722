/// Codes of plans: what a program takes of a system of IPUs.
extension Explanation {
  static let ipuOutOfMemory = Explanation(
    .compiler, [.error(.doesNotFit), .warning],
    "A tile of an IPU has no room for its part of the program",
    meaning: """
      Every tile has memory of its own, 624 KiB on a Mk2, and no other. The program was planned tile by tile, and one tile needs more than it has, \
      receives more in one exchange, or has more code than lies where code runs. The message names it, when that is, and what lives there then. With `--no-fit-check` it is a warning.
      """,
    remedy: """
      Take one of the ways out that the message lists, the fastest first: each was planned, and the configuration fits after it. \
      Usually it is a smaller `micro_batch_size` with a larger `grad_acc_steps_per_replica`, an encoder layer moved to another stage, or smaller memory proportions.
      """)

  static let noPlan = Explanation(
    .compiler, [.error(.badData), .note], "There is nothing to plan",
    meaning: """
      A plan is that of a weight update on tiles. The program has no weight update, or was not cut into the stages of the configuration because a pass was left out, \
      or the bundle was written without a plan.
      """,
    remedy: """
      Plan a configuration that trains, with all passes; compile a bundle again that has no plan. For `compile` it is a note: the bundle trains on devices that need no plan.
      """)

  static let tooFewIPUs = Explanation(
    .compiler, [.error(.doesNotFit), .error(.incompatible)],
    "The system has fewer IPUs than the replicas need",
    meaning: """
      A configuration needs `replicas` times the IPUs of a replica, which `device_mapping` numbers; `--target` names a system with fewer.
      """,
    remedy: """
      Name a larger system, or a chip such as `mk2`, which stands for as many as are needed; or use fewer replicas.
      """)

  static let unknownTarget = Explanation(
    .compiler, [.error(.usage)], "--target names a system that Tessera does not know",
    meaning: """
      Programs are planned for a system of IPUs: a chip, or a pod with a number of them. docs/machine.md has their numbers.
      """,
    remedy: """
      Use one of the names that the message lists.
      """)
}
