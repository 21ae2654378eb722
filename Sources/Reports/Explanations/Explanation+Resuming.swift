/// Codes of trainings that are saved and go on.
extension Explanation {
  static let checkpointNotSaved = Explanation(
    .running, [.warning], "A checkpoint on the way could not be written",
    meaning: """
      The disk is full, or the run's folder cannot be written any more. Ending the training would lose more than going on, so it goes on and tries again at the \
      next checkpoint. Earlier checkpoints are as they were: a checkpoint appears under its name only when it is complete.
      """,
    remedy: "Make room, or mend the folder's rights, before the next checkpoint.")

  static let compiledIn = Explanation(
    .running, [.error(.incompatible)],
    "A value is compiled into the bundle and cannot be set for a run",
    meaning: """
      A bundle holds one program. Its model, batch sizes, replicas, optimizer, stages and number formats are in that program. A run can change its samples, \
      learning rate, loss scale, seed, paths and logging.
      """,
    remedy: "Compile the configuration again with the value, as the message says.",
    example: Example(
      before: "tessera train model.ipub --set micro_batch_size=8",
      after: "tesserac compile CONFIG --set micro_batch_size=8 -o model.ipub"))

  static let diskTooSmall = Explanation(
    .running, [.error(.inputOutput)], "The disk has no room for a run's checkpoints",
    meaning: """
      `tessera check` wrote a checkpoint and compared its size with the room that is left. While one is written, all that are kept are there.
      """,
    remedy: "Make room, choose a `--run-dir` on another disk, or lower `--keep`.")

  static let nothingToResume = Explanation(
    .running, [.error(.inputMissing)], "There is no training to go on from",
    meaning: "What `--resume` names is neither the directory of a run nor a checkpoint of one.",
    remedy: """
      Name a run's directory or one of its `checkpoints/step-N.safetensors`. With `--resume auto` a training that has no checkpoint begins anew.
      """,
    example: Example(
      before: "tessera train model.ipub --resume run",
      after: "tessera train model.ipub --resume runs/bert-20261124-150151"))

  static let recordSkipped = Explanation(
    .running, [.warning], "A damaged record was skipped",
    meaning: """
      With `--skip-corrupt` a record that is damaged, or is no sample, does not end the run. The next sound record in the order of the files takes its place, so that the \
      order of all others stays. The first ones are told one by one, and the end of the run says how many there were.
      """,
    remedy: "Make the file again. `tessera data verify` finds all damaged records.")

  static let runInProgress = Explanation(
    .running, [.error(.wouldOverwrite)], "Another process trains in this run's directory",
    meaning: """
      Two trainings in one directory would mix their metrics and remove each other's checkpoints, so the first one keeps it locked until it ends, however it ends.
      """,
    remedy: "Wait for the other process or end it, or choose another `--run-dir`.")

  static let scheduleChanged = Explanation(
    .running, [.warning], "A resumed training has a schedule of another length",
    meaning: """
      The learning rate depends on how many weight updates the whole training has, and that number follows from the samples to train on. With another number the \
      rate jumps here, and the result is that of no uninterrupted training.
      """,
    remedy: """
      Give the same number of samples as before. To end earlier use `--max-steps`, which leaves the schedule alone.
      """)

  static let trainingStateDamaged = Explanation(
    .running, [.error(.badData), .warning], "A checkpoint is not a whole training state",
    meaning: """
      Its content does not have the digest that was written with it, or it lacks tensors of the bundle's program. `--resume auto` warns, gives it the ending `.damaged` and \
      takes the checkpoint before.
      """,
    remedy: "Resume from an earlier checkpoint of the run. A disk that damages files needs a look.")

  static let trainingStateMismatch = Explanation(
    .running, [.error(.incompatible)], "A checkpoint is the state of another training",
    meaning: """
      A training goes on bit for bit only with the program, the seed and the data that it was begun with. The message lists what differs.
      """,
    remedy: """
      Resume with the same bundle, seed and data; or begin a new training with the checkpoint's weights: `--pretrained-ckpt-path`.
      """,
    example: Example(
      before: "tessera train phase2.ipub --resume runs/phase1/checkpoints/step-7038.safetensors",
      after:
        "tessera train phase2.ipub --pretrained-ckpt-path runs/phase1/checkpoints/step-7038.safetensors"
    ))
}
