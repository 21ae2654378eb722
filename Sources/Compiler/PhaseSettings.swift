import Foundations
import Transforms

/// What a user changes about the phases of a compilation. The recipe knows nothing of it.
package struct PhaseSettings: Hashable, Sendable {
  /// The names of passes that are left out.
  package var disabledPasses: Set<String> = []
  /// The bytes that a pipeline stage may keep from its forward to its backward run, in all copies; nil for
  /// checkpoints after each encoder layer.
  package var recomputationBound: Int?
  /// Further entries of `partition`'s table of layers, `PREFIX:NAME` each.
  package var layers: [String] = []

  /// The phases as they are.
  package init() {}

  /// The word for every pass.
  package static let everyPass = "all"

  /// Takes the names of passes to leave out. Every pass can be left out: the program then computes the same,
  /// in more bytes or time, or without stages. The frontend and the training step cannot: without them there
  /// is no program.
  /// - Throws: `unknown-pass` for a name that is no pass's.
  package mutating func disable(_ names: [String]) throws(TesseraError) {
    let known = PassRegistry.all.map(\.name)
    for name in names {
      guard known.contains(name) || name == Self.everyPass else {
        let isNeeded = PassPipeline.names.contains(name)
        let nearest = name.nearest(among: known + [Self.everyPass])
        throw TesseraError(
          .usage, code: .unknownPass,
          isNeeded
            ? "the phase '\(name)' cannot be left out: without it there is no program"
            : "there is no pass '\(name)' to leave out",
          notes: ["passes are \(known.joined(separator: ", ")); \(Self.everyPass) is every one"],
          remedies: nearest.map { ["use \($0)"] } ?? [])
      }
      if name == Self.everyPass {
        disabledPasses.formUnion(known)
      } else {
        disabledPasses.insert(name)
      }
    }
  }
}
