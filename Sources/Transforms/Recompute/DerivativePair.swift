import Foundations
import GraphIR
import Operations

/// A call of a forward function and the call of the backward function that reads what it kept, in one
/// function.
package struct DerivativePair {
  let forward: OperationID
  let backward: OperationID
  let forwardName: String
  let backwardName: String
  /// The function that was differentiated: it gives the first results of the forward function.
  let primal: Function

  /// The pairs of a function's body, in the order of the forward calls, whose forward call keeps
  /// something; those that already compute again for the backward call alone are left out.
  static func pairs(in function: Function, of module: Module) -> [DerivativePair] {
    var pairs: [DerivativePair] = []
    for id in function[function.body].operations {
      guard case .control(.call(let callee)) = function[id].operation,
        let names = backwardName(callee),
        let primal = module[names.primal], let derivative = module[names.forward],
        primal.argumentTypes == derivative.argumentTypes,
        Array(derivative.resultTypes.prefix(primal.results.count)) == primal.resultTypes
      else { continue }
      let call = function[id].operands.lazy.compactMap {
        function.call(of: names.forward, keeping: $0, after: primal.results.count)
      }.first
      guard let call else { continue }
      let pair = DerivativePair(
        forward: call, backward: id, forwardName: names.forward, backwardName: callee,
        primal: primal)
      if pair.isReadOutside(function) { pairs.append(pair) }
    }
    guard !pairs.isEmpty else { return [] }
    let positions = function.positions
    return pairs.sorted { positions[$0.forward] ?? 0 < positions[$1.forward] ?? 0 }
  }

  /// The names of the functions that belong to a backward function of the name that differentiation
  /// gives it, `NAME_backward` or `NAME_backward_2`; nil for another name.
  package static func backwardName(_ name: String) -> (primal: String, forward: String)? {
    guard let (primal, suffix) = parts(of: name, direction: "backward") else { return nil }
    return (primal, "\(primal)_forward\(suffix)")
  }

  /// The function that was differentiated, where the name is one that differentiation gives a forward
  /// function.
  package static func primalName(ofForward name: String) -> String? {
    parts(of: name, direction: "forward")?.primal
  }

  private static func parts(
    of name: String, direction: String
  ) -> (primal: String, suffix: String)? {
    let digits = name.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
    var stem = name.utf8[...]
    if digits > 0, stem.dropLast(digits).last == UInt8(ascii: "_") { stem.removeLast(digits + 1) }
    guard Substring(stem).hasSuffix("_\(direction)"), stem.count > direction.utf8.count + 1 else {
      return nil
    }
    let suffix = name.utf8[stem.endIndex...]
    return (
      String(Substring(stem.dropLast(direction.utf8.count + 1))), String(Substring(suffix))
    )
  }

  /// Whether something else than the backward call reads a result of the forward call.
  private func isReadOutside(_ function: Function) -> Bool {
    function[forward].results.contains { result in
      function[result].uses.contains { $0.operation != backward }
    }
  }

  /// Whether the results that only the backward call reads are larger than what must be kept to compute
  /// them again: operands that are no arguments, and that nothing reads from the backward call on.
  func savesBytes(in function: Function, _ positions: [OperationID: Int]) -> Bool {
    let node = function[forward]
    let saved = node.results.dropFirst(primal.results.count).reduce(0) {
      $0 + function.type(of: $1).byteCount
    }
    let end = positions[backward] ?? 0
    let kept = Set(node.operands).filter { operand in
      guard let maker = function.operation(defining: operand) else { return false }
      if case .source(.constant) = function[maker].operation { return false }
      return !function[operand].uses.contains { positions[$0.operation] ?? 0 >= end }
    }
    return saved > kept.reduce(0) { $0 + function.type(of: $1).byteCount }
  }
}

extension Function {
  /// The call of `callee` that keeps a value for its backward call: that gives it after its first
  /// `count` results. Those are for everyone: a layer's output is the next one's operand.
  func call(of callee: String, keeping value: ValueID, after count: Int) -> OperationID? {
    guard case .result(let id, let index) = self[value].definition, index >= count,
      self[id].operation == .control(.call(callee))
    else { return nil }
    return id
  }

  /// The place of each operation of the body.
  var positions: [OperationID: Int] {
    Dictionary(uniqueKeysWithValues: self[body].operations.enumerated().map { ($1, $0) })
  }
}

extension Rewriter {
  /// Computes again what saves bytes, until no operand that one call keeps makes another worth it.
  mutating func recompute(_ pairs: [DerivativePair], of module: Module) {
    var left = pairs
    while !left.isEmpty {
      let positions = function.positions
      let chosen = left.filter { $0.savesBytes(in: function, positions) }
      guard !chosen.isEmpty else { return }
      for pair in chosen { recompute(pair, of: module) }
      left.removeAll { pair in chosen.contains { $0.forward == pair.forward } }
    }
  }

  /// Calls the plain function in place of the forward function, and the forward function right before
  /// the backward one.
  mutating func recompute(_ pair: DerivativePair, of module: Module) {
    guard let derivative = module[pair.forwardName] else { return }
    let (forward, backward) = (function[pair.forward], function[pair.backward])
    insertionPoint = .before(pair.forward)
    let results = call(pair.primal, forward.operands)
    insertionPoint = .before(pair.backward)
    let again = call(derivative, forward.operands)
    for (index, operand) in backward.operands.enumerated() {
      guard let number = forward.results.firstIndex(of: operand) else { continue }
      setOperand(index, of: pair.backward, to: again[number])
    }
    for (old, new) in zip(forward.results, results) { replaceAllUses(of: old, with: new) }
    erase(pair.forward)
    insertionPoint = .end(function.body)
  }
}
