import GraphIR

/// What of a block becomes functions: bodies whose instances do not overlap.
///
/// Candidates are the runs, each cut into periods where the fewest bytes cross the cuts, and the
/// maximal repeats, cut back at both ends where that saves copies. The one with the largest gain is
/// taken first. One that mostly consists of what repeats twice as often waits until those parts are
/// functions: of the updates of a layer's sixteen parameters, which follow each other in all layers,
/// the update of each shape becomes a function and not that of a layer.
struct OutliningPlan {
  /// The bodies, in the order of their first instances.
  private(set) var bodies: [OutlinedBody] = []

  /// Candidates are looked at while the sum of their instances' lengths is below this many times the
  /// length of the block, those that may save the most first: more than a program of layers has, and
  /// a bound for one that is made to have many.
  private static let effort = 64

  /// The plan for a block; bodies have at least `minimum` operations that compute.
  init(_ schedule: BlockSchedule, minimum: Int) {
    guard schedule.count >= 2 * minimum else { return }
    var search = CandidateSearch(schedule, minimum: minimum, effort: Self.effort * schedule.count)
    let candidates = search.candidates().sorted { left, right in
      if left.gain != right.gain { return left.gain > right.gain }
      return (left.starts[0], left.length) < (right.starts[0], right.length)
    }
    let counts = Self.counts(candidates, schedule.count)
    var isTaken = [Bool](repeating: false, count: schedule.count)
    for candidate in candidates where !Self.waits(candidate, counts, schedule) {
      let free = candidate.starts.filter { !isTaken[$0..<($0 + candidate.length)].contains(true) }
      guard free.count > 1 else { continue }
      let body =
        free.count == candidate.starts.count
        ? candidate : OutlinedBody(free, length: candidate.length, in: schedule)
      guard let body, body.gain > 0 else { continue }
      for start in body.starts {
        for position in start..<(start + body.length) { isTaken[position] = true }
      }
      bodies.append(body)
    }
    bodies.sort { $0.starts[0] < $1.starts[0] }
  }

  /// For each position, how many instances the most frequent candidate has that covers it.
  private static func counts(_ candidates: [OutlinedBody], _ length: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: length)
    for candidate in candidates {
      for start in candidate.starts {
        for position in start..<(start + candidate.length) {
          counts[position] = max(counts[position], candidate.starts.count)
        }
      }
    }
    return counts
  }

  private static func waits(
    _ candidate: OutlinedBody, _ counts: [Int], _ schedule: BlockSchedule
  ) -> Bool {
    var (all, frequent) = (0.0, 0.0)
    for position in candidate.starts[0]..<(candidate.starts[0] + candidate.length) {
      all += schedule.code[position]
      if counts[position] >= 2 * candidate.starts.count { frequent += schedule.code[position] }
    }
    return frequent > all / 2
  }
}

/// Finds the windows of a schedule that are worth a function, each by itself.
private struct CandidateSearch {
  private let schedule: BlockSchedule
  private let minimum: Int
  private let suffixes: SuffixArray
  /// Sums over the positions before each: of operations that compute, and of code.
  private let computing: [Int]
  private let code: [Double]
  private var copies: CopyProfile
  private var effort: Int

  /// How much more than a whole period a part of it must save: a layer is easier to know as a whole.
  private static let cutting = 1.1

  init(_ schedule: BlockSchedule, minimum: Int, effort: Int) {
    self.schedule = schedule
    self.minimum = minimum
    self.effort = effort
    suffixes = SuffixArray(schedule.tokens)
    copies = CopyProfile(schedule)
    var (computing, code) = ([0], [0.0])
    for position in 0..<schedule.count {
      computing.append(computing[position] + (schedule.computes[position] ? 1 : 0))
      code.append(code[position] + schedule.code[position])
    }
    (self.computing, self.code) = (computing, code)
  }

  mutating func candidates() -> [OutlinedBody] {
    let repeats = Repeats(schedule.tokens, suffixes, minimum: minimum)
    var candidates: [OutlinedBody] = []
    for run in repeats.runs where computes(run.start..<(run.start + run.period)) >= minimum {
      let start = cut(run)
      let whole = body(at: start, length: run.period)
      let part =
        trimmed(start..<(start + run.period), count: (run.end - start) / run.period)
        .map { body(at: $0.lowerBound, length: $0.count) } ?? []
      let isWorthCutting = (part.first?.gain ?? 0) > Self.cutting * (whole.first?.gain ?? 0)
      candidates += isWorthCutting ? part : whole
    }
    let maximal = repeats.maximal.map { (repeated: $0, worth: worth($0)) }
      .filter { computes(window($0.repeated)) >= minimum }
      .sorted { left, right in
        if left.worth != right.worth { return left.worth > right.worth }
        return left.repeated.ranks.lowerBound < right.repeated.ranks.lowerBound
      }
    for (repeated, _) in maximal {
      let whole = window(repeated)
      guard let part = trimmed(whole, count: repeated.ranks.count) else { continue }
      let offset = part.lowerBound - whole.lowerBound
      let places = suffixes.order[repeated.ranks].map { Int($0) + offset }
      candidates += body(places, length: part.count)
    }
    return candidates
  }

  private func computes(_ window: Range<Int>) -> Int {
    computing[window.upperBound] - computing[window.lowerBound]
  }

  private func window(_ repeated: MaximalRepeat) -> Range<Int> {
    let start = Int(suffixes.order[repeated.ranks.lowerBound])
    return start..<(start + repeated.length)
  }

  /// What calls would save if they cost nothing.
  private func worth(_ repeated: MaximalRepeat) -> Double {
    let window = window(repeated)
    return Double(repeated.ranks.count - 1)
      * (code[window.upperBound] - code[window.lowerBound])
  }

  /// The first cut of a run after which the most is saved: more periods, or cheaper calls.
  private mutating func cut(_ run: Run) -> Int {
    let costs = copies.windows(of: run.period, in: run.start..<run.end)
    let periodCode = code[run.start + run.period] - code[run.start]
    var best = (start: run.start, gain: -Double.infinity)
    for start in run.start..<(run.start + run.period) {
      let starts = stride(from: start, through: run.end - run.period, by: run.period)
      var (gain, count) = (0.0, 0.0)
      for start in starts {
        gain -= OutliningCost.callCode + costs[start - run.start]
        count += 1
      }
      gain += (count - 1) * periodCode
      if gain > best.gain { best = (start, gain) }
    }
    effort -= run.end - run.start
    return best.start
  }

  /// The body of a window and of all that equal it.
  private mutating func body(at start: Int, length: Int) -> [OutlinedBody] {
    let rank = Int(suffixes.ranks[start])
    var (first, last) = (rank, rank)
    while suffixes.common[first] >= length { first -= 1 }
    while last + 1 < schedule.count, suffixes.common[last + 1] >= length { last += 1 }
    return body(suffixes.order[first...last].map(Int.init), length: length)
  }

  /// The body of equal windows, of those that overlap the first; none where it does not pay.
  private mutating func body(_ places: [Int], length: Int) -> [OutlinedBody] {
    effort -= places.count * length
    guard effort > 0 else { return [] }
    var starts: [Int] = []
    for place in places.sorted() where place >= (starts.last ?? -length) + length {
      starts.append(place)
    }
    guard starts.count > 1, let body = OutlinedBody(starts, length: length, in: schedule),
      body.gain > 0
    else { return [] }
    return [body]
  }

  /// The part of a window that saves the most: first its best end, then its best beginning.
  private mutating func trimmed(_ window: Range<Int>, count: Int) -> Range<Int>? {
    effort -= 2 * window.count
    guard effort > 0 else { return nil }
    func gain(_ part: Range<Int>, _ copies: Double) -> Double {
      Double(count - 1) * (code[part.upperBound] - code[part.lowerBound])
        - Double(count) * (OutliningCost.callCode + copies)
    }
    var best: (part: Range<Int>, gain: Double) = (window, -.infinity)
    let prefixes = copies.prefixes(of: window)
    for end in window.indices.reversed().map({ $0 + 1 }) {
      let part = window.lowerBound..<end
      let saved = gain(part, prefixes[end - window.lowerBound])
      if saved > best.gain { best = (part, saved) }
    }
    let longest = best.part
    best.gain = -.infinity
    let rests = copies.suffixes(of: longest)
    for start in longest {
      let part = start..<longest.upperBound
      let saved = gain(part, rests[start - longest.lowerBound])
      if saved > best.gain { best = (part, saved) }
    }
    return best.gain > 0 && computes(best.part) >= minimum ? best.part : nil
  }
}
