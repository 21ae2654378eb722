import Foundations
import GraphIR
import Operations

/// Reverse-mode differentiation of a module, function by function. It owns the module while it adds
/// functions to it, and makes each derivative once, however often the function is called.
///
/// The reverse pass adds the gradients of a value that is read several times in the order in which it
/// meets the uses, the last of the program first. A value is differentiated only where it is of a
/// floating-point type and depends on an active argument; no other operation needs a derivative. These
/// have none, and are an error where one is needed: `tessera.repeat`, `tessera.fuse`, `tessera.infeed`,
/// collectives, loads from streaming memory and stores, and the gradient operations (`tanh_gradient`,
/// `gelu_tanh_gradient`, `gelu_erf_gradient`, `softmax_gradient`, `log_softmax_gradient`,
/// `layer_norm_gradient`), because second derivatives are not needed. The statistics that
/// `tessera.layer_norm` returns have none either.
///
/// The module must be valid (`Verifier`). Made functions have no ports, and no operation whose results
/// nothing reads.
package struct Differentiation: Sendable {
  /// The module with the functions made so far, callees before callers.
  package private(set) var module: Module
  private var derivatives: [Key: Derivative] = [:]
  /// Which results of a function depend on active arguments, once it is known.
  private var reachedResults: [Activity: [Bool]] = [:]

  /// A function and which of its arguments are active.
  private struct Activity: Hashable, Sendable {
    var name: String
    var active: [Bool]
  }

  /// What a derivative depends on.
  private struct Key: Hashable, Sendable {
    var activity: Activity
    var results: [Bool]
  }

  package init(_ module: Module) {
    self.module = module
  }

  /// Makes, or finds, the functions `@name_forward` and `@name_backward` (with `_2` and so on for
  /// further combinations) that differentiate a function.
  /// - Parameters:
  ///   - active: for each argument, whether its gradient is wanted; only floating-point ones may be.
  ///   - results: for each result, whether it has a gradient; nil for all. Results that do not depend
  ///     on an active argument are left out in any case.
  /// - Throws: `not-differentiable` where a rule is missing or an active argument is not of a
  ///   floating-point type, `invalid-differentiation` where the function does not exist or the flags
  ///   are not one an argument and one a result.
  package mutating func differentiate(
    _ name: String, withRespectTo active: [Bool], results: [Bool]? = nil
  ) throws -> Derivative {
    let original = try function(named: name)
    try check(original, active, results)
    let activity = Activity(name: name, active: active)
    let withGradient = try resultsReached(activity).enumerated().map { index, isReached in
      (results?[index] ?? true) && isReached
    }
    let key = Key(activity: activity, results: withGradient)
    if let known = derivatives[key] { return known }
    let joined = try join(
      original, named: name, dependent: try dependentValues(of: original, on: active),
      active: active, results: withGradient)
    let split = joined.split(names: freeNames(for: name))
    if let forward = split.forward { module.insert(forward) }
    module.insert(split.backward)
    let derivative = Derivative(
      forward: split.forward?.name ?? name, backward: split.backward.name,
      residuals: split.residuals, residualTypes: split.residualTypes,
      resultsWithGradient: withGradient.indices.filter { withGradient[$0] },
      activeArguments: active.indices.filter { active[$0] })
    derivatives[key] = derivative
    return derivative
  }

  /// Makes one function that runs a function forward and backward: from the original's arguments and
  /// the gradient of the loss, a last argument of the loss's type, to the original's results and the
  /// gradients of the active arguments in order. An argument that the loss does not depend on gets
  /// zeros.
  /// - Parameters:
  ///   - newName: the name of the new function, which no other has.
  ///   - lossResult: the number of the result that is differentiated.
  ///   - active: for each argument, whether its gradient is wanted.
  /// - Returns: the new function, which the module contains.
  /// - Throws: as `differentiate`; `invalid-differentiation` also where the name is taken or the loss
  ///   is not a result of a floating-point type.
  @discardableResult
  package mutating func gradient(
    of name: String, newName: String, lossResult: Int, withRespectTo active: [Bool]
  ) throws -> Function {
    let original = try function(named: name)
    try check(original, active, nil)
    guard original.results.indices.contains(lossResult),
      original.resultTypes[lossResult].element.isFloat
    else {
      throw Self.invalid("result \(lossResult) of @\(name) is no floating-point result")
    }
    let joined = try join(
      original, named: newName, dependent: try dependentValues(of: original, on: active),
      active: active, results: original.results.indices.map { $0 == lossResult })
    guard module[newName] == nil else { throw Self.invalid("a function @\(newName) exists") }
    module.insert(joined.function)
    return joined.function
  }

  /// Runs the reverse pass over a function, differentiating the functions it calls on the way.
  private mutating func join(
    _ original: Function, named name: String, dependent: ValueSet, active: [Bool],
    results: [Bool]
  ) throws -> JoinedFunction {
    var pass = ReversePass(original, named: name, dependent: dependent, results: results)
    for id in original[original.body].operations.reversed() where pass.hasGradient(id) {
      guard case .control(.call(let callee)) = original[id].operation else {
        try pass.differentiate(id)
        continue
      }
      let derivative = try differentiate(
        callee, withRespectTo: original[id].operands.map(dependent.contains),
        results: original[id].results.map(pass.hasGradient))
      try pass.differentiateCall(
        id, derivative, forward: function(named: derivative.forward),
        backward: function(named: derivative.backward))
    }
    return pass.finish(active: active)
  }

  /// Which results of a function depend on active arguments and can have a gradient.
  private mutating func resultsReached(_ activity: Activity) throws -> [Bool] {
    if let known = reachedResults[activity] { return known }
    let function = try function(named: activity.name)
    let dependent = try dependentValues(of: function, on: activity.active)
    let reached = function.results.map(dependent.contains)
    reachedResults[activity] = reached
    return reached
  }

  /// The values in a function's body that depend on active arguments and can have a gradient.
  private mutating func dependentValues(
    of function: Function, on active: [Bool]
  ) throws -> ValueSet {
    var dependent = ValueSet(for: function)
    for (argument, isActive) in zip(function.arguments, active) where isActive {
      dependent.insert(argument)
    }
    for id in function[function.body].operations {
      let node = function[id]
      if case .control(.call(let callee)) = node.operation {
        let active = node.operands.map(dependent.contains)
        let reached = try resultsReached(Activity(name: callee, active: active))
        for (result, isReached) in zip(node.results, reached) where isReached {
          dependent.insert(result)
        }
      } else if function.valuesRead(by: id).contains(where: dependent.contains) {
        for result in node.results where function.type(of: result).element.isFloat {
          dependent.insert(result)
        }
      }
    }
    return dependent
  }

  /// Names with the lowest number that neither function's name has yet.
  private func freeNames(for name: String) -> JoinedFunction.Names {
    var number = 1
    while true {
      let suffix = number == 1 ? "" : "_\(number)"
      let names = JoinedFunction.Names(
        forward: "\(name)_forward\(suffix)", backward: "\(name)_backward\(suffix)")
      if module[names.forward] == nil && module[names.backward] == nil { return names }
      number += 1
    }
  }

  private func function(named name: String) throws -> Function {
    guard let function = module[name] else { throw Self.invalid("there is no function @\(name)") }
    return function
  }

  private func check(_ function: Function, _ active: [Bool], _ results: [Bool]?) throws {
    let types = function.argumentTypes
    guard active.count == types.count, results.map({ $0.count == function.results.count }) ?? true
    else {
      throw Self.invalid(
        "@\(function.name) has \(types.count) arguments and \(function.results.count) results, "
          + "flags are given for \(active.count) and \(results?.count ?? function.results.count)")
    }
    for (index, isActive) in active.enumerated() where isActive && !types[index].element.isFloat {
      throw TesseraError(
        .internalError, code: .notDifferentiable,
        "argument \(index) of @\(function.name) is active, but \(types[index]) has no gradient")
    }
  }

  private static func invalid(_ message: String) -> TesseraError {
    TesseraError(.internalError, code: .invalidDifferentiation, message)
  }
}
