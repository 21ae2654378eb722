import GraphIR
import Operations
import TrainingStep
import Transforms

/// The layers of a differentiated model in one piece, with what goes from one to another.
struct LayerChain {
  /// A layer's calls in the function that runs a micro-batch forward and backward.
  struct Link {
    /// The name by which stages list the layer.
    var name: String
    /// The function that was differentiated, and those that differentiation made of it.
    var primal: String
    var forward: String
    var backward: String?
    /// The numbers of the parameters that it reads, rising.
    var parameters: [Int]
    /// The numbers of the values that it reads of others, each once.
    var reads: [Int] = []
    /// Bytes of what it gives to others.
    var resultBytes = 0
    /// Bytes of the gradients that its backward run gives to others, and of its largest weight's: each of
    /// these is added to its accumulator at once.
    var gradientBytes = 0
  }

  private(set) var links: [Link] = []
  /// The bytes of each value that a layer reads of others.
  private(set) var valueBytes: [Int] = []
  /// For each layer the bytes that go to it, and past it, from layers before.
  private(set) var crossingBytes: [Int] = []

  private let function: Function
  private let parameters: [ValueID: Int]
  /// The layer that each call is, and the number of each value.
  private var layerOf: [OperationID: Int] = [:]
  private var numberOf: [ValueID: Int] = [:]
  private var values: [ValueID] = []
  /// The layers that read each value.
  private var readers: [[Int]] = []

  init(_ module: Module, parameterCount: Int) {
    guard let function = module[TrainingStep.microBatchFunction] else {
      preconditionFailure("a differentiated model has the function of a micro-batch")
    }
    self.function = function
    parameters = Dictionary(
      uniqueKeysWithValues: function.arguments.prefix(parameterCount).enumerated().map { ($1, $0) })
    let table = LayerTable()
    var backward: [(id: OperationID, name: String, primal: String)] = []
    for id in function[function.body].operations {
      guard case .control(.call(let callee)) = function[id].operation else { continue }
      if let primal = DerivativePair.backwardName(callee)?.primal {
        backward.append((id, callee, primal))
      } else if let name = table.layer(ofFunction: callee) {
        addForward(id, callee, name, module)
      }
    }
    var left = links.indices.map { $0 }
    for call in backward {
      // The last layer's gradient comes first.
      guard let place = left.lastIndex(where: { links[$0].primal == call.primal }) else { continue }
      addBackward(call.id, call.name, to: left.remove(at: place))
    }
    findCrossings()
  }

  private mutating func addForward(
    _ id: OperationID, _ callee: String, _ name: String, _ module: Module
  ) {
    let primal = DerivativePair.primalName(ofForward: callee) ?? callee
    var link = Link(name: name, primal: primal, forward: callee, parameters: [])
    let number = links.count
    for operand in function[id].operands.map(root) {
      if let parameter = parameters[operand] {
        link.parameters.append(parameter)
      } else if isComputed(operand) {
        let value = self.number(of: operand)
        guard readers[value].last != number else { continue }
        readers[value].append(number)
        link.reads.append(value)
      }
    }
    link.parameters.sort()
    let count = module[primal]?.results.count ?? 0
    link.resultBytes = function[id].results.prefix(count).reduce(0) {
      $0 + function.type(of: $1).byteCount
    }
    layerOf[id] = number
    links.append(link)
  }

  private mutating func addBackward(_ id: OperationID, _ callee: String, to number: Int) {
    links[number].backward = callee
    var largest = 0
    for result in function[id].results {
      let bytes = function.type(of: result).byteCount
      let isRead = function[result].uses.contains { use in
        if case .control(.call) = function[use.operation].operation { true } else { false }
      }
      if isRead { links[number].gradientBytes += bytes } else { largest = max(largest, bytes) }
    }
    links[number].gradientBytes += largest
  }

  /// The value of which this is another shape.
  private func root(_ value: ValueID) -> ValueID {
    guard let id = function.operation(defining: value),
      case .movement(.reshape) = function[id].operation
    else { return value }
    return root(function[id].operands[0])
  }

  private func isComputed(_ value: ValueID) -> Bool {
    guard let id = function.operation(defining: value) else { return false }
    if case .source(.constant) = function[id].operation { return false }
    return true
  }

  private mutating func number(of value: ValueID) -> Int {
    if let number = numberOf[value] { return number }
    numberOf[value] = valueBytes.count
    values.append(value)
    valueBytes.append(function.type(of: value).byteCount)
    readers.append([])
    return valueBytes.count - 1
  }

  /// A value goes from where it is computed to its last reader. What depends on no layer is computed where
  /// it is first read.
  private mutating func findCrossings() {
    var makers: [ValueID: Int] = [:]
    for id in function[function.body].operations {
      let maker =
        layerOf[id] ?? function.valuesRead(by: id).compactMap { makers[$0] }.max()
      guard let maker else { continue }
      for result in function[id].results { makers[result] = maker }
    }
    var change = Array(repeating: 0, count: links.count + 1)
    for (number, value) in values.enumerated() {
      guard let first = readers[number].first, let last = readers[number].last else { continue }
      let maker = makers[value] ?? first
      guard maker < last else { continue }
      change[maker + 1] += valueBytes[number]
      change[last + 1] -= valueBytes[number]
    }
    var bytes = 0
    crossingBytes = links.indices.map { number in
      bytes += change[number]
      return bytes
    }
  }
}
