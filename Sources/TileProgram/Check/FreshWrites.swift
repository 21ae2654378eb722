import Operations

/// Which writes of a function begin a tensor anew, so that what was in its memory before is not needed.
///
/// A write of the whole does. A write of a box does where further boxes of the same block make it whole
/// before anything reads it, or where the only reader takes no more than what was written.
struct FreshWrites {
  private let function: TileFunction
  /// For each block, in the order of a walk, the exchanges that begin their destination.
  private(set) var starts: [[Int]: Set<Int>] = [:]

  init(_ function: TileFunction) {
    self.function = function
    walk(function.steps, [])
  }

  /// Whether step `index` of the block at `path` begins the destination of its exchange.
  func begins(_ path: [Int]) -> Bool {
    starts[Array(path.dropLast())]?.contains(path[path.count - 1]) ?? false
  }

  private mutating func walk(_ steps: [TileStep], _ path: [Int]) {
    // For each tensor that is being written in boxes: the first of them, and what is written.
    var open: [Int: (first: Int, written: WrittenPart)] = [:]
    var found: Set<Int> = []
    for (index, step) in steps.enumerated() {
      if case .repeat(_, _, let body) = step.kind {
        walk(body, path + [index])
        for tensor in function.touched(by: body) { open[tensor] = nil }
      }
      for (position, tensor) in step.read.enumerated() {
        let owner = function.root(of: tensor)
        if position == 1, case .compute(.operation(.accumulation(.slice)), _, _) = step.kind,
          let run = open[owner]
        {
          found.insert(run.first)
        }
        open[owner] = nil
      }
      guard case .exchange(let exchange) = step.kind else {
        for tensor in step.written { open[function.root(of: tensor)] = nil }
        continue
      }
      let owner = function.root(of: exchange.destination)
      guard let box = exchange.box else {
        open[owner] = nil
        continue
      }
      let shape = function.tensors[exchange.destination].layout.shape
      var run = open[owner] ?? (index, WrittenPart(nothingOf: shape))
      run.written.write(box, shape)
      open[owner] = run
      if run.written.isWhole {
        found.insert(run.first)
        open[owner] = nil
      }
    }
    starts[path] = found
  }
}

extension TileFunction {
  /// The owners of what steps write, and also read, those in repeats among them; some more than once.
  func touched(by steps: [TileStep], writtenOnly: Bool = false) -> [Int] {
    steps.flatMap { step in
      var owners = (writtenOnly ? step.written : step.tensors).map(root)
      if case .repeat(_, _, let body) = step.kind {
        owners += touched(by: body, writtenOnly: writtenOnly)
      }
      return owners
    }
  }
}
