import Foundations
import GraphIR
import Operations
import TestSupport
import Testing

@Suite struct RewriterTests {
  /// The uses that the rewriter keeps, and those that a walk over the operations finds.
  private func usesAgree(_ function: Function) -> Bool {
    var found = Array(repeating: Set<Use>(), count: function.values.count)
    for id in function.allOperations {
      for (index, operand) in function[id].operands.enumerated() {
        found[Int(operand.number)].insert(Use(operation: id, operand: index))
      }
    }
    return zip(function.values, found).allSatisfy {
      Set($0.uses) == $1 && $0.uses.count == $1.count
    }
  }

  @Test func usesStayTrueUnderRandomEdits() {
    var generator = SplitMix64(seed: 11)
    var rewriter = Rewriter(functionNamed: "f")
    let type = TensorType([2], .f32)
    var values = [rewriter.addArgument(type), rewriter.addArgument(type)]
    for _ in 0..<300 {
      let (a, b) = (
        values.randomElement(using: &generator), values.randomElement(using: &generator)
      )
      guard let a, let b else { return }
      let operations = rewriter.function.allOperations
      let operation = operations.randomElement(using: &generator)
      switch generator.next() % 4 {
      case 0, 1: values.append(rewriter.add(a, b))
      case 2: if let operation { rewriter.setOperand(0, of: operation, to: values[0]) }
      default:
        guard let operation else { continue }
        let result = rewriter.function[operation].results[0]
        rewriter.replaceAllUses(of: result, with: values[1])
        rewriter.erase(operation)
        values.removeAll { $0 == result }
      }
      #expect(usesAgree(rewriter.function))
    }
    #expect(rewriter.function.allOperations.count > 20)
  }

  @Test func whatIsUnreadIsErasedWithWhatOnlyItReads() {
    var rewriter = Rewriter(functionNamed: "f")
    let argument = rewriter.addArgument(TensorType([2], .f32))
    let kept = rewriter.unary(.negate, argument)
    let dead = rewriter.unary(.tanh, rewriter.add(argument, kept))
    rewriter.return([kept])
    let candidates = rewriter.function.allOperations
    let stays = rewriter.function.operation(defining: dead)
    let isReturn: (Function, OperationID) -> Bool = { $0[$1].operation.isTerminator }
    rewriter.eraseUnread(among: candidates) { isReturn($0, $1) || $1 == stays }
    #expect(rewriter.function.allOperations == candidates)
    let isErased = rewriter.eraseUnread(among: candidates, unless: isReturn)
    #expect(isErased)
    #expect(rewriter.function.allOperations == [candidates[0], candidates[3]])
    #expect(usesAgree(rewriter.function))
    let isErasedAgain = rewriter.eraseUnread(among: candidates, unless: isReturn)
    #expect(!isErasedAgain)
  }

  @Test func anOperationGetsFurtherResults() {
    var rewriter = Rewriter(functionNamed: "f")
    let type = TensorType([2], .f32)
    let first = rewriter.insert(
      .control(.call("g")), [rewriter.addArgument(type)], resultTypes: [type])[0]
    rewriter.return([first])
    let call = rewriter.function.allOperations[0]
    let results = rewriter.setOperation(
      call, to: .control(.call("h")), addingResults: [TensorType([], .i32)])
    #expect(results == rewriter.function[call].results)
    #expect(results.count == 2 && results[0] == first)
    #expect(rewriter.function[call].operation == .control(.call("h")))
    #expect(rewriter.type(of: results[1]) == TensorType([], .i32))
    #expect(rewriter.function[results[1]].definition == .result(call, index: 1))
    #expect(usesAgree(rewriter.function))
  }

  @Test func erasingARepeatErasesItsRegion() throws {
    var module = try Module(parsing: sampleText, file: "sample.mlir")
    guard let main = module["main"] else { return }
    var rewriter = Rewriter(main)
    for id in rewriter.function[main.body].operations.reversed() {
      if case .control(.return) = rewriter.function[id].operation {
        rewriter.setOperand(0, of: id, to: main.arguments[0])
      }
      if case .control(.repeat) = rewriter.function[id].operation { rewriter.erase(id) }
    }
    module.insert(rewriter.function)
    #expect(usesAgree(rewriter.function))
    #expect(Verifier.violations(in: module) == [])
    #expect(!module.text.contains("helper\"") || module["main"]?.callees == [])
    module.removeUnreachable()
    #expect(module.functions.map(\.name) == ["main"])
  }

  /// Text to look at is no program whose functions nothing calls.
  @Test func aModuleWithoutEntriesKeepsItsFunctions() throws {
    var module = try Module(parsing: sampleText, file: "sample.mlir")
    for function in module.functions {
      var rewriter = Rewriter(functionNamed: function.name)
      rewriter.return([rewriter.addArgument(TensorType([], .f32))])
      module.insert(rewriter.function)
    }
    let names = module.functions.map(\.name)
    #expect(names.count > 1)
    module.removeUnreachable()
    #expect(module.functions.map(\.name) == names)
  }
}
