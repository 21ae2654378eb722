extension TileChecker {
  /// No step writes bytes of another tensor that is needed then or later, or of one that it reads itself; and
  /// no function that is called has its frame where the caller keeps something that it needs.
  ///
  /// What is needed is found from the last step to the first: what is read is needed until the write that
  /// began it. What a repeat reads before it writes it is needed all the way round.
  mutating func checkMemory() {
    let count = function.tensors.count
    var needed = TensorSet(count: count)
    for place in function.results + (number == plan.entry ? function.arguments : []) {
      if let tensor = place.tensor { needed.insert(function.root(of: tensor)) }
    }
    var defined = TensorSet(count: count)
    for place in function.arguments {
      if let tensor = place.tensor { defined.insert(function.root(of: tensor)) }
    }
    var walk = MemoryWalk(
      places: function.tensors.indices.map { place(of: $0) }, fresh: FreshWrites(function))
    _ = check(function.steps, needed: needed, defined: defined, &walk, reports: true)
  }

  /// - Parameters:
  ///   - needed: what is needed after the steps.
  ///   - defined: what has been written when they begin.
  ///   - reports: whether faults are reported; not in a round that only looks for what is needed.
  /// - Returns: what is needed before the steps.
  private mutating func check(
    _ steps: [TileStep], needed: TensorSet, defined: TensorSet, _ walk: inout MemoryWalk,
    reports: Bool
  ) -> TensorSet {
    var needed = needed
    var definedAfter: [TensorSet] = []
    var defined = defined
    for step in steps {
      for tensor in function.touched(by: [step], writtenOnly: true) { defined.insert(tensor) }
      definedAfter.append(defined)
    }
    for (index, step) in steps.enumerated().reversed() {
      path.append(index)
      if case .repeat(_, let iteration, let body) = step.kind {
        // The number of the iteration is needed for the next one.
        for tensor in iteration { needed.insert(function.root(of: tensor)) }
        var around = needed
        around.formUnion(
          check(body, needed: needed, defined: definedAfter[index], &walk, reports: false))
        needed = check(
          body, needed: around, defined: definedAfter[index], &walk, reports: reports)
        for tensor in iteration { needed.remove(function.root(of: tensor)) }
      } else {
        let reads = step.read.map { function.root(of: $0) }
        let writes = step.written.map { function.root(of: $0) }
        if reports {
          let live = needed.intersection(definedAfter[index])
          checkWrites(step, reads, writes, live, walk)
        }
        if walk.begins(step, path) { for tensor in writes { needed.remove(tensor) } }
        // What takes the elements on their way is needed in no other step.
        if case .exchange(let exchange) = step.kind, let staging = exchange.staging {
          needed.remove(function.root(of: staging))
        }
        for tensor in reads { needed.insert(tensor) }
      }
      path.removeLast()
    }
    return needed
  }

  private mutating func checkWrites(
    _ step: TileStep, _ reads: [Int], _ writes: [Int], _ live: TensorSet, _ walk: MemoryWalk
  ) {
    var others = live
    for tensor in reads + writes { others.insert(tensor) }
    for tensor in writes {
      if case .argument(let argument) = function.tensors[tensor].home,
        !function.updates.contains(argument)
      {
        report(.overlap, tensor: tensor, "is written, and the caller keeps argument \(argument)")
      }
      others.forEach { other in
        guard other != tensor, let tile = walk.places[tensor].overlap(walk.places[other]) else {
          return
        }
        report(
          .overlap, tensor: tensor, tile: tile,
          "is written where tensor \(other) is, which is needed")
      }
    }
    if case .exchange = step.kind, reads.first == writes.first {
      report(.overlap, tensor: writes.first, "is exchanged within its own memory")
    }
    if case .call(let callee, let ipu, let arguments, let results) = step.kind {
      checkArguments(callee, arguments, results)
      checkFrames(callee, ipu, others, walk)
    }
  }

  /// What a function changes in place is none of its other arguments.
  private mutating func checkArguments(
    _ callee: Int, _ arguments: [TileStep.Place], _ results: [TileStep.Place]
  ) {
    guard let other = plan.functions[callee] else { return }
    for (index, place) in results.enumerated() {
      guard let made = place.tensor else { continue }
      for (argument, given) in arguments.enumerated() where other.updates[index] != argument {
        if let given = given.tensor, function.root(of: given) == function.root(of: made) {
          report(.overlap, tensor: made, "is made by '\(other.name)' where argument \(argument) is")
        }
      }
    }
  }

  /// The frames of the function and of all that it calls are beside what the caller needs.
  private mutating func checkFrames(
    _ callee: Int, _ ipu: Int, _ needed: TensorSet, _ walk: MemoryWalk
  ) {
    let spans = plan.functions[callee].map { $0.ipus > 1 } ?? false
    let callees = reached[callee].sorted()
    needed.forEach { tensor in
      guard case .frame = walk.places[tensor].space else { return }
      let own = function.tensors[tensor].ipu
      for index in 0..<plan.ipus {
        guard let base = plan.frameBases[number][index],
          function.ipus == 1 || index == own && (spans || index == ipu)
        else { continue }
        let place = walk.places[tensor]
        let bytes = base + place.offset..<base + place.offset + place.largest
        for callee in callees {
          guard let other = plan.functions[callee],
            let start = plan.frameBases[callee][index]
          else { continue }
          let frame = start..<start + other.frameBytes[other.ipus == 1 ? 0 : index]
          if frame.overlaps(bytes) {
            report(
              .overlap, tensor: tensor,
              "is needed, and the frame of '\(other.name)' lies over it on IPU \(index)")
          }
        }
      }
    }
  }

  private mutating func place(of tensor: Int) -> MemoryPlace {
    let owner = function.tensors[tensor]
    let space: MemoryPlace.Space
    var offset = 0
    switch owner.home {
    case .frame(let byte): (space, offset) = (.frame(ipu: owner.ipu), byte)
    case .argument(let number): space = .argument(number)
    case .result(let number): space = .result(number)
    case .alias: space = .none
    }
    return MemoryPlace(
      space: space, offset: offset, counts: table(tensor).counts, bytes: owner.element.byteCount)
  }
}

/// What the walk over a function looks up.
private struct MemoryWalk {
  /// For each tensor.
  var places: [MemoryPlace]
  var fresh: FreshWrites

  /// Whether the step, which is at `path`, begins what it writes.
  func begins(_ step: TileStep, _ path: [Int]) -> Bool {
    if case .exchange(let exchange) = step.kind, exchange.starts != nil {
      return fresh.begins(path)
    }
    return true
  }
}

/// Bytes of a tensor on all tiles.
private struct MemoryPlace {
  enum Space: Hashable {
    case frame(ipu: Int)
    case argument(Int)
    case result(Int)
    case none
  }

  var space: Space
  /// The first byte.
  var offset: Int
  /// Elements of each tile, and bytes of an element.
  var counts: [Int]
  var bytes: Int
  /// Bytes of the fullest tile.
  let largest: Int

  init(space: Space, offset: Int, counts: [Int], bytes: Int) {
    (self.space, self.offset, self.counts, self.bytes) = (space, offset, counts, bytes)
    largest = (counts.max() ?? 0) * bytes
  }

  /// The first tile on which both have a byte.
  func overlap(_ other: MemoryPlace) -> Int? {
    guard space == other.space, space != .none, offset < other.offset + other.largest,
      other.offset < offset + largest
    else { return nil }
    return counts.indices.first { tile in
      let (own, its) = (counts[tile] * bytes, other.counts[tile] * other.bytes)
      return own > 0 && its > 0 && offset < other.offset + its && other.offset < offset + own
    }
  }
}
