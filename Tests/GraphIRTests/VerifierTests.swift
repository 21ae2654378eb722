import GraphIR
import Testing

/// One text for each invariant of the verifier's list, and the sentence it must answer with.
@Suite struct VerifierTests {
  static let returns = "\"func.return\"(%a) : (tensor<2xf32>) -> ()"
  static let argument = "%a: tensor<2xf32>"
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
      invariant: 4,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.repeat\"(%a) ({", "^bb0(%i: tensor<i32>, %c: tensor<2xf32>):",
          "%1 = \"tessera.negate\"(%c) : \(unaryType)",
          "\"tessera.yield\"(%1) : (tensor<2xf32>) -> ()",
          "}, {}) {count = 2 : i64} : \(unaryType)",
          "\"func.return\"(%1) : (tensor<2xf32>) -> ()",
        ], types: unaryType),
      message: "operand 0 is not defined before its use"),
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
      invariant: 6,
      text: module(
        arguments: argument,
        [
          "%0 = \"tessera.negate\"(%a) ({", "\"tessera.yield\"() : () -> ()",
          "}, {}) : \(unaryType)",
          returns,
        ], types: unaryType),
      message: "only tessera.repeat has a region"),
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
  ]

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
    #expect(Set(Self.broken.map(\.invariant)) == Set(1...12))
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
