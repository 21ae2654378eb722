/// The pipeline stage that a function belongs to, and the IPU of a replica that the stage runs on.
package struct Placement: Hashable, Sendable {
  /// The stage's number, from 0.
  package var stage: Int
  /// The IPU's number in its replica, from 0.
  package var ipu: Int

  package init(stage: Int, ipu: Int) {
    self.stage = stage
    self.ipu = ipu
  }
}
