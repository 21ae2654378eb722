import Autodiff
import Foundations
import GraphIR
import Interpreter
import Operations
import TestSupport
import Testing

extension SplitMix64 {
  /// Random elements from the range.
  mutating func tensor(_ type: TensorType, in range: ClosedRange<Double> = -2...2) -> Tensor {
    Tensor(type, (0..<type.count).map { _ in Double.random(in: range, using: &self) })
  }
}

/// The results of a function for the arguments.
func run(_ name: String, of module: Module, _ arguments: [Tensor]) throws -> [Tensor] {
  try Interpreter(module).run(name, arguments)
}

extension Module {
  /// Adds a function built from arguments of these types.
  @discardableResult
  mutating func add(
    _ name: String, _ types: [TensorType],
    _ body: (inout Rewriter, _ arguments: [ValueID]) -> [ValueID]
  ) -> Function {
    var rewriter = Rewriter(functionNamed: name)
    let arguments = types.map { rewriter.addArgument($0) }
    let results = body(&rewriter, arguments)
    rewriter.return(results)
    insert(rewriter.function)
    return rewriter.function
  }

  /// Adds a function `loss`: Σ wᵢ yᵢ over the results of `name`, with fixed weights that differ.
  mutating func addLoss(of name: String) throws {
    let callee = try #require(self[name])
    add("loss", callee.argumentTypes) { rewriter, arguments in
      var total: ValueID?
      for result in rewriter.call(callee, arguments) {
        let type = rewriter.type(of: result)
        guard type.element.isFloat else { continue }
        let weights = (0..<type.count).map { Double(($0 * 7 + 3) % 11) / 8 - 0.5 }
        let weighted = rewriter.multiply(result, rewriter.constant(type, weights))
        let sum = rewriter.sum(weighted, axes: Array(type.shape.indices))
        total = total.map { rewriter.add($0, sum) } ?? sum
      }
      return total.map { [$0] } ?? []
    }
  }
}

extension Rewriter {
  mutating func constant(_ type: TensorType, _ values: [Double]) -> ValueID {
    guard let literal = try? TensorLiteral(type, values) else {
      preconditionFailure("\(values.count) values do not fill \(type)")
    }
    return insert(.source(.constant(literal)), [])[0]
  }
}

/// Checks what must hold of every differentiated module.
func expectValid(_ module: Module) throws {
  #expect(Verifier.violations(in: module) == [])
  #expect(try Module(parsing: module.text, file: "derivative.mlir").text == module.text)
}

/// Differentiates a function's only result, the loss, and compares the gradient of each active argument
/// with central differences: (L(x + h) − L(x − h)) / 2h for each element.
/// - Returns: the module with the gradient function `gradient`.
@discardableResult
func checkGradients(
  of name: String, in module: Module, _ arguments: [Tensor], active: [Bool], step: Double = 1e-5
) throws -> Module {
  var differentiation = Differentiation(module)
  try differentiation.gradient(
    of: name, newName: "gradient", lossResult: 0, withRespectTo: active)
  let differentiated = differentiation.module
  try expectValid(differentiated)
  let scale = 0.75
  let element = try #require(module[name]?.resultTypes.first?.element)
  let results = try run(
    "gradient", of: differentiated, arguments + [Tensor(TensorType([], element), [scale])])
  var gradients = results.dropFirst(module[name]?.results.count ?? 0)
  #expect(results.first == (try run(name, of: module, arguments).first))
  for (index, isActive) in active.enumerated() where isActive {
    let next = gradients.popFirst()
    let gradient = try #require(next)
    #expect(gradient.type == arguments[index].type)
    for element in gradient.values.indices {
      func loss(_ offset: Double) throws -> Double {
        var values = arguments[index].values
        values[element] += offset
        var moved = arguments
        moved[index] = Tensor(arguments[index].type, values)
        return try run(name, of: module, moved)[0].values[0]
      }
      let expected = scale * (try loss(step) - loss(-step)) / (2 * step)
      let error = abs(gradient.values[element] - expected)
      #expect(
        error <= 1e-6 * max(1, abs(expected)),
        "argument \(index), element \(element): \(gradient.values[element]), not \(expected)")
    }
  }
  #expect(gradients.isEmpty)
  return differentiated
}
