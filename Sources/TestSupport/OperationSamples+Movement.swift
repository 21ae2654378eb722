import Foundations
import Interpreter
import Operations

extension OperationSamples {
  mutating func addMovements() throws {
    addRearrangements()
    addBoxes()
    addBuffers()
    add("one operand", .movement(.concatenate(axis: 0)), tensor([5, 3]))
    add(
      "first axis", .movement(.concatenate(axis: 0)), tensor([2, 7]), tensor([1, 7]),
      tensor([5, 7]))
    add("middle axis", .movement(.concatenate(axis: 1)), tensor([3, 2, 5]), tensor([3, 4, 5]))
    add("last axis", .movement(.concatenate(axis: 1)), tensor([6, 3]), tensor([6, 8]))
    let literal = tensor([3, 5])
    add("matrix", .source(.constant(try TensorLiteral(literal.type, literal.values))))
    add("splat", .source(.constant(TensorLiteral(splat: 1, TensorType([17], element)))))
    add("scalar", .source(.constant(TensorLiteral(splat: 1, TensorType([], element)))))
  }

  private mutating func addRearrangements() {
    let reshapes: [(from: [Int], to: [Int])] = [
      ([6, 35], [2, 3, 7, 5]), ([4, 3, 5], [60]), ([1, 1], []), ([], [1]),
    ]
    for (from, to) in reshapes {
      add("\(from) to \(to)", .movement(.reshape(to)), tensor(from))
    }
    let transposes: [(shape: [Int], permutation: [Int])] = [
      ([7, 33], [1, 0]), ([2, 5, 3, 4], [0, 2, 1, 3]), ([2, 5, 3, 4], [0, 2, 3, 1]),
      ([3, 4, 5], [2, 1, 0]), ([3, 4, 5], [0, 1, 2]), ([9], [0]), ([], []),
    ]
    for (shape, permutation) in transposes {
      add("\(shape) by \(permutation)", .movement(.transpose(permutation)), tensor(shape))
    }
    let broadcasts: [(from: [Int], to: [Int])] = [
      ([], [3, 5]), ([7], [4, 7]), ([4, 1], [4, 7]), ([2, 1, 1, 5], [2, 3, 5, 5]),
      ([3, 1, 4, 1], [3, 2, 4, 6]), ([5, 3], [5, 3]), ([1], [1, 1]),
    ]
    for (from, to) in broadcasts {
      add("\(from) to \(to)", .movement(.broadcast(to)), tensor(from))
    }
  }

  /// Loads from streaming memory, and stores of other numbers than those that are there.
  private mutating func addBuffers() {
    for shape in [[5, 7], [33], []] {
      let content = tensor(shape)
      let buffer = Tensor(content.type.placed(in: .streaming), content.values)
      add("\(shape)", .remote(.load), buffer)
      add("\(shape)", .remote(.store), buffer, tensor(shape))
    }
  }

  /// Boxes at the start, inside and at the end of a tensor, for slice and for its adjoint.
  private mutating func addBoxes() {
    let boxes: [(outer: [Int], starts: [Int], shape: [Int])] = [
      ([17], [0], [5]), ([6, 9], [2, 0], [3, 9]), ([6, 9], [0, 4], [6, 5]),
      ([3, 5, 7], [1, 2, 3], [2, 1, 3]), ([4, 4], [0, 0], [4, 4]),
      ([2, 8, 3], [0, 0, 0], [2, 1, 3]),
      ([], [], []),
    ]
    for (outer, starts, shape) in boxes {
      let note = "\(shape) at \(starts) of \(outer)"
      add(note, .movement(.slice(starts: starts, shape: shape)), tensor(outer))
      add(note, .movement(.pad(starts: starts, shape: outer)), tensor(shape))
      if element.isFloat {
        add(note, .accumulation(.slice(starts: starts)), tensor(outer), tensor(shape))
      }
    }
  }
}
