import Foundations
import Interpreter
import Operations

/// Operations with operands to try them on: the one list over which the tests of the interpreter,
/// the kernels and the derivatives run.
package struct OperationSamples {
  /// An operation with valid operands.
  package struct Sample: Sendable, CustomStringConvertible {
    /// Says the operation and what is special here, such as `matmul transposed left, batch axes`.
    package let name: String
    /// What is computed.
    package let operation: Operation
    /// Operands that fit the operation's type rule.
    package let operands: [Tensor]

    package var description: String { name }
  }

  let element: ElementType
  var generator: SampleGenerator
  var samples: [Sample] = []

  /// Samples of every operation kind that computes on `element`, the same for the same seed.
  ///
  /// For a floating-point type that is every kind. Operands lie where the operations are smooth:
  /// logarithms and divisors away from 0, maxima without near ties, statistics and results that a
  /// gradient takes computed by the interpreter.
  /// - Throws: what the evaluation of those operands throws.
  package static func all(element: ElementType, seed: UInt64) throws -> [Sample] {
    var list = OperationSamples(element: element, generator: SampleGenerator(seed: seed))
    list.addConversions()
    try list.addMovements()
    list.addSelections()
    list.addStashes()
    if element != .i1 {
      list.addArithmetic()
      list.addComparisons()
    }
    if element.isFloat {
      list.addFunctions()
      list.addReductions()
      list.addMatrixProducts()
      list.addIndexing()
      try list.addNormalizations()
      try list.addSoftmax()
      list.addDropout()
    }
    return list.samples
  }

  mutating func add(_ note: String, _ operation: Operation, _ operands: Tensor...) {
    let name = operation.mnemonic.split(separator: ".").last.map(String.init) ?? ""
    samples.append(
      Sample(
        name: "\(name) \(element.rawValue), \(note)", operation: operation, operands: operands))
  }

  /// Numbers in [−2, 2), integers that need all 32 bits, or truth values.
  mutating func tensor(_ shape: [Int]) -> Tensor {
    tensor(shape, element)
  }

  mutating func tensor(_ shape: [Int], _ element: ElementType) -> Tensor {
    switch element {
    case .f16, .f32, .f64: generator.tensor(shape, element)
    case .i32: generator.tensor(shape, element, from: -0x1p31, to: 0x1p31)
    case .i1: truthValues(shape)
    }
  }

  mutating func truthValues(_ shape: [Int]) -> Tensor {
    let type = TensorType(shape, .i1)
    return Tensor(type, (0..<type.count).map { _ in Double(generator.index(below: 2)) })
  }
}
