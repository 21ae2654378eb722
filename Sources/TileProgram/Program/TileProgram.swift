/// What every tile holds, computes, sends and receives when a program runs.
package struct TileProgram: Hashable, Sendable {
  /// The name of the system that it is for, as `IPUSystem(named:)` knows it.
  package var system: String
  /// IPUs of a replica.
  package var ipus: Int
  /// By the numbers of the program's functions; nil for one that nothing here runs.
  package var functions: [TileFunction?]
  /// The function that the host runs.
  package var entry: Int
  /// Where the frame of each function begins, for each IPU; nil where it never runs there.
  package var frameBases: [[Int?]]

  /// What each function does; nil where the plan does not state it.
  package var figures: [TileFigures?]

  package init(system: String, ipus: Int, functions: [TileFunction?], entry: Int) {
    self.system = system
    self.ipus = ipus
    self.functions = functions
    self.entry = entry
    figures = functions.map { _ in nil }
    frameBases = functions.map { _ in Array(repeating: nil, count: ipus) }
  }
}
