import Foundations
import GraphIR
import Operations
import Testing

/// The verifier that is told of a valid module finds what it finds without.
@Suite struct ModuleChangesTests {
  private static let type = TensorType([2], .f32)

  /// `@caller` calls `@callee` twice; `@other` calls nothing.
  private func valid() -> Module {
    var module = Module()
    var callee = Rewriter(functionNamed: "callee")
    callee.return([callee.unary(.negate, callee.addArgument(Self.type))])
    module.insert(callee.function)
    var caller = Rewriter(functionNamed: "caller")
    let once = caller.call(callee.function, [caller.addArgument(Self.type)])
    caller.return(caller.call(callee.function, once))
    module.insert(caller.function)
    var other = Rewriter(functionNamed: "other")
    other.return([other.addArgument(Self.type)])
    module.insert(other.function)
    return module
  }

  @Test func aValidModuleIsValidAgain() {
    let module = valid()
    #expect(Verifier.violations(in: module, changedFrom: module) == [])
    #expect(Verifier.violations(in: module, changedFrom: valid()) == [])
  }

  @Test func callsOfAFunctionWithOtherTypesAreFound() throws {
    let module = valid()
    var changed = module
    var callee = Rewriter(functionNamed: "callee")
    callee.return([callee.unary(.negate, callee.addArgument(TensorType([3], .f32)))])
    changed.insert(callee.function)
    let found = Verifier.violations(in: changed, changedFrom: module)
    #expect(found == Verifier.violations(in: changed))
    #expect(found.map(\.function) == ["caller", "caller", "caller", "caller"])
  }

  @Test func callsOfAFunctionThatIsGoneAreFound() throws {
    let module = valid()
    var changed = Module()
    for name in ["caller", "other"] { changed.insert(try #require(module[name])) }
    let found = Verifier.violations(in: changed, changedFrom: module)
    #expect(
      found.map(\.message) == ["there is no function @callee", "there is no function @callee"])
  }

  @Test func whatIsChangedInPlaceIsFound() throws {
    let module = valid()
    var changed = module
    var rewriter = Rewriter(try #require(module["caller"]))
    let body = rewriter.function[rewriter.function.body].operations
    let later = rewriter.function[body[1]].results[0]
    rewriter.setOperand(0, of: body[0], to: later)
    changed.insert(rewriter.function)
    let found = Verifier.violations(in: changed, changedFrom: module)
    #expect(found.map(\.message) == ["operand 0 is not defined before its use"])
  }
}
