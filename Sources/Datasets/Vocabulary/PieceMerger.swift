/// Merges the pieces of words, the most frequent pair first.
struct PieceMerger {
  /// The pieces so far, as tokens (`##` before those inside a word); a piece's id is its place.
  private(set) var pieces: [[UInt8]] = []
  private let limit: Int
  private var ids: [[UInt8]: Int32] = [:]
  private var words: [(pieces: [Int32], count: Int)] = []
  private var pairs: [UInt64: Pair] = [:]
  private var queue = PairQueue()

  private struct Pair {
    var count = 0
    /// The words that have the pair, or had it once.
    var words: [Int32] = []
  }

  /// Splits the words into characters. At most `alphabetLimit` different ones get a token, the
  /// most frequent first, and together at most `limit` tokens; other words take no part.
  init(counts: WordCounts, alphabetLimit: Int, limit: Int) {
    self.limit = limit
    let splitWords = counts.words.map {
      (scalars: Array(String(decoding: $0.bytes, as: UTF8.self).unicodeScalars), count: $0.count)
    }
    chooseAlphabet(splitWords, alphabetLimit: alphabetLimit)
    for word in splitWords {
      let tokens = word.scalars.enumerated().map {
        ids[Self.token(for: $0.element, isInside: $0.offset > 0)]
      }
      let known = tokens.compactMap { $0 }
      guard known.count == tokens.count, known.count > 1 else { continue }
      words.append((known, word.count))
    }
    var changes: [UInt64: Int] = [:]
    for number in words.indices {
      addPairs(ofWord: number, to: &changes)
    }
    apply(changes)
  }

  private mutating func chooseAlphabet(
    _ words: [(scalars: [Unicode.Scalar], count: Int)], alphabetLimit: Int
  ) {
    var uses: [Unicode.Scalar: (count: Int, atStart: Bool, inside: Bool)] = [:]
    for word in words {
      for (position, scalar) in word.scalars.enumerated() {
        var use = uses[scalar] ?? (0, false, false)
        use.count += word.count
        if position == 0 { use.atStart = true } else { use.inside = true }
        uses[scalar] = use
      }
    }
    let ranked = uses.sorted {
      ($1.value.count, $0.key.value) < ($0.value.count, $1.key.value)
    }
    var chosen: [[UInt8]] = []
    for (scalar, use) in ranked.prefix(alphabetLimit) {
      // A letter or digit can stand anywhere in words that the text does not have.
      let isFree = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      if use.atStart || isFree { chosen.append(Self.token(for: scalar, isInside: false)) }
      if use.inside || isFree { chosen.append(Self.token(for: scalar, isInside: true)) }
    }
    for token in chosen.prefix(limit).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      addPiece(token)
    }
  }

  /// Merges until there are as many pieces as wanted or no pair is frequent enough.
  mutating func merge(minimumPairCount: Int) {
    while pieces.count < limit, let best = queue.popFirst() {
      guard let pair = pairs[best.key], pair.count > 0 else { continue }
      guard pair.count == best.count else {
        // Counts that have shrunk are put right here; for one that has grown there is an entry.
        if pair.count < best.count {
          queue.insert(PairQueue.Entry(count: pair.count, key: best.key))
        }
        continue
      }
      guard pair.count >= minimumPairCount else { return }
      merge(key: best.key, wordNumbers: pair.words)
    }
  }

  private mutating func merge(key: UInt64, wordNumbers: [Int32]) {
    let left = Int32(key >> 32)
    let right = Int32(key & 0xFFFF_FFFF)
    // The right piece is inside the word, so its `##` goes.
    let token = pieces[Int(left)] + pieces[Int(right)].dropFirst(2)
    let merged = ids[token] ?? addPiece(token)
    var changes: [UInt64: Int] = [:]
    for number in wordNumbers.map({ Int($0) }) {
      let old = words[number].pieces
      guard zip(old, old.dropFirst()).contains(where: { $0 == left && $1 == right }) else {
        continue
      }
      var new: [Int32] = []
      var position = 0
      while position < old.count {
        let isPair =
          position + 1 < old.count && old[position] == left && old[position + 1] == right
        new.append(isPair ? merged : old[position])
        position += isPair ? 2 : 1
      }
      for (first, second) in zip(old, old.dropFirst()) {
        changes[Self.key(first, second), default: 0] -= words[number].count
      }
      words[number].pieces = new
      addPairs(ofWord: number, to: &changes)
    }
    apply(changes)
  }

  @discardableResult
  private mutating func addPiece(_ token: [UInt8]) -> Int32 {
    let id = Int32(pieces.count)
    pieces.append(token)
    ids[token] = id
    return id
  }

  private mutating func addPairs(ofWord number: Int, to changes: inout [UInt64: Int]) {
    let word = words[number]
    for (first, second) in zip(word.pieces, word.pieces.dropFirst()) {
      let key = Self.key(first, second)
      changes[key, default: 0] += word.count
      if pairs[key]?.words.last != Int32(number) {
        pairs[key, default: Pair()].words.append(Int32(number))
      }
    }
  }

  /// The queue orders entries completely, so the order of insertion does not matter.
  private mutating func apply(_ changes: [UInt64: Int]) {
    for (key, change) in changes where change != 0 {
      pairs[key, default: Pair()].count += change
      guard change > 0, let count = pairs[key]?.count else { continue }
      queue.insert(PairQueue.Entry(count: count, key: key))
    }
  }

  private static func token(for scalar: Unicode.Scalar, isInside: Bool) -> [UInt8] {
    (isInside ? Array("##".utf8) : []) + (UTF8.encode(scalar).map(Array.init) ?? [])
  }

  private static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }
}

/// Pairs of pieces by falling count, then rising key: a binary heap.
struct PairQueue {
  struct Entry {
    var count: Int
    var key: UInt64

    func precedes(_ other: Entry) -> Bool {
      count != other.count ? count > other.count : key < other.key
    }
  }

  private var heap: [Entry] = []

  mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Entry? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].precedes(heap[best]) { best = child }
      }
      guard best != parent else { return first }
      heap.swapAt(parent, best)
      parent = best
    }
  }
}
