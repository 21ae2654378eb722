import Foundations
import GraphIR
import Operations

/// Recomputation across the border between a forward stage and its backward stage, which one caller
/// joins: activations that the forward stage gives the backward stage become checkpoints, from which
/// the backward stage computes them again. Here it is chosen which; `StageRecomputation+Stages.swift` writes
/// the stages.
struct StageRecomputation {
  let pair: DerivativePair
  let caller: Function
  let module: Module
  let forward: Function
  let forwardResults: [ValueID]
  let backward: Function
  /// Which argument of the backward stage holds a value of the forward stage.
  private(set) var argumentHolding: ValueNumbers
  /// The number of the forward stage's result that an argument of the backward stage is.
  private(set) var resultOfArgument: [Int?]
  /// The value of the forward stage that an argument of the backward stage is.
  private(set) var heldValues: [ValueID?]
  private(set) var layers: [Layer] = []
  /// The outputs of chosen layers that the backward stage computes again for layers after them.
  private(set) var dropped: Set<ValueID> = []

  /// A layer's call in the forward stage, and its backward call in the backward stage.
  struct Layer {
    let forward: OperationID
    let backward: OperationID
    let primal: Function
    let derivative: Function
    var isChosen = false
  }

  init(_ pair: DerivativePair, in rewriter: Rewriter, of module: Module) {
    self.pair = pair
    self.module = module
    caller = rewriter.function
    // The pair's functions are in the module: it was found by them.
    forward = module[pair.forwardName] ?? pair.primal
    backward = module[pair.backwardName] ?? pair.primal
    forwardResults = forward.results
    argumentHolding = ValueNumbers(for: forward)
    resultOfArgument = backward.arguments.map { _ in nil }
    heldValues = backward.arguments.map { _ in nil }
    guard isOnlyCaller else { return }
    let (forwardCall, backwardCall) = (caller[pair.forward], caller[pair.backward])
    let results = ValueNumbers(placesOf: forwardCall.results, in: caller)
    let operands = ValueNumbers(placesOf: forwardCall.operands, in: caller)
    let (given, taken) = (forwardResults, forward.arguments)
    for (number, operand) in backwardCall.operands.enumerated() {
      if let result = results[operand] {
        argumentHolding[given[result]] = argumentHolding[given[result]] ?? number
        resultOfArgument[number] = result
        heldValues[number] = given[result]
      } else if let index = operands[operand] {
        argumentHolding[taken[index]] = argumentHolding[taken[index]] ?? number
        heldValues[number] = taken[index]
      }
    }
    findLayers()
  }

  /// The result of the forward stage that an argument of the backward stage is.
  func result(heldBy argument: ValueID) -> ValueID? {
    guard case .argument(backward.body, let number) = backward[argument].definition else {
      return nil
    }
    return resultOfArgument[number].map { forwardResults[$0] }
  }

  /// Whether both stages are called here and nowhere else, so that their results can change.
  private var isOnlyCaller: Bool {
    let names = module.functions.flatMap { $0.name == caller.name ? caller.callees : $0.callees }
    return names.count { $0 == pair.forwardName } == 1
      && names.count { $0 == pair.backwardName } == 1
  }

  private mutating func findLayers() {
    for id in backward[backward.body].operations {
      guard case .control(.call(let callee)) = backward[id].operation,
        let names = DerivativePair.backwardName(callee), let primal = module[names.primal],
        let derivative = module[names.forward], primal.argumentTypes == derivative.argumentTypes
      else { continue }
      guard
        let call = forwardCall(
          of: names.forward, keepingFor: id, after: primal.results.count)
      else { continue }
      layers.append(
        Layer(forward: call, backward: id, primal: primal, derivative: derivative))
    }
    let positions = forward.positions
    layers.sort { positions[$0.forward] ?? 0 < positions[$1.forward] ?? 0 }
  }

  /// The call in the forward stage that keeps something for a call in the backward stage.
  private func forwardCall(
    of callee: String, keepingFor backwardCall: OperationID, after count: Int
  ) -> OperationID? {
    for operand in backward[backwardCall].operands {
      if let result = result(heldBy: operand),
        let call = forward.call(of: callee, keeping: result, after: count)
      {
        return call
      }
    }
    return nil
  }

  /// Chooses the layers whose activations are more bytes than what must be kept for them, until no
  /// checkpoint that one layer needs makes another worth it.
  mutating func chooseLayers(_ checkpoint: String, isLast: Bool) {
    let candidates = candidates(checkpoint, isLast: isLast)
    var checkpoints = ValueSet(for: forward)
    var changes = true
    while changes {
      changes = false
      for index in candidates where !layers[index].isChosen {
        let layer = layers[index]
        let activations = forward[layer.forward].results.dropFirst(layer.primal.results.count)
        let saved = activations.filter { argumentHolding[$0] != nil }
        let needed = neededOperands(of: layer).filter {
          argumentHolding[$0] == nil && !checkpoints.contains($0)
        }
        guard bytes(saved) > bytes(needed) else { continue }
        layers[index].isChosen = true
        checkpoints.insert(needed)
        changes = true
      }
    }
  }

  /// Chooses layers so that the stage keeps no more than `bound` bytes of a micro-batch, and what of
  /// checkpoints is computed again with them.
  /// - Returns: the bytes that it then keeps: more than the bound where no choice keeps fewer.
  mutating func chooseLayers(
    _ checkpoint: String, isLast: Bool, within bound: Int, _ costs: inout some CostModel
  ) -> Int {
    let candidates = candidates(checkpoint, isLast: isLast)
    let described = candidates.map { description(of: layers[$0], &costs) }
    var choice = ActivationChoice(described, alsoKept: otherwiseRead(), in: forward)
    choice.fit(bound)
    for (index, layer) in zip(candidates, choice.layers) {
      layers[index].isChosen = layer.isRecomputed
    }
    dropped = choice.dropped
    return choice.keptBytes
  }

  /// The layers that may be computed again. Of the last stage those up to its last checkpoint: the backward
  /// pass of the others follows at once.
  private func candidates(_ checkpoint: String, isLast: Bool) -> [Int] {
    guard isLast else { return Array(layers.indices) }
    let positions = forward.positions
    let last =
      forward[forward.body].operations.lastIndex { id in
        guard case .control(.call(let callee)) = forward[id].operation else { return false }
        return callee.hasPrefix(checkpoint)
      } ?? -1
    return layers.indices.filter { positions[layers[$0].forward] ?? 0 <= last }
  }

  private func description(
    of layer: Layer, _ costs: inout some CostModel
  ) -> ActivationChoice.Layer {
    let (call, count) = (forward[layer.forward], layer.primal.results.count)
    return ActivationChoice.Layer(
      reads: stashed(backward[layer.backward].operands.compactMap(valueHeld)),
      needs: stashed(call.operands), outputs: Array(call.results.prefix(count)),
      activationCycles: costs.cost(of: layer.derivative.name).cycles,
      outputCycles: costs.cost(of: layer.primal.name).cycles)
  }

  /// What operations of the backward stage that belong to no layer read of the forward stage's values.
  private func otherwiseRead() -> [ValueID] {
    let calls = Set(layers.map(\.backward))
    return stashed(
      backward[backward.body].operations.filter { !calls.contains($0) }
        .flatMap(backward.valuesRead).compactMap(valueHeld))
  }

  /// The value of the forward stage that an argument of the backward stage is.
  func valueHeld(_ argument: ValueID) -> ValueID? {
    guard case .argument(backward.body, let number) = backward[argument].definition else {
      return nil
    }
    return heldValues[number]
  }

  /// The value that an argument of the backward stage is, where it is not kept.
  func dropped(by argument: ValueID) -> ValueID? {
    valueHeld(argument).flatMap { dropped.contains($0) ? $0 : nil }
  }

  /// Those of the values that are kept for each micro-batch, each once: what the stage computes but for
  /// constants, and what it is given by the stage before it.
  private func stashed(_ values: [ValueID]) -> [ValueID] {
    var seen: Set<ValueID> = []
    return values.filter { value in
      if case .argument(_, let index) = forward[value].definition {
        let operand = caller[pair.forward].operands[index]
        guard caller.operation(defining: operand) != nil else { return false }
      } else if constant(value) != nil {
        return false
      }
      return seen.insert(value).inserted
    }
  }

  private func bytes(_ values: some Sequence<ValueID>) -> Int {
    values.reduce(0) { $0 + forward.type(of: $1).byteCount }
  }

  /// The operands of the forward call that are results of operations, each once, constants left out.
  func neededOperands(of layer: Layer) -> [ValueID] {
    let needed = forward[layer.forward].operands.filter { operand in
      forward.operation(defining: operand) != nil && constant(operand) == nil
    }
    return needed.indices.filter { !needed[..<$0].contains(needed[$0]) }.map { needed[$0] }
  }

  func constant(_ value: ValueID) -> OperationID? {
    guard let id = forward.operation(defining: value),
      case .source(.constant) = forward[id].operation
    else { return nil }
    return id
  }
}
