import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// Time of hand-built programs, from the formulas of their steps.
@Suite struct TimeTests {
  private let system = smallSystem(tiles: 4)
  private var ipu: IPU { system.ipu }
  private let tanh = Elementwise.unary(.tanh).vertex

  private func time(_ program: TileProgram, replicas: Int = 1) -> TimePlan {
    TilePlan(program, on: system, replicas: replicas, factor: 1).time
  }

  /// Cycles of a tanh of so many elements a tile.
  private func tanhCycles(_ elements: Int) -> Int {
    ipu.elementwiseCycles([ElementwiseWork(.tanh, .f32)], elements: elements)
  }

  @Test func aFunctionTakesTheSumOfItsSteps() {
    let step = TileStep(.compute(tanh, operands: [0], results: [0]), operation: 0)
    let inner = TileFunction(
      "inner", [TileTensor([400], parts: 4, at: 0)],
      [step.kind, .repeat(count: 5, iteration: [], steps: [step])])
    let entry = TileFunction(
      "entry", [],
      [
        .call(function: 0, ipu: 0, arguments: [], results: []),
        .call(function: 0, ipu: 0, arguments: [], results: []),
      ])
    let once = tanhCycles(100)
    let call =
      CostModel.callCycles + once + 5 * (CostModel.iterationCycles + once)
    let time = time(program([inner, entry]))
    #expect(time.cycles == 2 * call)
    #expect(time.total == TimeUse(compute: 2 * call))
    #expect(time.stepSeconds == Double(2 * call) / ipu.clockHertz)
  }

  /// Two stages on two IPUs: the second computes more. In each timestep the first hands its activation on.
  private func pipeline(timesteps: Int) -> TileProgram {
    let stage = { (name: String, elements: Int) in
      TileFunction(
        name, [TileTensor([elements], parts: 4, at: 0)],
        [.compute(tanh, operands: [0], results: [0])])
    }
    let tensors = [
      TileTensor([4000], parts: 4, at: 0, ipu: 0), TileTensor([4000], parts: 4, at: 0, ipu: 1),
      TileTensor([400], parts: 4, at: 4096, ipu: 0, category: .optimizerState),
    ]
    let first = TileStep.Kind.call(function: 0, ipu: 0, arguments: [], results: [])
    let second = TileStep.Kind.call(function: 1, ipu: 1, arguments: [], results: [])
    let copy = TileStep.Kind.copyBetweenIPUs(from: 0, to: 1)
    let body = [first, second, copy].map { TileStep($0, operation: 0) }
    let entry = TileFunction(
      "entry", tensors,
      [
        first, copy, .repeat(count: timesteps, iteration: [], steps: body), second,
        .collective(.allReduceSum, operands: [0, 2], results: [0, 2]),
        .compute(tanh, operands: [2], results: [2]),
      ], arguments: [0], ipus: 2)
    return program([stage("first", 400), stage("second", 4000), entry], ipus: 2)
  }

  @Test func aTimestepIsTheSlowestIPUsThenTheCopies() {
    let time = time(pipeline(timesteps: 7), replicas: 2)
    let (fast, slow) = (
      CostModel.callCycles + tanhCycles(100), CostModel.callCycles + tanhCycles(1000)
    )
    let link = Int((16000 / ipu.linkBytesPerCycle).rounded(.up))
    let iteration = CostModel.iterationCycles + slow + link + ipu.globalSyncCycles
    #expect(time.timestep?.count == 7)
    #expect(time.timestep?.cycles == iteration)
    #expect(
      time.timestep?.uses == [
        TimeUse(
          compute: fast + CostModel.iterationCycles, sync: ipu.globalSyncCycles, links: link,
          idle: slow - fast),
        TimeUse(
          compute: slow + CostModel.iterationCycles, sync: ipu.globalSyncCycles, links: link),
      ])
    #expect(time.cycles(of: .steady) == 7 * iteration)
    // Filling: the first stage and its copy; draining: the second.
    #expect(time.cycles(of: .ramps) == fast + link + ipu.globalSyncCycles + slow)
    let bytes = 16000 + 1600
    let rate = system.allReduceBytesPerSecond(replicas: 2, ipusPerReplica: 2)
    let sum = Int((Double(bytes) / rate * ipu.clockHertz).rounded(.up))
    #expect(time.cycles(of: .allReduce) == sum + ipu.globalSyncCycles)
    #expect(time.cycles(of: .update) == tanhCycles(100))
    #expect(time.cycles == TimePlan.Part.allCases.reduce(0) { $0 + time.cycles(of: $1) })
    // All IPUs' cycles are accounted for.
    #expect(time.total.total == 2 * time.cycles)
  }

  @Test func moreTimestepsTakeTimestepsMore() {
    let (few, many) = (time(pipeline(timesteps: 3)), time(pipeline(timesteps: 50)))
    #expect(few.timestep?.cycles == many.timestep?.cycles)
    #expect(many.cycles - few.cycles == 47 * (few.timestep?.cycles ?? 0))
    // One replica has nothing to add up.
    #expect(few.cycles(of: .allReduce) == 0)
  }

  @Test func linksWorkSideBySide() {
    let tensors = (0..<3).map { TileTensor([4000], parts: 4, at: 0, ipu: $0) }
    func copies(_ pairs: [(Int, Int)]) -> Int {
      let steps = pairs.map { TileStep.Kind.copyBetweenIPUs(from: $0.0, to: $0.1) }
      return time(program([TileFunction("entry", tensors, steps, ipus: 3)], ipus: 3)).cycles
    }
    let one = copies([(0, 1)])
    #expect(copies([(0, 1), (1, 2), (1, 0)]) == one)
    #expect(copies([(0, 1), (0, 1)]) == 2 * (one - ipu.globalSyncCycles) + ipu.globalSyncCycles)
  }

  @Test func hostAndStreamingMemoryHaveTheirRates() {
    let tensors = [TileTensor([4000], parts: 4, at: 0)]
    let entry = TileFunction(
      "entry", tensors,
      [.infeed(stream: "ids", to: 0), .load(buffer: 0, to: 0), .store(0, buffer: 0)])
    let total = time(program([entry])).total
    let cycles = { (rate: Double) in Int((16000 / rate * ipu.clockHertz).rounded(.up)) }
    #expect(
      total
        == TimeUse(
          streaming: 2 * cycles(ipu.streamingBytesPerSecond), host: cycles(ipu.hostBytesPerSecond)))
  }

  @Test func aRingHandsOutPartsInHalfTheTimeOfASum() {
    let tensors = [TileTensor([4000], parts: 4, at: 0), TileTensor([2000], parts: 4, at: 4096)]
    func links(_ collective: Collective, _ operand: Int, _ result: Int) -> Int {
      let step = TileStep.Kind.collective(collective, operands: [operand], results: [result])
      return time(program([TileFunction("entry", tensors, [step])]), replicas: 2).total.links
    }
    let sum = links(.allReduceSum, 0, 0)
    let scatter = links(.reduceScatterSum(replicas: 2), 0, 1)
    let gather = links(.allGather(shapes: [[4000]], replicas: 2), 1, 0)
    #expect(scatter == gather)
    #expect(abs(sum - scatter - gather) <= 1)
    #expect(links(.replicaSlice(replicas: 2), 0, 1) == 0)
  }
}
