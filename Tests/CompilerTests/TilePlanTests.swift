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
      entries.map { entry in
        var costs = CostModel(system, replicas: 1, ipusPerReplica: 1)
        return TileProgram(lowering: program, entry: entry, costs: &costs, proportions: [])
      }
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

  /// Without a step that alone writes what others read, and with a frame where the caller's is.
  @Test func alteredPlansAreNot() throws {
    let (_, plans) = try plans("examples/pretrain_tiny.json", .bowPod16)
    let plan = try #require(plans.min { $0.tensorCount < $1.tensorCount })
    var altered = 0
    for (number, function) in plan.functions.enumerated() {
      guard let function else { continue }
      let writes = function.steps.flatMap(\.written)
      let removed = function.steps.firstIndex { step in
        guard case .exchange(let exchange) = step.kind else { return false }
        return writes.count { $0 == exchange.destination } == 1
      }
      if let removed {
        var other = plan
        let step = other.functions[number]?.steps.remove(at: removed)
        let findings = TileChecker.findings(of: other, ipu: .bow)
        #expect(
          findings.contains { finding in
            finding.kind == .unwritten && finding.function == function.name
              && finding.tensor.map { step?.written.contains($0) ?? false } ?? false
          }, "\(function.name) without step \(removed)")
        altered += 1
      }
    }
    #expect(altered > 3)
    let callee = try #require(
      plan.frameBases.indices.first { $0 != plan.entry && (plan.frameBases[$0][0] ?? 0) > 0 })
    var other = plan
    other.frameBases[callee][0] = 0
    #expect(TileChecker.findings(of: other, ipu: .bow).contains { $0.kind == .overlap })
  }
}

extension TileProgram {
  fileprivate var tensorCount: Int { functions.reduce(0) { $0 + ($1?.tensors.count ?? 0) } }
}
