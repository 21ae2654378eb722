import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct SampleTests {
  @Test(arguments: floatElements)
  func samplesCoverEveryKind(element: ElementType) throws {
    let kinds = Set(try OperationSamples.all(element: element, seed: 1).map(\.operation.kind))
    for kind in OperationKind.allCases {
      #expect(kinds.contains(kind), "\(kind) has no sample of \(element)")
    }
    #expect(Set(OperationKind.allCases).count == OperationKind.allCases.count)
  }

  @Test(arguments: ElementType.allCases)
  func namesAreUniqueAndSeedsDecide(element: ElementType) throws {
    let samples = try OperationSamples.all(element: element, seed: 1)
    #expect(Set(samples.map(\.name)).count == samples.count)
    let again = try OperationSamples.all(element: element, seed: 1)
    #expect(samples.map(\.operands) == again.map(\.operands))
    let others = try OperationSamples.all(element: element, seed: 2)
    #expect(samples.map(\.operands) != others.map(\.operands))
  }

  /// Truth values are of both kinds, indices name every row.
  @Test func drawnIntegersVary() throws {
    let samples = try OperationSamples.all(element: .f32, seed: 1)
    for sample in samples where sample.operands.first?.type == TensorType([3, 37], .i1) {
      #expect(Set(sample.operands[0].values) == [0, 1])
    }
    let indices = samples.flatMap(\.operands).filter { $0.type == TensorType([40], .i32) }
    #expect(indices.count == 5)
    #expect(indices.allSatisfy { Set($0.values) == [0, 1, 2] })
  }

  /// Results have the types of the type rule; each element is a finite number of its type.
  @Test(arguments: ElementType.allCases)
  func resultsAreExactInTheirType(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 3) {
      let types = try sample.operation.resultTypes(of: sample.operands.map(\.type))
      let results = try #require(try sample.operation.evaluate(sample.operands))
      #expect(results.map(\.type) == types, "\(sample)")
      for result in results {
        #expect(result.values.count == result.type.count, "\(sample)")
        #expect(
          result.values.allSatisfy { $0.isFinite && result.type.element.round($0) == $0 },
          "\(sample)")
      }
    }
  }

  /// Narrow results are the f64 results rounded once: the samples' operands are exact in f64.
  @Test(arguments: [ElementType.f16, .f32])
  func narrowResultsAreRoundedWideResults(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 4) {
      let operands = sample.operands.map { operand in
        operand.type.element.isFloat
          ? Tensor(
            TensorType(operand.type.shape, .f64, in: operand.type.memory), operand.values)
          : operand
      }
      var operation = sample.operation
      if case .contraction(var contraction) = operation {
        // The sum in f16 partials rounds twice; ContractionTests has that.
        if contraction.partials != element { continue }
        contraction.partials = .f64
        operation = .contraction(contraction)
      }
      if operation.kind == .convert || operation.kind == .constant { continue }
      // The sum of a row's updates is rounded before it is added; AccumulationTests has that.
      if operation.kind == .accumulateRows { continue }
      let wide = try #require(try operation.evaluate(operands))
      let narrow = try #require(try sample.operation.evaluate(sample.operands))
      for (wide, narrow) in zip(wide, narrow) {
        #expect(Tensor(narrow.type, wide.values) == narrow, "\(sample)")
      }
    }
  }

  /// Each element of an elementwise result is the operation on the elements at its place.
  @Test(arguments: ElementType.allCases)
  func elementwiseOperationsBroadcast(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 5) {
      guard case .elementwise = sample.operation else { continue }
      let result = try #require(try sample.operation.evaluate(sample.operands)).first
      let values = try positions(try #require(result).type.shape).map { position in
        let scalars = sample.operands.map { scalar($0.type.element, $0[position]) }
        return try #require(try sample.operation.evaluate(scalars))[0].values[0]
      }
      #expect(result?.values == values, "\(sample)")
    }
  }

  @Test func operationsOfTheContextHaveNoValue() throws {
    #expect(try Operation.source(.replicaIndex).evaluate([]) == nil)
    #expect(
      try Operation.source(.infeed(stream: "ids", TensorType([2], .i32))).evaluate([]) == nil)
    #expect(try Operation.collective(.allReduceSum).evaluate([scalar(.f32, 1)]) == nil)
    #expect(try Operation.control(.return).evaluate([scalar(.f32, 1)]) == nil)
    #expect(try Operation.control(.call("encoder_layer")).evaluate([]) == nil)
  }

  @Test func operandsThatDoNotFitAreRefused() {
    #expect(
      errorCode {
        _ = try evaluate(
          .elementwise(.binary(.add)), tensor(.f32, [2], [1, 2]), tensor(.f32, [3], [1, 2, 3]))
      } == "invalid-operands")
    #expect(
      errorCode { _ = try evaluate(.elementwise(.unary(.tanh)), scalar(.i32, 1)) }
        == "invalid-operands")
  }
}
