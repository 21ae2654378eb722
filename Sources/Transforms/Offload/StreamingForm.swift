import Foundations
import GraphIR
import Operations

/// Writes a function anew, with some of its arguments and results in streaming memory.
struct StreamingForm {
  private let function: Function
  private let signature: StreamingSignature
  private let callees: [String: StreamingSignature]
  private var rewriter: Rewriter
  /// What stands for each value of the function, in the memory of the tiles; of an argument that is a
  /// buffer nothing until it is loaded.
  private var copies: ValueMap
  /// The buffers that arguments are, by the argument.
  private var buffers: ValueMap
  /// The buffers to return, by the result.
  private var stored: [Int: ValueID] = [:]
  /// For each value that is returned as a buffer, the results that it is.
  private var bufferResults: [ValueID: [Int]] = [:]

  /// - Parameter callees: the signatures of the functions that take buffers.
  init(_ function: Function, _ signature: StreamingSignature, callees: [String: StreamingSignature])
  {
    self.function = function
    self.signature = signature
    self.callees = callees
    copies = ValueMap(for: function)
    buffers = copies
    rewriter = Rewriter(functionNamed: function.name)
    rewriter.place(function.placement)
  }

  /// The function in its new form.
  mutating func written() -> Function {
    for (number, argument) in function.arguments.enumerated() {
      let type = function.type(of: argument)
      let isBuffer = signature.arguments.contains(number)
      let copy = rewriter.addArgument(
        isBuffer ? type.placed(in: .streaming) : type, port: function.argumentPorts[number])
      if isBuffer { buffers[argument] = copy } else { copies[argument] = copy }
    }
    for (result, value) in function.results.enumerated() where signature.buffers[result] != nil {
      bufferResults[value, default: []].append(result)
    }
    for id in function[function.body].operations {
      let node = function[id]
      switch node.operation {
      case .control(.return):
        rewriter.return(returned(node.operands), ports: function.resultPorts)
      case .control(.call(let callee)):
        call(node, callees[callee] ?? StreamingSignature())
      default:
        for value in function.valuesRead(by: id) { load(value) }
        rewriter.copy(id, of: function, &copies)
        for value in node.results { store(value) }
      }
    }
    return rewriter.function
  }

  private mutating func call(_ node: OperationNode, _ callee: StreamingSignature) {
    let operands = node.operands.enumerated().map { number, value in
      callee.arguments.contains(number) ? buffer(of: value) : tileValue(of: value)
    }
    let types = node.results.enumerated().map { number, value in
      let type = function.type(of: value)
      return callee.buffers[number] == nil ? type : type.placed(in: .streaming)
    }
    let results = rewriter.insert(node.operation, operands, resultTypes: types)
    for (number, (value, copy)) in zip(node.results, results).enumerated() {
      if callee.buffers[number] == nil {
        copies[value] = copy
        store(value)
      } else {
        for result in bufferResults[value] ?? [] { stored[result] = copy }
      }
    }
  }

  private mutating func returned(_ values: [ValueID]) -> [ValueID] {
    values.enumerated().map { result, value in
      guard let argument = signature.buffers[result] else { return tileValue(of: value) }
      // A buffer that is returned as it came needs no copy.
      if value == function.arguments[argument] { return buffer(of: value) }
      return stored[result]
        ?? rewriter.store(tileValue(of: value), in: buffer(of: function.arguments[argument]))
    }
  }

  /// Brings an argument that is a buffer onto the chip where it is not there yet.
  private mutating func load(_ value: ValueID) {
    guard copies.find(value) == nil, let buffer = buffers.find(value) else { return }
    copies[value] = rewriter.load(buffer)
  }

  private mutating func tileValue(of value: ValueID) -> ValueID {
    load(value)
    guard let copy = copies.find(value) else {
      preconditionFailure("a value of a valid function is made before it is read")
    }
    return copy
  }

  private func buffer(of argument: ValueID) -> ValueID {
    guard let buffer = buffers.find(argument) else {
      preconditionFailure("a signature names only arguments that are buffers")
    }
    return buffer
  }

  /// Stores a value that was just made in the buffers that are returned with it.
  private mutating func store(_ value: ValueID) {
    for result in bufferResults[value] ?? [] {
      guard let argument = signature.buffers[result] else { continue }
      stored[result] = rewriter.store(
        tileValue(of: value), in: buffer(of: function.arguments[argument]))
    }
  }
}
