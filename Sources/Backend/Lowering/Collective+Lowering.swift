import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Over all replicas; each tensor stays on its own IPU.
  mutating func lower(_ operation: ProgramOperation, _ family: Collective) {
    let ipu = ipu
    var operands: [Int] = []
    var outputs: [Int] = []
    for (value, result) in zip(operation.operands, operation.results) {
      let layout = wholeTensor(of: value)?.layout ?? self.layout(for: value)
      let source = operand(value, in: layout, ipu: assignment?.ipu(of: value) ?? ipu)
      operands.append(source)
      let natural = family == .allReduceSum ? layout : self.layout(for: result)
      let candidates = family == .allReduceSum ? [source].filter { !outputs.contains($0) } : []
      outputs.append(
        collectiveOutput(
          result, natural: natural, ipu: function.tensors[source].ipu, candidates))
    }
    emit(.collective(family, operands: operands, results: outputs))
    for (value, tensor) in zip(operation.results, outputs) { define(value, tensor) }
  }

  /// Each tensor of a collective stays on its own IPU.
  private mutating func collectiveOutput(
    _ value: Program.ValueIndex, natural: Layout, ipu: Int, _ candidates: [Int]
  ) -> Int {
    if let tensor = candidates.first(where: {
      canReplace($0, natural, type(value).element, ipu, value)
    }) {
      return tensor
    }
    return home(for: value, natural, ipu: ipu)
  }
}
