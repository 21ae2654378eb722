extension String {
  /// The candidate that takes the fewest edits (insert, delete, replace or swap neighbours) to turn
  /// this name into; nil where none is within a third of the name's length (and never fewer than
  /// two edits, or one for a name of up to three letters). Of equally near candidates the first wins.
  package func nearest(among candidates: some Sequence<String>) -> String? {
    let limit = Swift.max(utf8.count <= 3 ? 1 : 2, utf8.count / 3)
    // A name from a file can be long; no candidate is near one that is much longer than all.
    guard utf8.count <= 256 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = editDistance(to: candidate)
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The optimal string alignment distance, over lower-cased bytes.
  private func editDistance(to other: String) -> Int {
    let first = Array(lowercased().utf8)
    let second = Array(other.lowercased().utf8)
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      for column in 0..<second.count {
        let cost = first[row] == second[column] ? 0 : 1
        var distance = Swift.min(last[column + 1] + 1, current[column] + 1, last[column] + cost)
        if row > 0, column > 0, first[row] == second[column - 1],
          first[row - 1] == second[column]
        {
          distance = Swift.min(distance, beforeLast[column - 1] + 1)
        }
        current.append(distance)
      }
      beforeLast = last
      last = current
    }
    return last[second.count]
  }
}
