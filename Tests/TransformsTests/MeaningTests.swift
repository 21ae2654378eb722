import Bundle
import Compiler
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import Transforms

/// How far results may be from those before the passes.
enum Tolerance {
  /// Not one bit.
  case bits
  /// Not one bit, but that 0 may have another sign.
  case bitsWithoutSignOfZero
  /// ‖after − before‖ / ‖before‖ of each result.
  case relative(Double)
}

/// Passes keep what the program computes: every entry, from equal weights, through the interpreter and
/// through program and engine.
@Suite struct MeaningTests {
  @Test(arguments: MicroModel.all)
  func commonSubexpressions(model: MicroModel) throws {
    try expectSameMeaning("cse", model)
  }

  @Test(arguments: MicroModel.all)
  func deadCode(model: MicroModel) throws {
    try expectSameMeaning("dce", model)
    try expectSameMeaning("cse,dce", model)
  }

  /// Constants that depend on constants come from the numbers of dropouts' streams.
  @Test(arguments: MicroModel.all.filter(\.hasDropout))
  func folding(model: MicroModel) throws {
    try expectSameMeaning("fold", model)
  }

  @Test(arguments: MicroModel.all)
  func canonicalForms(model: MicroModel) throws {
    try expectSameMeaning("canonicalize", model)
    try expectSameMeaning("fold,canonicalize,cse,dce", model)
  }

  @Test(arguments: MicroModel.all)
  func order(model: MicroModel) throws {
    try expectSameMeaning("schedule", model)
    try expectSameMeaning("schedule", upTo: "dce", model)
  }

  @Test(arguments: MicroModel.all)
  func chains(model: MicroModel) throws {
    try expectSameMeaning("fuse", model)
    try expectSameMeaning("fuse", upTo: "dce", model)
    try expectSameMeaning("inline,fuse", upTo: "dce", model)
    try expectSameMeaning("fuse,fold,canonicalize,cse,dce,schedule", upTo: "dce", model)
    try expectSameMeaning("fuse,inline,outline,schedule", upTo: "dce", model)
  }

  @Test(arguments: MicroModel.all)
  func joinedSlices(model: MicroModel) throws {
    try expectSameMeaning("join-slices,dce", model)
  }

  /// A change of a number is found, through both.
  @Test func aChangedConstantIsFound() throws {
    let compiled = try MicroModel.all[0].compiled(upTo: "training-step")
    var module = compiled.module
    for function in module.functions {
      var rewriter = Rewriter(function)
      for id in function.allOperations {
        guard case .source(.constant(let literal)) = function[id].operation,
          literal.type.element == .f32, literal.isSplat, literal[0] > 0
        else { continue }
        rewriter.setOperation(
          id, to: .source(.constant(TensorLiteral(splat: literal[0] * 1.5, literal.type))))
      }
      module.insert(rewriter.function)
    }
    let before = try Results(compiled, compiled.module)
    let after = try Results(compiled, module)
    #expect(!differences(before.interpreted, after.interpreted, .relative(1e-3)).isEmpty)
    #expect(!differences(before.executed, after.executed, .relative(1e-3)).isEmpty)
  }
}

/// Runs the passes on the model as the phase left it, and expects the same results before and after.
func expectSameMeaning(
  _ passes: String, upTo phase: String = "training-step", _ model: MicroModel,
  _ tolerance: Tolerance = .bits, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let compiled = try model.compiled(upTo: phase)
  var module = compiled.module
  for invocation in try PassInvocation.list(passes, among: PassRegistry.all) {
    try invocation.run(on: &module)
    try Verifier.check(module, after: invocation.pass.name)
  }
  #expect(
    module.text != compiled.module.text, "\(passes) changes nothing", sourceLocation: sourceLocation
  )
  try expectSameMeaning(compiled, module, tolerance, passes, sourceLocation: sourceLocation)
}

/// Expects that a module has the same entries as the compiled one, with the same results.
func expectSameMeaning(
  _ compiled: MicroModel.Compiled, _ module: Module, _ tolerance: Tolerance = .bits,
  _ note: String = "", sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let before = try Results(compiled, compiled.module)
  let after = try Results(compiled, module)
  #expect(before.executed.contains { $0.entry == EntryName.trainingStep })
  let found =
    differences(before.interpreted, after.interpreted, tolerance).map { "interpreter: \($0)" }
    + differences(before.executed, after.executed, tolerance).map { "engine: \($0)" }
  #expect(found == [], "\(note)", sourceLocation: sourceLocation)
}

/// A result of an entry.
struct NamedResult {
  var entry: String
  var port: Operations.Port?
  var tensor: Tensor
}

/// What differs between results; empty where nothing does.
func differences(
  _ before: [NamedResult], _ after: [NamedResult], _ tolerance: Tolerance
) -> [String] {
  guard before.map(\.port) == after.map(\.port), before.map(\.entry) == after.map(\.entry) else {
    return ["the ports of entries differ"]
  }
  return zip(before, after).compactMap { before, after in
    let name =
      "\(before.entry) \(before.port.map { "\($0.role.rawValue) \($0.name)" } ?? "without port")"
    guard before.tensor.values.allSatisfy(\.isFinite) else {
      return "\(name) is not finite, so that it shows nothing"
    }
    // Where a tensor lies is no part of what is computed.
    let moved = Tensor(after.tensor.type.placed(in: .tile), after.tensor.values)
    switch tolerance {
    case .bits:
      return before.tensor == moved ? nil : "\(name) has other bits"
    case .bitsWithoutSignOfZero:
      return before.tensor.type == moved.type && before.tensor.values == moved.values
        ? nil : "\(name) has other values"
    case .relative(let limit):
      // Key biases have no gradient in truth: what rounding leaves is scaled up by the optimizer.
      if before.port?.name.hasSuffix("key.bias") == true { return nil }
      let distance = GoldenReference.relativeDistance(
        after.tensor.values, before.tensor.values.map(Float.init))
      return distance <= limit ? nil : "\(name) is \(distance) away"
    }
  }
}

/// The results of all entries of a module.
struct Results {
  var interpreted: [NamedResult] = []
  var executed: [NamedResult] = []

  init(_ compiled: MicroModel.Compiled, _ module: Module) throws {
    let replicas = compiled.recipe.program.replicas
    let program = Program(emitting: module, parameters: compiled.parameters)
    try program.validate()
    let engine = try Engine(program, replicas: replicas, threads: 2)
    let infeed = compiled.infeed
    let interpreter = Interpreter(module, replicas: replicas, infeed: infeed)
    for function in module.functions where function.isEntry {
      let arguments = compiled.arguments(of: function)
      let interpreted = try interpreter.run(function.name, arguments)
      let executed = try engine.run(function.name, arguments.map(HostTensor.init)) {
        stream, replica, iteration, destination in
        let tensor = HostTensor(try infeed(stream, replica, iteration))
        withExtendedLifetime(tensor) {
          destination.copyMemory(from: UnsafeRawBufferPointer(tensor.bytes))
        }
      }
      for (index, port) in function.resultPorts.enumerated() {
        func result(_ tensor: Tensor) -> NamedResult {
          NamedResult(entry: function.name, port: port, tensor: tensor)
        }
        self.interpreted.append(result(interpreted[index]))
        self.executed.append(result(Tensor(executed[index])))
      }
    }
  }
}
