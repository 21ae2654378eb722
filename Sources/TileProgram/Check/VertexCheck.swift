/// A compute set by its layouts: those that are alike are looked at once.
struct VertexCheck: Hashable {
  var vertex: Vertex
  var operands: [Layout]
  var results: [Layout]
}

extension TileChecker {
  /// For its boxes of the results each tile has the boxes of the operands that the vertex needs; where results
  /// are partial, the parts together are the whole.
  mutating func check(_ vertex: Vertex, _ operands: [Int], _ results: [Int]) {
    let key = VertexCheck(
      vertex: vertex, operands: operands.map { function.tensors[$0].layout },
      results: results.map { function.tensors[$0].layout })
    guard checkedVertices.insert(key).inserted else { return }
    if let other = (operands + results).first(where: {
      function.tensors[$0].ipu != function.tensors[results[0]].ipu
    }) {
      return report(.operands, tensor: other, "is on another IPU than the first result")
    }
    guard
      let rule = VertexRule(
        vertex, operands: key.operands.map(\.shape), results: key.results.map(\.shape))
    else { return report(.operands, "is no vertex of tiles, or has other axes") }
    let tensors = results + operands
    let tables = tensors.map { table($0) }
    let needs = rule.results + rule.operands
    let shapes = (key.results + key.operands).map(\.shape)
    var ranges: [Int: Range<Int>] = [:]
    var parts: [Int: [Range<Int>]] = [:]
    for tile in 0..<(key.results.first?.tiles ?? 0) {
      let isRun = (0..<results.count).contains { tables[$0].boxes[tile] != nil }
      guard isRun else { continue }
      ranges.removeAll(keepingCapacity: true)
      var part: Int?
      for (index, table) in tables.enumerated() {
        guard let box = table.boxes[tile] else {
          return report(
            .operands, tensor: tensors[index], tile: tile, "is not there, and the vertex needs it")
        }
        for (axis, need) in needs[index].enumerated() {
          let range = box[axis]
          let expected: Range<Int>
          switch need {
          case .whole: expected = 0..<shapes[index][axis]
          case .label(let label):
            expected = ranges[label] ?? range
            ranges[label] = expected
          case .part:
            expected = part.map { $0..<$0 + 1 } ?? range.lowerBound..<range.lowerBound + 1
            part = expected.lowerBound
          }
          if range != expected {
            return report(
              .operands, tensor: tensors[index], tile: tile,
              "has elements \(range) of axis \(axis), the vertex needs \(expected)")
          }
        }
      }
      guard let part else { continue }
      let reduced = rule.reduced.compactMap { ranges[$0] }
      if let known = parts[part], known != reduced {
        return report(
          .operands, tensor: results.last, tile: tile,
          "has part \(part) of the sum over \(reduced), another tile over \(known)")
      }
      parts[part] = reduced
    }
    checkParts(parts, rule, shapes[results.count...], tensor: results.last)
  }

  /// Different parts are of different elements, and together of all.
  private mutating func checkParts(
    _ parts: [Int: [Range<Int>]], _ rule: VertexRule, _ operands: ArraySlice<[Int]>, tensor: Int?
  ) {
    guard !parts.isEmpty else { return }
    var extents: [Int: Int] = [:]
    for (needs, shape) in zip(rule.operands, operands) {
      for (need, extent) in zip(needs, shape) {
        if case .label(let label) = need { extents[label] = extent }
      }
    }
    let whole = rule.reduced.reduce(1) { $0 * (extents[$1] ?? 1) }
    let covered = parts.values.reduce(0) { sum, box in sum + box.reduce(1) { $0 * $1.count } }
    if Set(parts.values).count != parts.count || covered != whole {
      report(
        .operands, tensor: tensor, "parts are of \(covered) elements to sum, there are \(whole)")
    }
  }
}
