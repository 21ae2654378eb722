import Foundations
import GraphIR
import Operations
import Testing
import Transforms

/// Sizes up to which constants are computed: too large for files of text.
@Suite struct FoldingLimitTests {
  /// The operations of a function that negates a constant, after folding.
  private func folded(_ literal: TensorLiteral) throws -> [Operation] {
    var rewriter = Rewriter(functionNamed: "f")
    let constant = rewriter.insert(.source(.constant(literal)), [])[0]
    let result = rewriter.unary(.negate, constant)
    rewriter.return([result])
    var module = Module()
    module.insert(rewriter.function)
    try ConstantFolding.pass.run(on: &module)
    let function = try #require(module["f"])
    return function.allOperations.map { function[$0].operation }
  }

  private func counting(_ count: Int) throws -> TensorLiteral {
    try TensorLiteral(TensorType([count], .f32), (0..<count).map(Double.init))
  }

  @Test func manyNumbersAreLeft() throws {
    let negated = try TensorLiteral(TensorType([4096], .f32), (0..<4096).map { -Double($0) })
    #expect(try folded(counting(4096))[1] == .source(.constant(negated)))
    #expect(try folded(counting(4097))[1] == .elementwise(.unary(.negate)))
  }

  @Test func oneNumberMayBeRepeatedOften() throws {
    let type = TensorType([30_528, 1024], .f32)
    #expect(
      try folded(TensorLiteral(splat: 2, type))[1]
        == .source(.constant(TensorLiteral(splat: -2, type))))
  }
}
