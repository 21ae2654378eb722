import Compiler
import Foundations
import GraphIR
import Operations
import Recipe
import TestSupport
import Testing
import Transforms

/// Stages that work at the same time against those that work one after the other.
@Suite struct PipelineScheduleTests {
  /// Before the tied embedding's gradients are accumulated apart, no sum changes its order.
  @Test(arguments: MicroModel.all)
  func grouped(model: MicroModel) throws {
    try expectSameMeaning("pipeline-schedule", model)
    try expectSameMeaning("pipeline-schedule", upTo: "dce", model)
  }

  @Test(arguments: MicroModel.all)
  func sequential(model: MicroModel) throws {
    try expectSameMeaning("pipeline-schedule{schedule=sequential}", model)
  }

  @Test(arguments: [
    ("emb;hid,hid,enc_out;pool,heads", "0,1,2", "interleaved", 6),
    ("emb,hid;hid,enc_out,pool,heads", "0,1", "interleaved", 4),
    ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,4", "interleaved", 5),
    ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,0", "grouped", 10),
    ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,0", "grouped", 20),
    ("emb,hid;hid,enc_out,pool,heads", "0,1", "grouped", 4),
  ])
  func otherPipelines(stages: String, devices: String, schedule: String, count: Int) throws {
    let cut = try PartitionTests.trainingStep(
      stages: stages, devices: devices, of: accumulating(count))
    var module = cut.module
    let options = PassOptions([("schedule", schedule)])
    try Recomputation.pass.run(on: &module)
    try PipelineScheduling.pass.run(on: &module, options)
    try Verifier.check(module, after: "pipeline-schedule")
    let once = module.text
    try PipelineScheduling.pass.run(on: &module, options)
    #expect(module.text == once, "the pass changes its own result")
    try expectSameMeaning(cut.uncut, module, .bits, "\(schedule) of \(stages)")
  }

  /// A model in one stage, which tests cut otherwise than its recipe.
  private func accumulating(_ count: Int) -> MicroModel {
    MicroModel(
      "uncut, \(count) micro-batches",
      [
        #"pipeline_stages=[["emb","hid","hid","enc_out","pool","heads"]]"#, "device_mapping=[0]",
        "matmul_available_memory_proportion_per_pipeline_stage=[0.2]",
        "grad_acc_steps_per_replica=\(count)", "replace_layers=false",
      ], dropout: 0.1)
  }

  private func scheduled(
    _ count: Int, _ schedule: PipelineSchedule = .grouped, devices: String = "0,1,2,3,0"
  ) throws -> Module {
    var module = try PartitionTests.trainingStep(
      stages: "emb;hid;hid,enc_out;pool;heads", devices: devices, of: accumulating(count)
    ).module
    try Recomputation.pass.run(on: &module)
    try PipelineScheduling.pass.run(on: &module, PassOptions([("schedule", schedule.rawValue)]))
    return module
  }

  /// The table of "3.1 Schedules": live copies are 2 · (S − 1 − i) + 1 of grouped stages, S − i of
  /// interleaved ones.
  @Test(arguments: [PipelineSchedule.grouped, .interleaved])
  func stashesHaveTheirDepth(schedule: PipelineSchedule) throws {
    let devices = schedule == .grouped ? "0,1,2,3,0" : "0,1,2,3,4"
    let module = try scheduled(20, schedule, devices: devices)
    /// The depths of the stashes that a function reads or writes itself.
    func depths(_ stash: Stash, in name: String) throws -> Set<Int> {
      let function = try #require(module[name])
      return Set(
        function.allOperations.filter { function[$0].operation == .stash(stash) }
          .map { function.type(of: function[$0].operands[0]).shape[0] })
    }
    #expect(try depths(.read, in: "replica_gradients").isEmpty)
    #expect(try depths(.write, in: "replica_gradients").isEmpty)
    for stage in 0..<5 {
      let found = try depths(.read, in: "slot_backward_\(stage)")
      #expect(try depths(.write, in: "slot_forward_\(stage)") == found)
      guard schedule.stashDepth(stage: stage, stages: 5) > 1 else {
        #expect(found.isEmpty)
        continue
      }
      #expect(found == [schedule.stashDepth(stage: stage, stages: 5)])
      #expect(
        schedule.stashDepth(stage: stage, stages: 5)
          == (schedule == .grouped ? 2 * (4 - stage) + 1 : 5 - stage))
    }
  }

  /// A round's slots read nothing that another makes in the same round.
  @Test func slotsOfATimestepAreIndependent() throws {
    let module = try scheduled(10)
    let function = try #require(module["replica_gradients"])
    let loop = try #require(function[function.body].operations.first { function[$0].body != nil })
    let body = try #require(function[loop].body)
    let calls = function[body].operations.filter {
      if case .control(.call) = function[$0].operation { true } else { false }
    }
    #expect(calls.count == 10)
    let made = Set(calls.flatMap { function[$0].results })
    for call in calls { #expect(made.isDisjoint(with: function[call].operands)) }
    // Ramp-up and ramp-down call the same functions.
    #expect(Set(function.callees).count == 10)
  }

  /// 519 timesteps for 510 micro-batches through 5 stages; the program is that of 20.
  @Test func theProgramDoesNotGrow() throws {
    #expect(PipelineSchedule.grouped.timesteps(stages: 5, count: 510) == 519)
    #expect(PipelineSchedule.grouped.timesteps(stages: 3, count: 6) == 11)
    let (few, many) = (try scheduled(20), try scheduled(510))
    func shape(_ module: Module) -> [String] {
      module.functions.map { function in
        "\(function.name) "
          + function.allOperations.map { function[$0].operation.mnemonic }.joined(separator: " ")
      }
    }
    #expect(shape(few) == shape(many))
    let function = try #require(many["replica_gradients"])
    let counts = function.allOperations.compactMap { id -> Int? in
      if case .control(.repeat(let count)) = function[id].operation { count } else { nil }
    }
    #expect(counts == [501])
  }

  @Test func whatCannotBeScheduledIsRefused() throws {
    #expect(errorCode { _ = try scheduled(12) } == "accumulation-not-multiple")
    #expect(
      errorCode { _ = try scheduled(10, .interleaved, devices: "0,1,2,3,0") }
        == "schedule-shares-ipu")
    let stage = #"tessera.ipu = 0 : i64, tessera.stage = 0 : i64"#
    let text = """
      "builtin.module"() ({
        "func.func"() ({
        ^bb0(%arg0: tensor<f32>):
          %0 = "tessera.negate"(%arg0) : (tensor<f32>) -> tensor<f32>
          "func.return"(%0) : (tensor<f32>) -> ()
        }) {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "stage_0", \(stage)} : () -> ()
        "func.func"() ({
        ^bb0(%arg0: tensor<f32>):
          %0 = "tessera.repeat"(%arg0) ({
          ^bb0(%arg1: tensor<i32>, %arg2: tensor<f32>):
            %1 = "func.call"(%arg2) {callee = @stage_0} : (tensor<f32>) -> tensor<f32>
            "tessera.yield"(%1) : (tensor<f32>) -> ()
          }, {
          }) {count = 4 : i64} : (tensor<f32>) -> tensor<f32>
          "func.return"(%0) : (tensor<f32>) -> ()
        }) {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "loop"} : () -> ()
      }) : () -> ()
      """
    var module = try Module(parsing: text, file: "text")
    #expect(errorCode { try PipelineScheduling.pass.run(on: &module) } == "no-pipeline")
  }
}
