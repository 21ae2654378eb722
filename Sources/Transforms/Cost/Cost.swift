import GraphIR

/// What one run of a function or an operation costs on an IPU. Bytes are those of the whole IPU, cycles
/// those of a tile, all tiles working side by side.
package struct Cost: Hashable, Sendable {
  /// Tile cycles of one run, with all that is called.
  package var cycles = 0.0
  /// Bytes of the arguments that are weights: parameters of the model, or parts of them.
  package var weightBytes = 0
  /// Bytes that a forward function keeps for its backward function.
  package var keptBytes = 0
  /// The most bytes held at once while it runs, beside arguments and results.
  package var temporaryBytes = 0

  package init(
    cycles: Double = 0, weightBytes: Int = 0, keptBytes: Int = 0, temporaryBytes: Int = 0
  ) {
    self.cycles = cycles
    self.weightBytes = weightBytes
    self.keptBytes = keptBytes
    self.temporaryBytes = temporaryBytes
  }
}

/// Tells passes what functions and operations of one module cost: the door between decisions, which are
/// passes' own, and the machine, of which a pass knows nothing.
///
/// `EstimatedCosts` answers from formulas. What plans tiles can answer from its plans in its stead, and no
/// pass changes.
package protocol CostModel: Sendable {
  /// The cost of one run of a function; nothing for one that the module does not have.
  mutating func cost(of function: String) -> Cost

  /// The cost of one run of an operation that stands in `function`, a function of the module.
  mutating func cost(of operation: OperationID, in function: Function) -> Cost
}
