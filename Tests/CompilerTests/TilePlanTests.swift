import Backend
import Bundle
import Compiler
import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// Plans of whole trainings: a bundle takes them, and the checker has nothing to say.
@Suite struct TilePlanTests {
  /// A plan of each function that nothing calls.
  private func plans(_ path: String, _ system: IPUSystem) throws -> (Program, [TileProgram]) {
    let program = try Compilation(CompilationTests.load(path)).program
    let callees = program.operations.compactMap { operation -> String? in
      guard case .control(.call(let callee)) = operation.operation else { return nil }
      return callee
    }
    let entries = program.functions.indices.filter {
      !callees.contains(program.functions[$0].name)
    }
    return (
      program,
      entries.map { TileProgram(lowering: program, entry: $0, for: system, proportions: []) }
    )
  }

  @Test func aSmallModelsPlansAreSound() throws {
    let (program, plans) = try plans("examples/pretrain_tiny.json", .bowPod16)
    #expect(plans.count == 3)
    for plan in plans {
      #expect(TileChecker.findings(of: plan, ipu: .bow).map(\.description) == [])
      #expect(try TileProgram(encoded: plan.encoded(for: program), for: program) == plan)
    }
  }

  /// BERT-base, whatever it takes of memory.
  @Test func aLargeModelsPlansAreSound() throws {
    let (_, plans) = try plans("configs/pretrain_base_128_phase1.json", .bowPod16)
    for plan in plans {
      let findings = TileChecker.findings(of: plan, ipu: .bow).filter { $0.kind != .address }
      #expect(findings.map(\.description) == [])
    }
  }
}
