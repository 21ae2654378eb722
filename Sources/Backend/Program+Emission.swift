import Bundle
import Foundations
import GraphIR
import Operations

extension Program {
  /// The program that `module` spells: tables of what its functions hold, in the order of the text.
  ///
  /// - Precondition: the module is valid.
  package init(emitting module: Module, parameters: [Parameter]) {
    var emission = Emission()
    for function in module.functions { emission.emit(function) }
    for parameter in parameters { emission.emit(parameter) }
    self = emission.program
  }

  /// A parameter of the model, as the program is to list it.
  package struct Parameter: Sendable {
    /// Hugging Face's name, by which ports refer to the parameter.
    package var name: String
    /// The shape and element type of the weights.
    package var type: TensorType
    /// What the first values are.
    package var initializer: ParameterEntry.Initializer
    /// The number of the random stream that first values are drawn from, its own for each
    /// parameter.
    package var randomStream: UInt32

    package init(
      name: String, type: TensorType, initializer: ParameterEntry.Initializer,
      randomStream: UInt32
    ) {
      self.name = name
      self.type = type
      self.initializer = initializer
      self.randomStream = randomStream
    }
  }
}

/// Numbers types, values, operations and blocks in the order in which they are met.
private struct Emission {
  var program = Program()
  private var typeIndices: [TensorType: Int] = [:]
  /// The number in the program of each value of a function, by `ValueID.number`.
  private var valueIndices: [Int?] = []

  private mutating func index(of type: TensorType) -> Int {
    if let index = typeIndices[type] { return index }
    typeIndices[type] = program.types.count
    program.types.append(type)
    return program.types.count - 1
  }

  mutating func emit(_ parameter: Program.Parameter) {
    program.parameters.append(
      ParameterEntry(
        name: parameter.name, type: index(of: parameter.type),
        initializer: parameter.initializer, randomStream: parameter.randomStream))
  }

  mutating func emit(_ function: Function) {
    valueIndices = Array(repeating: nil, count: function.values.count)
    let body = emit(function.body, of: function)
    program.functions.append(
      ProgramFunction(
        name: function.name, body: body, arguments: function.argumentPorts,
        results: function.resultPorts, placement: function.placement))
  }

  private mutating func emit(_ block: BlockID, of function: Function) -> Int {
    let blockIndex = program.blocks.count
    program.blocks.append(ProgramBlock())
    program.blocks[blockIndex].arguments = function[block].arguments.map {
      define($0, in: function)
    }
    for id in function[block].operations {
      let node = function[id]
      let operands = node.operands.map { operand in
        guard let index = valueIndices[Int(operand.number)] else {
          preconditionFailure("the verifier lets no operand pass that is not defined")
        }
        return index
      }
      let body = node.body.map { emit($0, of: function) }
      let results = node.results.map { define($0, in: function) }
      program.blocks[blockIndex].operations.append(program.operations.count)
      program.operations.append(
        ProgramOperation(node.operation, operands: operands, results: results, body: body))
    }
    return blockIndex
  }

  private mutating func define(_ value: ValueID, in function: Function) -> Int {
    valueIndices[Int(value.number)] = program.values.count
    program.values.append(index(of: function.type(of: value)))
    return program.values.count - 1
  }
}
