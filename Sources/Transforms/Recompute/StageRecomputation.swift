import Foundations
import GraphIR
import Operations

/// Recomputation across the border between a forward stage and its backward stage, which one caller
/// joins: activations that the forward stage gives the backward stage become checkpoints, from which
/// the backward stage computes them again.
struct StageRecomputation {
  private let pair: DerivativePair
  private let caller: Function
  private let module: Module
  private let forward: Function
  private let forwardResults: [ValueID]
  private let backward: Function
  /// Which argument of the backward stage holds a value of the forward stage.
  private var argumentHolding: ValueNumbers
  /// The number of the forward stage's result that an argument of the backward stage is.
  private var resultOfArgument: [Int?]
  /// The value of the forward stage that an argument of the backward stage is.
  private var heldValues: [ValueID?]
  private var layers: [Layer] = []
  /// The outputs of chosen layers that the backward stage computes again for layers after them.
  private var dropped: Set<ValueID> = []

  /// A layer's call in the forward stage, and its backward call in the backward stage.
  private struct Layer {
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
  private func result(heldBy argument: ValueID) -> ValueID? {
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
  private func valueHeld(_ argument: ValueID) -> ValueID? {
    guard case .argument(backward.body, let number) = backward[argument].definition else {
      return nil
    }
    return heldValues[number]
  }

  /// The value that an argument of the backward stage is, where it is not kept.
  private func dropped(by argument: ValueID) -> ValueID? {
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
  private func neededOperands(of layer: Layer) -> [ValueID] {
    let needed = forward[layer.forward].operands.filter { operand in
      forward.operation(defining: operand) != nil && constant(operand) == nil
    }
    return needed.indices.filter { !needed[..<$0].contains(needed[$0]) }.map { needed[$0] }
  }

  private func constant(_ value: ValueID) -> OperationID? {
    guard let id = forward.operation(defining: value),
      case .source(.constant) = forward[id].operation
    else { return nil }
    return id
  }

  /// Puts the changed stages into the module, and calls of them into the caller.
  func apply(_ rewriter: inout Rewriter, _ module: inout Module) {
    let chosen = layers.filter(\.isChosen)
    guard !chosen.isEmpty else { return }
    let backwardStage = backwardStage(chosen)
    let forwardStage = forwardStage(chosen, backwardStage, rewriter.function)
    module.insert(forwardStage.function)
    module.insert(backwardStage.function)

    let (forwardCall, backwardCall) = (
      rewriter.function[pair.forward], rewriter.function[pair.backward]
    )
    rewriter.insertionPoint = .before(pair.forward)
    let results = rewriter.call(forwardStage.function, forwardCall.operands)
    for (number, result) in zip(forwardStage.kept, results) {
      rewriter.replaceAllUses(of: forwardCall.results[number], with: result)
    }
    let places = ValueNumbers(placesOf: forwardStage.gives, in: forward)
    let operands = backwardStage.old.map { rewriter.function[pair.backward].operands[$0] }
    let further = backwardStage.further.map { value in
      if case .argument(_, let index) = forward[value].definition {
        return forwardCall.operands[index]
      }
      guard let place = places[value] else {
        preconditionFailure("the forward stage gives each checkpoint")
      }
      return results[place]
    }
    rewriter.insertionPoint = .before(pair.backward)
    let gradients = rewriter.call(backwardStage.function, operands + further)
    for (old, new) in zip(backwardCall.results, gradients) {
      rewriter.replaceAllUses(of: old, with: new)
    }
    rewriter.erase(pair.backward)
    rewriter.erase(pair.forward)
    rewriter.insertionPoint = .end(rewriter.function.body)
  }

  // MARK: The stages

  private struct BackwardStage {
    var function: Function
    /// The numbers of the old arguments that it still takes, its first ones.
    var old: [Int]
    /// The values of the forward stage that it takes after them.
    var further: [ValueID]
  }

  /// Calls each chosen layer's forward function right before its backward function.
  private func backwardStage(_ chosen: [Layer]) -> BackwardStage {
    let layerOf = Dictionary(chosen.map { ($0.backward, $0) }) { first, _ in first }
    /// The number of the layer's result that an operand of its backward call is.
    func activation(_ operand: ValueID, _ layer: Layer) -> Int? {
      guard let result = result(heldBy: operand),
        case .result(layer.forward, let index) = forward[result].definition
      else { return nil }
      return index
    }

    var isNeeded = backward.arguments.map { _ in false }
    var further: [ValueID] = []
    var isFurther = ValueSet(for: forward)
    for id in backward[backward.body].operations {
      var operands = backward.valuesRead(by: id)
      if let layer = layerOf[id] {
        operands.removeAll { activation($0, layer) != nil || dropped(by: $0) != nil }
        for operand in forward[layer.forward].operands
        where constant(operand) == nil && !dropped.contains(operand) {
          if let argument = argumentHolding[operand] {
            isNeeded[argument] = true
          } else if isFurther.insert(operand) {
            further.append(operand)
          }
        }
      }
      for operand in operands {
        guard case .argument(backward.body, let number) = backward[operand].definition else {
          continue
        }
        isNeeded[number] = true
      }
    }

    var rewriter = Rewriter(functionNamed: backward.name)
    rewriter.place(backward.placement)
    /// What stands for values of the backward stage, and of the forward stage.
    var (copies, known) = (ValueMap(for: backward), ValueMap(for: forward))
    let arguments = backward.arguments
    let old = isNeeded.indices.filter { isNeeded[$0] }
    for number in old {
      copies[arguments[number]] = rewriter.addArgument(backward.type(of: arguments[number]))
    }
    for value in forward.arguments + forwardResults {
      if let number = argumentHolding[value], let copy = copies.find(arguments[number]) {
        known[value] = copy
      }
    }
    for value in further { known[value] = rewriter.addArgument(forward.type(of: value)) }
    for id in backward[backward.body].operations where !backward[id].operation.isTerminator {
      guard let layer = layerOf[id] else {
        rewriter.copy(id, of: backward, &copies)
        continue
      }
      makeOperands(of: layer, &rewriter, &known)
      let operands = forward[layer.forward].operands
      let again = rewriter.call(layer.derivative, known[operands])
      let node = backward[id]
      let results = rewriter.insert(
        node.operation,
        node.operands.map { operand in
          activation(operand, layer).map { again[$0] }
            ?? dropped(by: operand).map { known[$0] } ?? copies[operand]
        }, resultTypes: node.results.map(backward.type(of:)))
      copies.set(node.results, to: results)
    }
    rewriter.return(copies[backward.results])
    return BackwardStage(function: rewriter.function, old: old, further: further)
  }

  /// Computes those operands of a layer's forward call that are not kept: constants, and outputs of layers
  /// before it, from the last one that is kept on.
  private func makeOperands(
    of layer: Layer, _ rewriter: inout Rewriter, _ known: inout ValueMap
  ) {
    var pending = [layer]
    while let next = pending.last {
      let operands = forward[next.forward].operands
      let missing = operands.filter { dropped.contains($0) && known.find($0) == nil }
      let makers = missing.compactMap { value in
        layers.first { forward[$0.forward].results.contains(value) }
      }
      if !makers.isEmpty {
        pending += makers
        continue
      }
      pending.removeLast()
      for id in operands.compactMap(constant) { rewriter.copy(id, of: forward, &known) }
      let outputs = forward[next.forward].results.prefix(next.primal.results.count)
      guard !pending.isEmpty, outputs.contains(where: { known.find($0) == nil }) else { continue }
      let again = rewriter.call(next.primal, known[operands])
      for (value, result) in zip(outputs, again) where dropped.contains(value) {
        known[value] = result
      }
    }
  }

  private struct ForwardStage {
    var function: Function
    /// The numbers of the old results that it still gives, its first ones.
    var kept: [Int]
    /// The values of the old forward stage that it gives, in order.
    var gives: [ValueID]
  }

  /// Gives checkpoints in place of activations, and calls the plain layers.
  private func forwardStage(
    _ chosen: [Layer], _ backwardStage: BackwardStage, _ caller: Function
  ) -> ForwardStage {
    let call = caller[pair.forward]
    var isStillRead = call.results.map { _ in false }
    for number in backwardStage.old.compactMap({ resultOfArgument[$0] }) {
      isStillRead[number] = true
    }
    let kept = call.results.indices.filter { number in
      isStillRead[number]
        || caller[call.results[number]].uses.contains { $0.operation != pair.backward }
    }
    var gives = kept.map { forwardResults[$0] }
    var given = ValueSet(forward.arguments + gives, of: forward)
    for value in backwardStage.further where given.insert(value) { gives.append(value) }
    let layerOf = Dictionary(chosen.map { ($0.forward, $0) }) { first, _ in first }
    var rewriter = Rewriter(functionNamed: forward.name)
    rewriter.place(forward.placement)
    var copies = ValueMap(for: forward)
    for argument in forward.arguments {
      copies[argument] = rewriter.addArgument(forward.type(of: argument))
    }
    for id in forward[forward.body].operations where !forward[id].operation.isTerminator {
      let node = forward[id]
      guard let layer = layerOf[id],
        node.results.dropFirst(layer.primal.results.count).allSatisfy({ !given.contains($0) })
      else {
        rewriter.copy(id, of: forward, &copies)
        continue
      }
      let results = rewriter.call(layer.primal, copies[node.operands])
      copies.set(node.results, to: results)
    }
    rewriter.return(copies[gives])
    return ForwardStage(function: rewriter.function, kept: kept, gives: gives)
  }
}
