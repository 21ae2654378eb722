import Operations

extension TileChecker {
  /// What is read was written before: the whole of it, or what the view reads. Results are written at the
  /// end. Arguments count as written; so does a stash, which begins as memory that nothing was written to,
  /// of which no reader takes an entry before it was written.
  mutating func checkDefinitions() {
    var written = WrittenTensors(function)
    for place in function.arguments {
      if let tensor = place.tensor { written.write(tensor) }
    }
    for index in function.tensors.indices where function.tensors[index].category == .stash {
      written.write(index)
    }
    checkDefinitions(function.steps, &written)
    for place in function.results {
      guard let tensor = place.tensor, !written.has(tensor) else { continue }
      report(.unwritten, tensor: tensor, "is a result, and nothing writes the whole of it")
    }
  }

  private mutating func checkDefinitions(_ steps: [TileStep], _ written: inout WrittenTensors) {
    for (index, step) in steps.enumerated() {
      path.append(index)
      for (position, tensor) in step.read.enumerated()
      where !written.has(tensor) && !isRead(step, position, tensor, inPart: written) {
        report(.unwritten, tensor: tensor, "is read, and nothing writes the whole of it before")
        // Once is enough.
        written.write(tensor)
      }
      if case .exchange(let exchange) = step.kind {
        written.write(exchange.destination, exchange.box)
        if let staging = exchange.staging { written.write(staging) }
      } else {
        for tensor in step.written { written.write(tensor) }
      }
      if case .repeat(_, _, let body) = step.kind { checkDefinitions(body, &written) }
      path.removeLast()
    }
  }

  /// Whether a step reads no more of a tensor than what was written.
  private func isRead(
    _ step: TileStep, _ position: Int, _ tensor: Int, inPart written: WrittenTensors
  ) -> Bool {
    switch step.kind {
    case .exchange(let exchange): written.has(exchange.view, of: tensor)
    case .compute(.operation(.accumulation(.slice)), _, _) where position == 1:
      written.isBegun(tensor)
    default: false
    }
  }
}

/// Which tensors of a function are written, wholly or in part, at a point of it.
struct WrittenTensors {
  private let function: TileFunction
  /// By owners of memory; nil where nothing is written.
  private var parts: [WrittenPart?]

  init(_ function: TileFunction) {
    self.function = function
    parts = function.tensors.map { _ in nil }
  }

  /// Whether the whole tensor was written.
  func has(_ tensor: Int) -> Bool { parts[function.root(of: tensor)]?.isWhole ?? false }

  /// Whether something of it was written.
  func isBegun(_ tensor: Int) -> Bool { parts[function.root(of: tensor)] != nil }

  /// Whether what the view reads was written.
  func has(_ view: View, of tensor: Int) -> Bool {
    parts[function.root(of: tensor)]?.has(view) ?? false
  }

  /// - Parameter box: what is written of the tensor; nil for the whole.
  mutating func write(_ tensor: Int, _ box: [Range<Int>]? = nil) {
    let shape = function.tensors[tensor].layout.shape
    var part = parts[function.root(of: tensor)] ?? WrittenPart(nothingOf: shape)
    part.write(box, shape)
    parts[function.root(of: tensor)] = part
  }
}

/// What is written of a tensor.
struct WrittenPart {
  private let shape: [Int]
  /// Boxes that nothing was written to.
  private var missing: [[Range<Int>]]

  init(nothingOf shape: [Int]) {
    self.shape = shape
    missing = [shape.map { 0..<$0 }]
  }

  /// Whether everything is.
  var isWhole: Bool { missing.isEmpty }

  /// - Parameters:
  ///   - box: what is written; nil for everything.
  ///   - axes: the shape that the box is of; boxes of another shape than the first are not counted.
  mutating func write(_ box: [Range<Int>]?, _ axes: [Int]) {
    guard let box else { return missing = [] }
    if axes == shape { missing = missing.flatMap { Self.subtract(box, from: $0) } }
  }

  /// Whether what the view reads is; no also where that would take long to say.
  func has(_ view: View) -> Bool {
    if isWhole { return true }
    guard view.shape.reduce(1, *) <= 1 << 20 else { return false }
    let strides = View.strides(of: shape)
    var isWritten = true
    func descend(_ axis: Int, _ element: Int) {
      guard isWritten else { return }
      guard axis < view.shape.count else {
        let index = strides.indices.map { element / strides[$0] % shape[$0] }
        isWritten = !missing.contains { box in
          box.indices.allSatisfy { box[$0].contains(index[$0]) }
        }
        return
      }
      for step in 0..<(view.strides[axis] == 0 ? 1 : view.shape[axis]) {
        descend(axis + 1, element + step * view.strides[axis])
      }
    }
    descend(0, view.offset)
    return isWritten
  }

  /// What is left of a box, in boxes.
  private static func subtract(_ other: [Range<Int>], from box: [Range<Int>]) -> [[Range<Int>]] {
    guard zip(box, other).allSatisfy({ $0.overlaps($1) }) else { return [box] }
    var rest = box
    var pieces: [[Range<Int>]] = []
    for axis in box.indices {
      let common = rest[axis].clamped(to: other[axis])
      for side in [
        rest[axis].lowerBound..<common.lowerBound, common.upperBound..<rest[axis].upperBound,
      ] where !side.isEmpty {
        var piece = rest
        piece[axis] = side
        pieces.append(piece)
      }
      rest[axis] = common
    }
    return pieces
  }
}

extension Exchange {
  /// What is written of the destination; nil for the whole.
  var box: [Range<Int>]? {
    starts.map { starts in zip(starts, view.shape).map { $0..<$0 + $1 } }
  }
}
