extension TileProgram {
  /// Whether a function's own tensors are on several IPUs.
  func spansIPUs(_ function: Int) -> Bool { (functions[function]?.ipus ?? 1) > 1 }

  /// The IPU that a call's function runs on where it runs on one, called from a function that does so too
  /// (`caller`, its IPU) or, nil, from one that spans IPUs. Nil for a function that spans IPUs.
  func ipu(ofCall ipu: Int, to function: Int, from caller: Int?) -> Int? {
    spansIPUs(function) ? nil : caller ?? ipu
  }

  /// Functions that run on an IPU, each once and after those that it calls.
  func functions(on ipu: Int) -> [Int] {
    var order: [Int] = []
    var isVisited = functions.map { _ in false }
    func visit(_ number: Int) {
      guard !isVisited[number], let function = functions[number] else { return }
      isVisited[number] = true
      let own = spansIPUs(number) ? nil : ipu
      visit(calls: function.steps, from: own)
      order.append(number)
    }
    func visit(calls steps: [TileStep], from own: Int?) {
      for step in steps {
        switch step.kind {
        case .call(let callee, let called, _, _):
          if self.ipu(ofCall: called, to: callee, from: own) ?? ipu == ipu { visit(callee) }
        case .repeat(_, _, let body): visit(calls: body, from: own)
        default: break
        }
      }
    }
    if spansIPUs(entry) || ipu == 0 { visit(entry) }
    return order
  }

  /// For each function how many steps of functions that run on an IPU call it there.
  func callSites(on ipu: Int) -> [Int: Int] {
    var sites: [Int: Int] = [:]
    func count(_ steps: [TileStep], from own: Int?) {
      for step in steps {
        switch step.kind {
        case .call(let callee, let called, _, _):
          if self.ipu(ofCall: called, to: callee, from: own) ?? ipu == ipu {
            sites[callee, default: 0] += 1
          }
        case .repeat(_, _, let body): count(body, from: own)
        default: break
        }
      }
    }
    for number in functions(on: ipu) {
      count(functions[number]?.steps ?? [], from: spansIPUs(number) ? nil : ipu)
    }
    return sites
  }

  /// The IPU that a step runs on; nil for what concerns several.
  ///
  /// - Parameter own: the IPU of the function, or nil where it spans IPUs.
  func ipu(of step: TileStep, _ function: TileFunction, on own: Int?) -> Int? {
    if let own { return own }
    switch step.kind {
    case .exchange(let exchange): return function.tensors[exchange.destination].ipu
    case .compute(_, _, let results): return function.tensors[results[0]].ipu
    case .fill(let tensor, _), .infeed(_, let tensor), .load(_, let tensor),
      .store(let tensor, _), .replicaIndex(let tensor):
      return function.tensors[tensor].ipu
    case .call(let callee, let called, _, _):
      return ipu(ofCall: called, to: callee, from: nil)
    case .copyBetweenIPUs, .repeat, .collective: return nil
    }
  }
}
