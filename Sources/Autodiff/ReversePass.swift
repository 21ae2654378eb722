import Foundations
import GraphIR
import Operations

/// One operation as its rule sees it: the values of the function under construction.
struct Application {
  var operands: [ValueID]
  var results: [ValueID]
  /// The gradient of each result, nil where the loss does not depend on it.
  var gradients: [ValueID?]
}

/// Builds a function's forward and backward computation in one new function, which takes the original's
/// arguments and the gradients of results. It walks the original in reverse; values of the original are
/// keys, values of the new function what they stand for.
struct ReversePass {
  private let original: Function
  private let dependent: Set<ValueID>
  private var rewriter: Rewriter
  /// The copy of each value of the original.
  private var copies: [ValueID: ValueID] = [:]
  /// The copy of each operation of the original's body.
  private var copiedOperations: [OperationID: OperationID] = [:]
  /// The gradient so far of each value of the original.
  private var gradients: [ValueID: ValueID] = [:]

  /// Copies the original, and begins with a gradient argument for each of the results asked for.
  init(_ original: Function, named name: String, dependent: Set<ValueID>, results: [Bool]) {
    self.original = original
    self.dependent = dependent
    rewriter = Rewriter(functionNamed: name)
    rewriter.place(original.placement)
    for argument in original.arguments {
      copies[argument] = rewriter.addArgument(original.type(of: argument))
    }
    let seeds = zip(original.results, results).filter(\.1).map(\.0)
    let seedGradients = seeds.map { rewriter.addArgument(original.type(of: $0)) }
    for id in original[original.body].operations where !original[id].operation.isTerminator {
      copiedOperations[id] = rewriter.copy(id, of: original, &copies)
    }
    for (seed, gradient) in zip(seeds, seedGradients) { addGradient(gradient, to: seed) }
  }

  func hasGradient(_ value: ValueID) -> Bool { gradients[value] != nil }

  /// Whether some result of the operation has a gradient, once all later operations are done.
  func hasGradient(_ id: OperationID) -> Bool { original[id].results.contains(where: hasGradient) }

  private mutating func addGradient(_ gradient: ValueID, to value: ValueID) {
    guard dependent.contains(value) else { return }
    precondition(
      rewriter.type(of: gradient) == original.type(of: value), "a gradient has its value's type")
    gradients[value] = gradients[value].map { rewriter.add($0, gradient) } ?? gradient
  }

  private func copy(of value: ValueID) -> ValueID {
    guard let copy = copies[value] else {
      preconditionFailure("\(value) of @\(original.name) was copied before the reverse pass")
    }
    return copy
  }

  /// Adds the gradients of an operation's operands by its rule.
  mutating func differentiate(_ id: OperationID) throws {
    let node = original[id]
    let application = Application(
      operands: node.operands.map(copy(of:)), results: node.results.map(copy(of:)),
      gradients: node.results.map { gradients[$0] })
    let operandGradients: [ValueID?]
    do throws(NotDifferentiable) {
      operandGradients = try node.operation.operandGradients(application, &rewriter)
    } catch {
      throw error.error(node.operation, in: original.name)
    }
    for (operand, gradient) in zip(node.operands, operandGradients) {
      if let gradient { addGradient(gradient, to: operand) }
    }
  }

  /// Makes the copied call one of the forward function, and adds the gradients of its active operands
  /// by a call of the backward function.
  mutating func differentiateCall(
    _ id: OperationID, _ derivative: Derivative, forward: Function, backward: Function
  ) {
    let node = original[id]
    let operands = node.operands.map(copy(of:))
    let forwardResults = replaceCall(id, with: forward, operands)
    let residuals = derivative.residuals.map { residual in
      switch residual {
      case .argument(let index): operands[index]
      case .result(let index): forwardResults[index]
      }
    }
    let found = rewriter.call(backward, residuals + node.results.compactMap { gradients[$0] })
    for (argument, gradient) in zip(derivative.activeArguments, found) {
      addGradient(gradient, to: node.operands[argument])
    }
  }

  /// Puts a call of the forward function in the place of the copied call.
  private mutating func replaceCall(
    _ id: OperationID, with forward: Function, _ operands: [ValueID]
  ) -> [ValueID] {
    guard let plain = copiedOperations[id] else {
      preconditionFailure("a call of @\(original.name) was copied before the reverse pass")
    }
    rewriter.insertionPoint = .before(plain)
    let results = rewriter.call(forward, operands)
    rewriter.insertionPoint = .end(rewriter.function.body)
    for (value, result) in zip(original[id].results, results) {
      rewriter.replaceAllUses(of: copy(of: value), with: result)
      copies[value] = result
    }
    rewriter.erase(plain)
    copiedOperations[id] = results.first.flatMap(rewriter.function.operation(defining:))
    return results
  }

  /// Ends the function with the original's results and the gradients of the active arguments.
  consuming func finish(active: [Bool]) -> JoinedFunction {
    var found: [ValueID] = []
    for (argument, isActive) in zip(original.arguments, active) where isActive {
      found.append(
        gradients[argument] ?? rewriter.splat(0, original.type(of: argument)))
    }
    rewriter.return(original.results.map(copy(of:)) + found)
    rewriter.removeUnreadOperations()
    return JoinedFunction(
      function: rewriter.function, forwardOperations: Set(copiedOperations.values),
      argumentCount: original.arguments.count, resultCount: original.results.count)
  }
}
