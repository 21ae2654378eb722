import GraphIR
import Operations

extension StageRecomputation {
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
