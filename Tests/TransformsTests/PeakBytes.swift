import GraphIR
import Operations

/// The most bytes that a function holds at once beside its arguments, counted as plainly as can be: each
/// value from the operation that makes it to the last that reads it, a call with all that its callee
/// holds. A reshape is another name for its operand, and so is what was added to an accumulator that
/// nothing else reads.
struct PeakBytes {
  let module: Module
  private var known: [String: Int] = [:]

  init(_ module: Module) { self.module = module }

  mutating func peak(of name: String) -> Int {
    if let peak = known[name] { return peak }
    guard let function = module[name] else { return 0 }
    let peak = peak(of: function.body, in: function)
    known[name] = peak
    return peak
  }

  private mutating func peak(of block: BlockID, in function: Function) -> Int {
    let operations = function[block].operations
    var root: [ValueID: ValueID] = [:]
    var lastUse: [ValueID: Int] = [:]
    for (position, id) in operations.enumerated() {
      for value in function.valuesRead(by: id) { lastUse[root[value] ?? value] = position }
      for result in function[id].results {
        guard let operand = other(result, id, function) else { continue }
        root[result] = root[operand] ?? operand
      }
    }
    var dying: [Int: Int] = [:]
    var (live, peak) = (0, 0)
    for (position, id) in operations.enumerated() {
      let node = function[id]
      var inner = 0
      if case .control(.call(let callee)) = node.operation { inner = self.peak(of: callee) }
      if case .control(.repeat) = node.operation, let body = node.body {
        inner = self.peak(of: body, in: function)
      }
      let made = node.results.filter { root[$0] == nil }
      let bytes = made.reduce(0) { $0 + function.type(of: $1).tileByteCount }
      peak = max(peak, live + max(inner, bytes))
      live += bytes - (dying[position] ?? 0)
      for result in made {
        let size = function.type(of: result).tileByteCount
        if let last = lastUse[result] { dying[last, default: 0] += size } else { live -= size }
      }
    }
    return peak
  }

  /// The operand whose place a result has.
  private func other(_ result: ValueID, _ id: OperationID, _ function: Function) -> ValueID? {
    if case .movement(.reshape) = function[id].operation { return function[id].operands[0] }
    guard let operand = accumulator(result, id, function), function[operand].uses.count == 1 else {
      return nil
    }
    return operand
  }

  /// The accumulator that a result has grown from; an addition here only counts within functions.
  private func accumulator(
    _ result: ValueID, _ id: OperationID, _ function: Function, alsoSums: Bool = false
  ) -> ValueID? {
    let node = function[id]
    switch node.operation {
    case .accumulation: return node.operands[0]
    case .elementwise(.binary(.add)) where alsoSums: return node.operands[0]
    case .control(.call(let name)):
      guard let callee = module[name], let number = node.results.firstIndex(of: result) else {
        return nil
      }
      var value = callee.results[number]
      while let maker = callee.operation(defining: value) {
        guard let next = accumulator(value, maker, callee, alsoSums: true) else { return nil }
        value = next
      }
      return callee.arguments.firstIndex(of: value).map { node.operands[$0] }
    default: return nil
    }
  }
}
