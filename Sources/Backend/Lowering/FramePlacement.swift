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
      var placement = FramePlacement(function, isEntry: number == entry)
      depths[number] = placement.place(callees: depths)
      calls[number] = placement.calls
      functions[number] = placement.function
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
  /// For each tensor the one whose memory it has.
  private let owners: [Int]
  /// For each tensor the bytes that it takes of a tile's memory.
  private let sizes: [Int]
  /// For each tensor that owns memory when it is used first and last; nil where it is never.
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
    owners = function.tensors.indices.map { tensor in
      var owner = tensor
      while case .alias(let other) = function.tensors[owner].home { owner = other }
      return owner
    }
    sizes = function.tensors.map {
      ($0.tileBytes + Self.alignment - 1) / Self.alignment * Self.alignment
    }
  }

  /// Where the tensors of each IPU are, and what that takes.
  private struct Placing {
    var offsets: [Int]
    var frameBytes: [Int]
    var calls: [FrameCall]
    var depth: Int
  }

  /// Places all tensors in the order that takes the least.
  /// - Parameter callees: the bytes that each function takes that this one calls, with all that it calls.
  /// - Returns: the same of this function.
  mutating func place(callees: [Int]) -> Int {
    walk(function.steps)
    keepThroughRepeats()
    if isEntry { keepHostTensors() }
    let inFrame = function.tensors.indices.filter {
      lifetimes[$0] != nil && function.tensors[$0].home == .frame(offset: 0)
    }
    let byIPU = (0..<function.ipus).map { ipu in
      inFrame.filter { function.tensors[$0].ipu == ipu }
    }
    var best: Placing?
    for order in Order.allCases {
      let placing = placing(byIPU, order, callees)
      if best.map({ placing.depth < $0.depth }) ?? true { best = placing }
    }
    guard let best else { return 0 }
    for tensor in inFrame { function.tensors[tensor].home = .frame(offset: best.offsets[tensor]) }
    function.frameBytes = best.frameBytes
    calls = best.calls
    return best.depth
  }

  /// What the host writes and reads is there before and after the run.
  private mutating func keepHostTensors() {
    for case .tensor(let tensor) in function.arguments + function.results {
      lifetimes[owners[tensor]] = -1...position
    }
  }

  private func placing(_ byIPU: [[Int]], _ order: Order, _ callees: [Int]) -> Placing {
    var placing = Placing(
      offsets: sizes.map { _ in 0 }, frameBytes: [], calls: [], depth: 0)
    var tops = callPositions.map { _ in [Int]() }
    for tensors in byIPU {
      placing.frameBytes.append(place(tensors, order, &placing.offsets))
      for (index, call) in callPositions.enumerated() {
        tops[index].append(top(at: call.position, tensors, placing.offsets))
      }
    }
    placing.depth = placing.frameBytes.max() ?? 0
    for (call, tops) in zip(callPositions, tops) {
      placing.calls.append(FrameCall(function: call.function, ipu: call.ipu, tops: tops))
      placing.depth = max(placing.depth, (tops.max() ?? 0) + callees[call.function])
    }
    return placing
  }

  private func place(_ tensors: [Int], _ order: Order, _ offsets: inout [Int]) -> Int {
    // What lives all the time lies at the bottom, and all else above it.
    let always = -1...position
    var base = 0
    for tensor in tensors where lifetimes[tensor] == always {
      offsets[tensor] = base
      base += sizes[tensor]
    }
    let keys = tensors.filter { lifetimes[$0] != always }
      .map { (tensor: $0, key: key($0, order)) }.sorted { $0.key < $1.key }
    var placed: [(lifetime: ClosedRange<Int>, range: Range<Int>)] = []
    var frame = base
    for (tensor, _) in keys {
      guard let lifetime = lifetimes[tensor] else { continue }
      // Tensors that begin first are placed behind those that have ended: these need not be looked at.
      if order == .start { placed.removeAll { $0.lifetime.upperBound < lifetime.lowerBound } }
      var offset = base
      // What is placed is in the order of the addresses.
      for other in placed where other.lifetime.overlaps(lifetime) {
        if other.range.lowerBound >= offset + sizes[tensor] { break }
        offset = max(offset, other.range.upperBound)
      }
      offsets[tensor] = offset
      // Binary search for the first that begins behind it.
      var (low, high) = (0, placed.count)
      while low < high {
        let middle = (low + high) / 2
        if placed[middle].range.lowerBound > offset { high = middle } else { low = middle + 1 }
      }
      placed.insert((lifetime, offset..<offset + sizes[tensor]), at: low)
      frame = max(frame, offset + sizes[tensor])
    }
    return frame
  }

  /// What comes first is smaller; the number decides at last.
  private func key(_ tensor: Int, _ order: Order) -> (Int, Int, Int, Int) {
    let lifetime = lifetimes[tensor] ?? 0...0
    return switch order {
    case .start: (lifetime.lowerBound, -lifetime.upperBound, -sizes[tensor], tensor)
    case .size: (-sizes[tensor], lifetime.lowerBound, -lifetime.upperBound, tensor)
    case .lifetime:
      (lifetime.lowerBound - lifetime.upperBound, -sizes[tensor], lifetime.lowerBound, tensor)
    }
  }

  private func top(at position: Int, _ tensors: [Int], _ offsets: [Int]) -> Int {
    tensors.reduce(0) { top, tensor in
      guard let lifetime = lifetimes[tensor], lifetime.contains(position) else { return top }
      return max(top, offsets[tensor] + sizes[tensor])
    }
  }

  // MARK: Lifetimes

  private mutating func use(_ tensor: Int) {
    let owner = owners[tensor]
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
      for tensor in step.read.map({ owners[$0] }) where !written.contains(tensor) {
        readFirst.insert(tensor)
      }
      for tensor in step.written.map({ owners[$0] }) { written.insert(tensor) }
    }
  }
}
