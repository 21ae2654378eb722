import Foundations
import GraphIR
import Testing

/// One text for each invariant of the verifier's list, and the sentence it must answer with.
@Suite struct VerifierTests {
  static let returns = "\"func.return\"(%a) : (tensor<2xf32>) -> ()"
  static let argument = "%a: tensor<2xf32>"
  static let buffer = "%b: tensor<2xf32, \"streaming\">"
  static let unaryType = "(tensor<2xf32>) -> tensor<2xf32>"
  static let function = "  \"func.func\"() ({\n"

  struct Broken: Sendable {
    let invariant: Int
    let text: String
    let message: String
  }

  static let broken: [Broken] = [
    Broken(
      invariant: 1,
      text: module(
        arguments: argument, ["%0 = \"tessera.negate\"(%a) : \(unaryType)"],
        types: "(tensor<2xf32>) -> ()"),
      message: "a block must end with func.return"),
    Broken(
      invariant: 1,
      text: module(arguments: argument, [returns, returns], types: unaryType),
      message: "a terminator must be the last operation"),
    Broken(
      invariant: 2,
      text: module(
        arguments: "%a: tensor<2xf32>, %b: tensor<f32>", [returns],
        types: "(tensor<2xf32>, tensor<f32>) -> tensor<2xf32>",
        attributes: "arg_attrs = [{tessera.name = \"w\", tessera.role = \"parameter\"}, {}], "),
      message: "some arguments have ports"),
    Broken(
      invariant: 2,
      text: module(
        arguments: "%a: tensor<2xf32>, %b: tensor<f32>", [returns],
        types: "(tensor<2xf32>, tensor<f32>) -> tensor<2xf32>",
        attributes:
          "arg_attrs = [{tessera.name = \"w\", tessera.role = \"loss\"}, {tessera.name = \"w\", tessera.role = \"loss\"}], "
      ),
      message: "is repeated"),
    Broken(
      invariant: 2,
      text: module(
        arguments: argument, [returns], types: unaryType,
        attributes:
          "arg_attrs = [{tessera.name = \"w\", tessera.role = \"first_moment\"}], res_attrs = [{tessera.name = \"w\", tessera.role = \"first_moment\", tessera.sharded = true}], "
      ),
      message: "must not be sharded, or not on one side only"),
    Broken(
      invariant: 2,
      text: module(
        arguments: argument, [returns], types: unaryType,
        attributes:
          "arg_attrs = [{tessera.name = \"w\", tessera.role = \"parameter\", tessera.sharded = true}], "
      ),
      message: "the port parameter 'w' must not be sharded"),
    Broken(
      invariant: 3,
      text: module(arguments: argument, [returns], types: unaryType)
        .replacing("sym_name = \"f\"", with: "sym_name = \"\""),
      message: "the function has no name"),
    Broken(
      invariant: 5,
      text: module(
        arguments: argument,
        ["%0 = \"tessera.negate\"(%a) : (tensor<2xf32>) -> tensor<3xf32>", returns],
        types: unaryType),
      message: "the type rule gives"),
    Broken(
      invariant: 5,
      text: module(
        arguments: "%a: tensor<2xf32>, %b: tensor<3xf32>",
        [
          "%0 = \"tessera.add\"(%a, %b) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>", returns,
        ],
        types: "(tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>"),
      message: "do not broadcast"),
    Broken(
      invariant: 5,
      text: module(
        arguments: "\(argument), \(buffer)",
        [
          "%0 = \"tessera.add\"(%a, %b) : (tensor<2xf32>, tensor<2xf32, \"streaming\">) -> tensor<2xf32>",
          returns,
        ],
        types: "(tensor<2xf32>, tensor<2xf32, \"streaming\">) -> tensor<2xf32>"),
      message: "operand 1 must be loaded from streaming memory"),
    Broken(
      invariant: 5,
      text: module(
        arguments: "\(argument), \(buffer)",
        [
          "%0 = \"tessera.repeat\"(%b) ({",
          "^bb0(%i: tensor<i32>, %c: tensor<2xf32, \"streaming\">):",
          "\"tessera.yield\"(%c) : (tensor<2xf32, \"streaming\">) -> ()",
          "}, {}) {count = 2 : i64} : (tensor<2xf32, \"streaming\">) -> tensor<2xf32, \"streaming\">",
          returns,
        ],
        types: "(tensor<2xf32>, tensor<2xf32, \"streaming\">) -> tensor<2xf32>"),
      message: "operand 0 must be loaded from streaming memory"),
    Broken(
      invariant: 5,
      text: module(
        arguments: argument,
        ["%0 = \"tessera.remote_load\"(%a) : \(unaryType)", returns], types: unaryType),
      message: "the buffer must be in streaming memory"),
    Broken(
      invariant: 6,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.negate\"(%a) ({", "\"tessera.yield\"() : () -> ()",
          "}, {}) : \(unaryType)",
          returns,
        ], types: unaryType),
      message: "only tessera.repeat and tessera.fuse have a region"),
    Broken(
      invariant: 6,
      text: module(
        arguments: argument,
        ["%0 = \"tessera.repeat\"(%a) {count = 2 : i64} : \(unaryType)", returns], types: unaryType),
      message: "must have a region"),
    Broken(
      invariant: 7,
      text: module(
        arguments: argument, ["%0 = \"func.call\"(%a) {callee = @g} : \(unaryType)", returns],
        types: unaryType),
      message: "there is no function @g"),
    Broken(
      invariant: 7,
      text: module(
        arguments: argument, ["%0 = \"func.call\"() {callee = @f} : () -> tensor<2xf32>", returns],
        types: unaryType),
      message: "@f takes"),
    Broken(
      invariant: 8,
      text: module(
        arguments: argument, ["%0 = \"func.call\"(%a) {callee = @f} : \(unaryType)", returns],
        types: unaryType),
      message: "calls run in a circle: f → f"),
    Broken(
      invariant: 9,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.repeat\"(%a) ({", "^bb0(%c: tensor<2xf32>):",
          "\"tessera.yield\"(%c) : (tensor<2xf32>) -> ()",
          "}, {}) {count = 2 : i64} : \(unaryType)",
          returns,
        ], types: unaryType),
      message: "the region must take an i32 scalar"),
    Broken(
      invariant: 9,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.repeat\"(%a) ({", "^bb0(%i: tensor<i32>, %c: tensor<2xf32>):",
          "\"tessera.yield\"() : () -> ()", "}, {}) {count = 2 : i64} : \(unaryType)", returns,
        ], types: unaryType),
      message: "the region must yield"),
    Broken(
      invariant: 10,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.repeat\"(%a) ({", "^bb0(%i: tensor<i32>, %c: tensor<2xf32>):",
          "%1 = \"tessera.all_reduce_sum\"(%c) : \(unaryType)",
          "\"tessera.yield\"(%1) : (tensor<2xf32>) -> ()",
          "}, {}) {count = 2 : i64} : \(unaryType)",
          returns,
        ], types: unaryType),
      message: "a collective must stand"),
    Broken(
      invariant: 10,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.replica_slice\"(%a) {replicas = 2 : i64} : (tensor<2xf32>) -> tensor<1xf32>",
          "%1 = \"tessera.replica_slice\"(%a) {replicas = 3 : i64} : (tensor<2xf32>) -> tensor<1xf32>",
          returns,
        ], types: unaryType),
      message: "other collectives are for 2 replicas"),
    Broken(
      invariant: 11,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.infeed\"() {element = f32, shape = array<i64: 2>, stream = \"s\"} : () -> tensor<2xf32>",
          "%1 = \"tessera.infeed\"() {element = f32, shape = array<i64: 3>, stream = \"s\"} : () -> tensor<3xf32>",
          returns,
        ], types: unaryType),
      message: "stream 's' has type"),
    Broken(
      invariant: 12, text: placed(stages: (0, 0), ipus: (1, 2)),
      message: "stage 0 runs on IPU 1 elsewhere"),
    Broken(
      invariant: 12, text: placed(stages: (1, 0), ipus: (0, 0)),
      message: "a function of stage 0 calls @g of another"),
    Broken(
      invariant: 13, text: chain(operands: "%b", takes: "%c: tensor<2xf32>"),
      message: "the region must take the operands"),
    Broken(
      invariant: 13,
      text: chain(["%1 = \"tessera.negate\"(%c) : \(unaryType)"], yields: ""),
      message: "the region yields nothing"),
    Broken(
      invariant: 13, text: chain([], yields: "%c"),
      message: "the region must yield what its operations make"),
    Broken(
      invariant: 13, text: chain(["%1 = \"tessera.negate\"(%a) : \(unaryType)"]),
      message: "reads a value from outside"),
    Broken(
      invariant: 13,
      text: chain(["%1 = \"tessera.softmax\"(%c) : \(unaryType)"]),
      message: "'tessera.softmax' in the region is not elementwise"),
    Broken(
      invariant: 13,
      text: chain(
        [
          "%1 = \"tessera.negate\"(%c) : \(unaryType)", "%2 = \"tessera.negate\"(%d) : \(wideType)",
        ],
        operands: "%a, %b", takes: "%c: tensor<2xf32>, %d: tensor<3x2xf32>"),
      message: "does not broadcast to the chain's shape [2]"),
    Broken(
      invariant: 13,
      text: chain(
        [
          "%2 = \"tessera.negate\"(%c) : \(unaryType)",
          "%1 = \"tessera.add\"(%2, %d) : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>",
        ], operands: "%a, %b", takes: "%c: tensor<2xf32>, %d: tensor<3x2xf32>",
        results: "tensor<3x2xf32>"),
      message: "'tessera.negate' in the region has another shape than [3, 2]"),
    Broken(
      invariant: 13,
      text: chain(["%1 = \"tessera.negate\"(%c) : \(unaryType)"], results: "tensor<3x2xf32>"),
      message: "results are [tensor<3x2xf32>], the region yields [tensor<2xf32>]"),
  ]

  static let wideType = "(tensor<3x2xf32>) -> tensor<3x2xf32>"

  /// A chain of the lines, which yields `%1` where nothing else is said.
  static func chain(
    _ lines: [String] = ["%1 = \"tessera.negate\"(%c) : \(unaryType)"], yields: String = "%1",
    operands: String = "%a", takes: String = "%c: tensor<2xf32>",
    results: String = "tensor<2xf32>"
  ) -> String {
    let types = ["%a": "tensor<2xf32>", "%b": "tensor<3x2xf32>"]
    let operandTypes = operands.split(separator: ", ").map { types[String($0)] ?? "" }
      .joined(separator: ", ")
    let yieldedType = results == "tensor<3x2xf32>" && lines.count == 2 ? results : "tensor<2xf32>"
    return module(
      arguments: "%a: tensor<2xf32>, %b: tensor<3x2xf32>",
      ["%0 = \"tessera.fuse\"(\(operands)) ({", "^bb0(\(takes)):"] + lines + [
        "\"tessera.yield\"(\(yields)) : (\(yields.isEmpty ? "" : yieldedType)) -> ()",
        "}, {}) : (\(operandTypes)) -> \(results)", returns,
      ], types: "(tensor<2xf32>, tensor<3x2xf32>) -> tensor<2xf32>")
  }

  /// No text says it, as the parser does not know names of a region behind it.
  @Test func valuesOfARegionStayInside() throws {
    var rewriter = Rewriter(functionNamed: "f")
    let argument = rewriter.addArgument(TensorType([2], .f32))
    var inner: ValueID?
    _ = rewriter.repeat(count: 2, [argument]) { rewriter, _, carried in
      let value = rewriter.unary(.negate, carried[0])
      inner = value
      return [value]
    }
    rewriter.return([try #require(inner)])
    var module = Module()
    module.insert(rewriter.function)
    let violations = Verifier.violations(in: module)
    #expect(violations.map(\.message) == ["operand 0 is not defined before its use"])
  }

  /// @g, and @f that calls it, each with a stage and an IPU.
  static func placed(stages: (Int, Int), ipus: (Int, Int)) -> String {
    func function(_ name: String, _ body: [String], _ stage: Int, _ ipu: Int) -> String {
      Self.function + "  ^bb0(\(argument)):\n" + body.joined(separator: "\n")
        + "\n}) {function_type = \(unaryType), sym_name = \"\(name)\", "
        + "tessera.ipu = \(ipu) : i64, tessera.stage = \(stage) : i64} : () -> ()\n"
    }
    let call = "%0 = \"func.call\"(%a) {callee = @g} : \(unaryType)"
    return "\"builtin.module\"() ({\n" + function("g", [returns], stages.0, ipus.0)
      + function("f", [call, returns], stages.1, ipus.1) + "}) : () -> ()\n"
  }

  @Test(arguments: broken)
  func reports(_ broken: Broken) throws {
    let violations = Verifier.violations(in: try Module(parsing: broken.text, file: "x.mlir"))
    #expect(violations.contains { $0.message.contains(broken.message) }, "\(violations)")
  }

  @Test func everyInvariantHasATest() {
    // The fourth has `valuesOfARegionStayInside`.
    #expect(Set(Self.broken.map(\.invariant) + [4]) == Set(1...13))
  }

  @Test func allViolationsAreCollected() throws {
    let text = module(
      arguments: Self.argument,
      [
        "%0 = \"tessera.negate\"(%a) : (tensor<2xf32>) -> tensor<3xf32>",
        "%1 = \"func.call\"(%a) {callee = @g} : \(Self.unaryType)", Self.returns,
      ], types: Self.unaryType)
    #expect(Verifier.violations(in: try Module(parsing: text, file: "x.mlir")).count == 2)
  }
}
