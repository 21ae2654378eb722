/// When each tensor of a function holds something, by the steps' numbers: all steps in order, those of a
/// repeat's body after it, and after them a number for the repeat's end, as at the end of the function.
struct Liveness {
  /// For each tensor that is in the function's frame; nil for others, and where no step touches it.
  private(set) var ranges: [ClosedRange<Int>?]
  /// The steps by their numbers; nil for the ends of repeats and of the function.
  private(set) var steps: [TileStep?] = []
  /// For each tensor the one whose memory it has.
  private let roots: [Int]
  private var repeats: [Repeat] = []
  private var touches: [[Touch]]

  /// The operation whose step touches a tensor, or an alias of it, first.
  func firstOperation(of tensor: Int) -> Int? {
    touches[tensor].first.flatMap { steps[$0.number]?.operation }
  }

  private struct Repeat {
    var numbers: ClosedRange<Int>
    /// The repeat that it is in.
    var outer: Int?
  }

  private struct Touch {
    var number: Int
    /// The innermost repeat.
    var loop: Int?
    var isWrite: Bool
  }

  /// - Parameter isEntry: whether the host writes the arguments before the function runs and reads the
  ///   results after it, so that both live all the time.
  init(_ function: TileFunction, isEntry: Bool) {
    roots = function.tensors.indices.map { function.root(of: $0) }
    ranges = function.tensors.map { _ in nil }
    touches = function.tensors.map { _ in [] }
    walk(function.steps, in: nil)
    // The function's own end, so that there is a number even where there is no step.
    steps.append(nil)
    let last = steps.count - 1
    for (tensor, touches) in touches.enumerated() {
      guard case .frame = function.tensors[tensor].home, roots[tensor] == tensor else { continue }
      ranges[tensor] = range(of: touches)
    }
    guard isEntry else { return }
    for case .tensor(let tensor) in function.arguments + function.results {
      if case .frame = function.tensors[roots[tensor]].home { ranges[roots[tensor]] = 0...last }
    }
  }

  private mutating func walk(_ list: [TileStep], in loop: Int?) {
    for step in list {
      let number = steps.count
      steps.append(step)
      guard case .repeat(_, let iteration, let body) = step.kind else {
        touch(step.read, Touch(number: number, loop: loop, isWrite: false))
        touch(step.written, Touch(number: number, loop: loop, isWrite: true))
        continue
      }
      repeats.append(Repeat(numbers: number...number, outer: loop))
      let own = repeats.count - 1
      // The number of the iteration is kept from one to the next.
      touch(iteration, Touch(number: number, loop: loop, isWrite: true))
      walk(body, in: own)
      repeats[own].numbers = number...steps.count
      touch(iteration, Touch(number: steps.count, loop: loop, isWrite: true))
      steps.append(nil)
    }
  }

  private mutating func touch(_ tensors: [Int], _ touch: Touch) {
    for tensor in tensors { touches[roots[tensor]].append(touch) }
  }

  /// From the first step that touches a tensor to the last. What is handed from one iteration of a repeat to
  /// the next, being read before it is written or touched outside too, lives as long as the repeat.
  private func range(of touches: [Touch]) -> ClosedRange<Int>? {
    guard let first = touches.first else { return nil }
    // The innermost repeat within which all of the tensor's life is.
    var home = first.isWrite ? first.loop : nil
    for touch in touches {
      while let loop = home, !isInside(touch.loop, loop) { home = repeats[loop].outer }
    }
    return touches.map { span(of: $0, within: home) }.reduce(span(of: first, within: home)) {
      min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
    }
  }

  /// The touch's number, or all of the outermost repeat that it is in but `home` is not.
  private func span(of touch: Touch, within home: Int?) -> ClosedRange<Int> {
    var span = touch.number...touch.number
    var loop = touch.loop
    while let inner = loop, loop != home {
      span = repeats[inner].numbers
      loop = repeats[inner].outer
    }
    return span
  }

  private func isInside(_ loop: Int?, _ outer: Int) -> Bool {
    var loop = loop
    while let inner = loop {
      if inner == outer { return true }
      loop = repeats[inner].outer
    }
    return false
  }
}

extension TileFunction {
  /// The tensor whose memory a tensor has: itself, unless it is an alias.
  package func root(of tensor: Int) -> Int {
    var tensor = tensor
    while case .alias(let other) = tensors[tensor].home { tensor = other }
    return tensor
  }
}
