/// Codes of programs on tiles.
extension Explanation {
  static let noTileProgram = Explanation(
    .running, [.error(.deviceUnavailable)], "The bundle holds no program for tiles",
    meaning: """
      The device `ipu-tile` runs what every tile copies and computes. That is planned when a bundle is compiled, and this bundle was \
      compiled without it.
      """,
    remedy: "Run on `ipu-model`, which needs no such plan.",
    example: Example(
      before: "tessera train model.ipub --device ipu-tile",
      after: "tessera train model.ipub --device ipu-model"))

  static let planMismatch = Explanation(
    .running, [.error(.incompatible)], "Tiles do not do what the plan states",
    meaning: """
      A bundle states for each function the cycles of its compute sets and the bytes of its exchanges. After the first weight update the \
      device `ipu-tile` compares them with what tiles did. The message names a function and both numbers: the plan was altered after it \
      was made, or this version counts otherwise than the one that made it.
      """,
    remedy: "Compile the configuration again.")

  static let tileOutOfBounds = Explanation(
    .running, [.error(.internalError)], "A step would leave the memory of a tile",
    meaning: """
      A tensor of the tile program is not within its function's frame and the memory of a tile, or a copy reaches beyond what a tile has \
      of a tensor. The message names the step and the operation that it is part of.
      """,
    remedy: reporting)

  static let tileOverlap = Explanation(
    .running, [.error(.internalError)], "A result would be written over what is still needed",
    meaning: """
      A compute set writes a result where one of its operands or another result is. Only some operations may, element by element; \
      this one would read what it has already overwritten.
      """,
    remedy: reporting)

  static let tileReadBeforeWrite = Explanation(
    .running, [.error(.internalError)], "A tile reads memory that nothing has written",
    meaning: """
      When a function begins, what was in its memory is gone. A step of it reads bytes that no step has written since; on an IPU it would \
      compute with whatever was there before.
      """,
    remedy: reporting)

  static let tileShapeMismatch = Explanation(
    .running, [.error(.internalError)], "What a tile has does not fit what it computes",
    meaning: """
      A tile computes on its parts of the operands and makes its part of the results. Here a part is missing, has another size, or is of \
      other elements than the operation takes.
      """,
    remedy: reporting)

  static let tileUnsupportedVertex = Explanation(
    .running, [.error(.internalError)], "Tiles do not compute this operation",
    meaning: """
      The tile program hands tiles an operation that is carried out otherwise: slices and pads are exchanges, collectives are for all \
      replicas at a time.
      """,
    remedy: reporting)
}
