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
  private let dependent: ValueSet
  private var rewriter: Rewriter
  /// The copy of each value of the original.
  private var copies: ValueMap
  /// The copy of each operation of the original's body, by `OperationID.number`.
  private var copiedOperations: [OperationID?]
  /// How many operations the copy has.
  private var forwardCount = 0
  /// The gradient so far of each value of the original.
  private var gradients: ValueMap

  /// Copies the original, and begins with a gradient argument for each of the results asked for.
  init(_ original: Function, named name: String, dependent: ValueSet, results: [Bool]) {
    self.original = original
    self.dependent = dependent
    rewriter = Rewriter(functionNamed: name)
    rewriter.place(original.placement)
    copies = ValueMap(for: original)
    copiedOperations = Array(repeating: nil, count: original.operations.count)
    gradients = ValueMap(for: original)
    for argument in original.arguments {
      copies[argument] = rewriter.addArgument(original.type(of: argument))
    }
    let seeds = zip(original.results, results).filter(\.1).map(\.0)
    let seedGradients = seeds.map { rewriter.addArgument(original.type(of: $0)) }
    for id in original[original.body].operations where !original[id].operation.isTerminator {
      copiedOperations[Int(id.number)] = rewriter.copy(id, of: original, &copies)
    }
    forwardCount = rewriter.function.operations.count
    for (seed, gradient) in zip(seeds, seedGradients) { addGradient(gradient, to: seed) }
  }

  func hasGradient(_ value: ValueID) -> Bool { gradients.find(value) != nil }

  /// Whether some result of the operation has a gradient, once all later operations are done.
  func hasGradient(_ id: OperationID) -> Bool { original[id].results.contains(where: hasGradient) }

  private mutating func addGradient(_ gradient: ValueID, to value: ValueID) {
    guard dependent.contains(value) else { return }
    precondition(
      rewriter.type(of: gradient) == original.type(of: value), "a gradient has its value's type")
    gradients[value] = gradients.find(value).map { rewriter.add($0, gradient) } ?? gradient
  }

  /// Adds the gradients of an operation's operands by its rule.
  mutating func differentiate(_ id: OperationID) throws {
    let node = original[id]
    let application = Application(
      operands: copies[node.operands], results: copies[node.results],
      gradients: node.results.map(gradients.find))
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
    let operands = copies[node.operands]
    let forwardResults = makeForwardCall(id, forward)
    let residuals = derivative.residuals.map { residual in
      switch residual {
      case .argument(let index): operands[index]
      case .result(let index): forwardResults[index]
      }
    }
    let found = rewriter.call(backward, residuals + node.results.compactMap(gradients.find))
    for (argument, gradient) in zip(derivative.activeArguments, found) {
      addGradient(gradient, to: node.operands[argument])
    }
  }

  /// Makes the copied call one of the forward function, which gives the same results and then more.
  private mutating func makeForwardCall(_ id: OperationID, _ forward: Function) -> [ValueID] {
    guard let copy = copiedOperations[Int(id.number)] else {
      preconditionFailure("a call of @\(original.name) was copied before the reverse pass")
    }
    let further = forward.resultTypes.dropFirst(original[id].results.count)
    return rewriter.setOperation(
      copy, to: .control(.call(forward.name)), addingResults: Array(further))
  }

  /// Ends the function with the original's results and the gradients of the active arguments.
  consuming func finish(active: [Bool]) -> JoinedFunction {
    var found: [ValueID] = []
    for (argument, isActive) in zip(original.arguments, active) where isActive {
      found.append(
        gradients.find(argument) ?? rewriter.splat(0, original.type(of: argument)))
    }
    rewriter.return(copies[original.results] + found)
    rewriter.eraseUnread()
    return JoinedFunction(
      function: rewriter.function, forwardCount: forwardCount,
      argumentCount: original.arguments.count, resultCount: original.results.count)
  }
}

extension Rewriter {
  /// Erases the operations of the body whose results nothing reads and that do nothing else.
  mutating func eraseUnread() {
    eraseUnread(among: function[function.body].operations) { $0[$1].operation.hasEffect }
  }
}
