import Bundle
import Foundations
import Operations
import TileProgram

extension FunctionLowering {
  /// Dropout where the operand lies: the mask is drawn by the element's number, not by the tile.
  mutating func lower(_ operation: ProgramOperation, _ family: Random) {
    let value = operation.operands[0]
    let layout = wholeTensor(of: value)?.layout ?? self.layout(for: value)
    let ipu = ipu
    var operands = [operand(value, in: layout, ipu: ipu)]
    for scalar in operation.operands.dropFirst() {
      operands.append(
        operand(scalar, in: .replicated(type(scalar).shape, tiles: layout.tiles), ipu: ipu))
    }
    let output = output(operation.results[0], natural: layout, replacing: [operands[0]])
    emit(.compute(.operation(.random(family)), operands: operands, results: [output]))
    define(operation.results[0], output)
  }

  /// Entries of a stash lie as what they hold: a tile copies within its own memory.
  mutating func lower(_ operation: ProgramOperation, _ family: Stash) {
    let ipu = ipu
    // Of a first write the operand is memory that nothing was written to, and has no layout of its own.
    let stash = self.layout(for: family == .write ? operation.results[0] : operation.operands[0])
    let entry = stash.dropping(axes: [0])
    let number = operation.operands[operation.operands.count - 1]
    let scalar = Layout.replicated(type(number).shape, tiles: stash.tiles)
    switch family {
    case .read:
      let operands = [
        operand(operation.operands[0], in: stash, ipu: ipu), operand(number, in: scalar, ipu: ipu),
      ]
      let output = output(operation.results[0], natural: entry)
      emit(.compute(.operation(.stash(family)), operands: operands, results: [output]))
      define(operation.results[0], output)
    case .write:
      let output = grow(operation, result: 0, in: stash)
      let operands = [
        output, operand(operation.operands[1], in: entry, ipu: ipu),
        operand(number, in: scalar, ipu: ipu),
      ]
      emit(.compute(.operation(.stash(family)), operands: operands, results: [output]))
      define(operation.results[0], output)
    }
  }

  mutating func lower(_ operation: ProgramOperation, _ family: Source) {
    let result = operation.results[0]
    switch family {
    case .constant(let literal): bindings[result] = .constant(literal)
    case .undefined: bindings[result] = .undefined
    case .infeed(let stream, _):
      let output = output(result, natural: self.layout(for: result))
      emit(.infeed(stream: stream, to: output))
      define(result, output)
    case .replicaIndex:
      let output = output(result, natural: self.layout(for: result))
      emit(.replicaIndex(output))
      define(result, output)
    }
  }

  mutating func lower(_ operation: ProgramOperation, _ family: Remote) {
    guard case .buffer(let buffer)? = bindings[operation.operands[0]] else {
      preconditionFailure("a valid program loads from buffers")
    }
    switch family {
    case .load:
      let result = operation.results[0]
      let output = output(result, natural: self.layout(for: result))
      emit(.load(buffer: buffer, to: output))
      define(result, output)
    case .store:
      let value = operation.operands[1]
      let layout = wholeTensor(of: value)?.layout ?? self.layout(for: value)
      emit(.store(operand(value, in: layout, ipu: ipu), buffer: buffer))
      bindings[operation.results[0]] = .buffer(buffer)
    }
  }

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
    return addTensor(
      natural, type(value).element, category: context.classes.category(of: value), ipu: ipu)
  }
}
