import Foundations
import TileProgram

extension TileProgram {
  /// Gives each tensor its place in its function's frame, and each frame its place on each IPU: behind what
  /// lives in the callers whenever the function is called.
  mutating func placeFrames(_ calleesFirst: [Int]) {
    var calls: [[FrameCall]] = functions.map { _ in [] }
    // Bytes that a function takes with all that it calls.
    var depths = functions.map { _ in 0 }
    for number in calleesFirst {
      guard let function = functions[number] else { continue }
      var best: (placement: FramePlacement, depth: Int)?
      for order in FramePlacement.Order.allCases {
        var placement = FramePlacement(function, isEntry: number == entry)
        placement.place(order)
        let depth = placement.depth(callees: depths)
        if best.map({ depth < $0.depth }) ?? true { best = (placement, depth) }
      }
      guard let best else { continue }
      depths[number] = best.depth
      calls[number] = best.placement.calls
      functions[number] = best.placement.function
    }
    frameBases[entry] = frameBases[entry].map { _ in 0 }
    for number in calleesFirst.reversed() {
      for call in calls[number] {
        let spans = functions[call.function]?.ipus ?? 1 > 1
        for ipu in frameBases[call.function].indices {
          // A function of one IPU runs on each that it is called on, with the caller's tensors there.
          let own = functions[number].map { $0.ipus > 1 } ?? false
          if own {
            guard spans || call.ipu == ipu, let base = frameBases[number][ipu] else { continue }
            raise(call.function, ipu, to: base + call.tops[ipu])
          } else {
            guard let base = frameBases[number][ipu] else { continue }
            raise(call.function, ipu, to: base + call.tops[0])
          }
        }
      }
    }
  }

  private mutating func raise(_ function: Int, _ ipu: Int, to base: Int) {
    frameBases[function][ipu] = max(frameBases[function][ipu] ?? 0, base)
  }
}

/// A call, with the end of what lives in the caller's frame on each IPU while it runs.
struct FrameCall {
  var function: Int
  var ipu: Int
  var tops: [Int]
}

/// Places the tensors of one function's frame: one after the other, each in the first gap among those that
/// live at one time with it.
struct FramePlacement {
  /// Which tensors are placed first. None is best for every function.
  enum Order: CaseIterable {
    /// Those that begin first.
    case start
    /// The largest.
    case size
    /// Those that live longest.
    case lifetime
  }

  private(set) var function: TileFunction
  private(set) var calls: [FrameCall] = []
  private let isEntry: Bool
  /// For each tensor that owns memory when it is used first and last; empty where it is never.
  private var lifetimes: [ClosedRange<Int>?]
  private var position = 0
  /// The repeats, the inner ones first.
  private var repeats: [ClosedRange<Int>] = []
  private var callPositions: [(function: Int, ipu: Int, position: Int)] = []

  /// Bytes that addresses are multiples of: what a tile loads at a time.
  static let alignment = 8

  init(_ function: TileFunction, isEntry: Bool) {
    self.function = function
    self.isEntry = isEntry
    lifetimes = function.tensors.map { _ in nil }
  }

  mutating func place(_ chosen: Order) {
    walk(function.steps)
    keepThroughRepeats()
    if isEntry { keepHostTensors() }
    let order = function.tensors.indices.filter {
      lifetimes[$0] != nil && function.tensors[$0].home == .frame(offset: 0)
    }
    function.frameBytes = []
    for ipu in 0..<function.ipus {
      function.frameBytes.append(place(order.filter { function.tensors[$0].ipu == ipu }, chosen))
    }
    for call in callPositions {
      calls.append(
        FrameCall(
          function: call.function, ipu: call.ipu,
          tops: (0..<function.ipus).map { top(of: $0, at: call.position, order) }))
    }
  }

  /// What the host writes and reads is there before and after the run.
  private mutating func keepHostTensors() {
    for case .tensor(let tensor) in function.arguments + function.results {
      lifetimes[owner(of: tensor)] = -1...position
    }
  }

  private func size(_ tensor: Int) -> Int {
    let bytes = function.tensors[tensor].tileBytes
    return (bytes + Self.alignment - 1) / Self.alignment * Self.alignment
  }

  /// Bytes that the function takes on the IPU where it takes most, with what it calls.
  func depth(callees: [Int]) -> Int {
    calls.reduce(function.frameBytes.max() ?? 0) { depth, call in
      max(depth, (call.tops.max() ?? 0) + callees[call.function])
    }
  }

  private mutating func place(_ tensors: [Int], _ order: Order) -> Int {
    let sorted = tensors.sorted { key($0, order) < key($1, order) }
    var placed: [(lifetime: ClosedRange<Int>, range: Range<Int>)] = []
    var frame = 0
    for tensor in sorted {
      guard let lifetime = lifetimes[tensor] else { continue }
      // Tensors that begin first are placed behind those that have ended: these need not be looked at.
      if order == .start { placed.removeAll { $0.lifetime.upperBound < lifetime.lowerBound } }
      let size = size(tensor)
      var offset = 0
      // What is placed is in the order of the addresses.
      for other in placed where other.lifetime.overlaps(lifetime) {
        if other.range.lowerBound >= offset + size { break }
        offset = max(offset, other.range.upperBound)
      }
      function.tensors[tensor].home = .frame(offset: offset)
      let place = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.count
      placed.insert((lifetime, offset..<offset + size), at: place)
      frame = max(frame, offset + size)
    }
    return frame
  }

  private func key(_ tensor: Int, _ order: Order) -> (Int, Int, Int, Int) {
    let lifetime = lifetimes[tensor] ?? 0...0
    switch order {
    case .start: return key(tensor)
    case .size: return (-size(tensor), lifetime.lowerBound, -lifetime.upperBound, tensor)
    case .lifetime:
      return (lifetime.lowerBound - lifetime.upperBound, -size(tensor), lifetime.lowerBound, tensor)
    }
  }

  /// Earlier first; of those that begin together the longest-lived, then the largest.
  private func key(_ tensor: Int) -> (Int, Int, Int, Int) {
    let lifetime = lifetimes[tensor] ?? 0...0
    return (lifetime.lowerBound, -lifetime.upperBound, -size(tensor), tensor)
  }

  private func top(of ipu: Int, at position: Int, _ tensors: [Int]) -> Int {
    tensors.reduce(0) { top, tensor in
      guard function.tensors[tensor].ipu == ipu, let lifetime = lifetimes[tensor],
        lifetime.contains(position), case .frame(let offset) = function.tensors[tensor].home
      else { return top }
      return max(top, offset + size(tensor))
    }
  }

  // MARK: Lifetimes

  private func owner(of tensor: Int) -> Int {
    if case .alias(let other) = function.tensors[tensor].home { return owner(of: other) }
    return tensor
  }

  private mutating func use(_ tensor: Int) {
    let owner = owner(of: tensor)
    let lifetime = lifetimes[owner] ?? position...position
    lifetimes[owner] = min(lifetime.lowerBound, position)...max(lifetime.upperBound, position)
  }

  private mutating func walk(_ steps: [TileStep]) {
    for step in steps {
      if case .repeat(_, let iteration, let body) = step.kind {
        walk(repeat: body, iteration)
      } else {
        step.tensors.forEach { use($0) }
        if case .call(let function, let ipu, _, _) = step.kind {
          callPositions.append((function, ipu, position))
        }
      }
      position += 1
    }
  }

  /// What the body reads before it writes it, and what is used outside too, lives through the repeat.
  private mutating func walk(repeat body: [TileStep], _ iteration: [Int]) {
    let start = position
    let before = lifetimes
    iteration.forEach { use($0) }
    position += 1
    walk(body)
    let end = position
    iteration.forEach { use($0) }
    var written: Set<Int> = []
    var readFirst: Set<Int> = []
    noteFirstUses(body, &written, &readFirst)
    for tensor in lifetimes.indices {
      guard let lifetime = lifetimes[tensor], lifetime.upperBound > start else { continue }
      if before[tensor] != nil || readFirst.contains(tensor) {
        lifetimes[tensor] = min(lifetime.lowerBound, start)...end
      }
    }
    repeats.append(start...end)
  }

  /// What is written in a repeat and read after it must survive the iterations that follow.
  private mutating func keepThroughRepeats() {
    for range in repeats {
      for tensor in lifetimes.indices {
        guard let lifetime = lifetimes[tensor], range.contains(lifetime.lowerBound),
          lifetime.upperBound > range.upperBound
        else { continue }
        lifetimes[tensor] = range.lowerBound...lifetime.upperBound
      }
    }
  }

  private func noteFirstUses(
    _ steps: [TileStep], _ written: inout Set<Int>, _ readFirst: inout Set<Int>
  ) {
    for step in steps {
      if case .repeat(_, _, let body) = step.kind {
        noteFirstUses(body, &written, &readFirst)
        continue
      }
      for tensor in step.read.map(owner) where !written.contains(tensor) {
        readFirst.insert(tensor)
      }
      for tensor in step.written.map(owner) { written.insert(tensor) }
    }
  }
}
