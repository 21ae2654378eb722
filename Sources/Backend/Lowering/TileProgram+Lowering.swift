import Bundle
import Foundations
import IPUTarget
import TileProgram

extension TileProgram {
  /// Lowers a program to the tiles of a system.
  ///
  /// - Parameters:
  ///   - program: a valid program.
  ///   - entry: the number of the function that the host runs.
  ///   - costs: what steps cost on the system that the program is for; it knows the exchanges after that.
  ///   - proportions: for each IPU of a replica the part of a tile's memory that the blocks of a product may
  ///     take; IPUs beyond them have `LoweringContext.defaultProportion`.
  package init(
    lowering program: Program, entry: Int, costs: inout CostModel, proportions: [Double]
  ) {
    let structure = ProgramStructure(program, entry: entry)
    var context = LoweringContext(structure, ipu: costs.system.ipu, proportions: proportions)
    let uses = ValueUses(program, functions: structure.calleesFirst)
    for number in structure.calleesFirst {
      let assignment =
        structure.spansIPUs[number]
        ? IPUAssignment(structure, function: number, assignments: context.assignments) : nil
      context.assignments[number] = assignment
      var lowering = FunctionLowering(
        context, function: number, uses: uses, assignment: assignment)
      lowering.lower()
      context = lowering.context
      var ordering = ExchangeOrdering(lowering.function, costs: costs)
      ordering.order()
      costs = ordering.costs
      context.functions[number] = ordering.function
    }
    self.init(
      system: costs.system.name, ipus: structure.ipus, functions: context.functions, entry: entry)
    placeFrames(structure.calleesFirst)
    stateFigures(&costs)
  }
}
