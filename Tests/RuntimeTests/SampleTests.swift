import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// Every operation kind on the engine against the interpreter, which computes in f64 and rounds once.
@Suite struct SampleTests {
  @Test(arguments: [ElementType.f32, .f16, .i32, .i1])
  func kernelsComputeWhatTheInterpreterSays(element: ElementType) throws {
    var kinds: Set<OperationKind> = []
    for sample in try OperationSamples.all(element: element, seed: 11) {
      let types = sample.operands.map(\.type)
      let resultTypes = try sample.operation.resultTypes(of: types) ?? []
      if (types + resultTypes).contains(where: { $0.element == .f64 }) { continue }
      let expected = try #require(try sample.operation.evaluate(sample.operands))
      let results = try run(try self.module(of: sample), "main", sample.operands)
      if let kind = sample.operation.kind { kinds.insert(kind) }
      for (result, expected) in zip(results, expected) {
        let tolerance = tolerance(of: sample.operation, expected.type.element)
        let scale = (sample.operands + [expected]).flatMap(\.values).map(abs).max() ?? 0
        for (value, exact) in zip(result.values, expected.values) {
          #expect(
            value == exact
              || abs(value - exact) <= tolerance.relative * abs(exact)
                + tolerance.ofLargest * scale,
            "\(sample): \(value), must be \(exact)")
        }
      }
    }
    if element.isFloat {
      #expect(OperationKind.allCases.allSatisfy(kinds.contains))
    }
  }

  /// How far results may be from the exact ones: relative to the number, and to the largest
  /// of operands and result, for what sums or cancels. f16 results may lie one place off, where f32 arithmetic falls on the
  /// other side of a tie; 2^-10 is a place of f16, 2^-23 of f32.
  private func tolerance(
    of operation: Operation, _ element: ElementType
  ) -> (relative: Double, ofLargest: Double) {
    let place = element == .f16 ? 0x1p-10 : 0x1p-23
    switch operation {
    case .accumulation(.slice), .movement, .indexing(.gatherRows), .indexing(.selectColumns),
      .indexing(.placeColumns), .source, .elementwise(.compare), .elementwise(.select),
      .elementwise(.convert), .remote,
      .reduction(Reduction(.maximum, axes: [])):
      return (0, 0)
    case .elementwise(.binary(let function)):
      switch function {
      case .add, .subtract, .multiply, .divide, .maximum: return (0, 0)
      case .tanhGradient, .geluTanhGradient, .geluErfGradient: return (place, place)
      }
    case .elementwise(.unary(let function)):
      switch function {
      case .negate, .squareRoot: return (0, 0)
      case .exponential, .exponentialMinusOne, .logarithm, .tanh, .geluTanh, .geluErf:
        return (4 * place, element == .f16 ? 0 : place)
      }
    case .random: return (place, 0)
    case .contraction: return (element == .f16 ? place : 1e-5, element == .f16 ? place : 1e-6)
    case .accumulation(.rows), .reduction, .indexing, .normalization, .softmax, .stash,
      .collective, .control:
      return (4 * place, element == .f16 ? place : 4 * place)
    }
  }

  private func module(of sample: OperationSamples.Sample) throws -> Module {
    RuntimeTests.module(
      function("main", sample.operands.map(\.type)) { rewriter, arguments in
        rewriter.insert(sample.operation, arguments)
      })
  }

  @Test func doublesAreRefused() throws {
    let module = RuntimeTests.module(
      function("main", [TensorType([2], .f64)]) { rewriter, arguments in
        [rewriter.unary(.negate, arguments[0])]
      })
    let code = errorCode { _ = try Engine(try program(module)) }
    #expect(code == "unsupported-element-type")
  }

  @Test func narrowPartialsOfWideOperandsAreRefused() throws {
    let type = TensorType([2, 2], .f32)
    let module = RuntimeTests.module(
      function("main", [type, type]) { rewriter, arguments in
        [rewriter.matmul(arguments[0], arguments[1], partials: .f16)]
      })
    #expect(errorCode { _ = try Engine(try program(module)) } == "unsupported-partials")
  }
}
