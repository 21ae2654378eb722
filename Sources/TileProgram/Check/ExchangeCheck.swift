/// An exchange by its layouts: those that are alike are looked at once.
struct ExchangeCheck: Hashable {
  var source: Layout
  var view: View
  var destination: Layout
  var starts: [Int]?
}

extension TileChecker {
  /// Each tile gets each element of its part of the view once, from a tile that has it, and what tiles send
  /// is what tiles receive.
  mutating func check(_ exchange: Exchange) {
    let (source, destination) = (
      function.tensors[exchange.source], function.tensors[exchange.destination]
    )
    let key = ExchangeCheck(
      source: source.layout, view: exchange.view, destination: destination.layout,
      starts: exchange.starts)
    guard checkedExchanges.insert(key).inserted else { return }
    guard source.layout.tiles == destination.layout.tiles,
      exchange.view.shape.count == destination.layout.axes.count
    else { return report(.exchange, tensor: exchange.destination, "goes to another shape") }
    let fits = destination.layout.shape.enumerated().allSatisfy { axis, extent in
      (exchange.starts?[axis] ?? 0) + exchange.view.shape[axis] <= extent
    }
    guard fits else {
      return report(.exchange, tensor: exchange.destination, "goes past the end of an axis")
    }
    let had = table(exchange.source).counts
    let boxes = table(exchange.destination)
    var arrived = [Int](repeating: 0, count: destination.layout.tiles)
    var fault: (tile: Int, reason: String)?
    ExchangeWalk(
      from: source.layout, exchange.view, to: destination.layout, at: exchange.starts
    ).forEachFragment { fragment in
      let count = fragment.count
      let sourceEnd = fragment.end(fragment.sourceOffset, fragment.sourceStrides)
      let destinationEnd = fragment.end(fragment.destinationOffset, fragment.destinationStrides)
      var sender: Int?
      for (from, to) in zip(fragment.sources, fragment.destinations) {
        arrived[to] += count
        if sourceEnd > had[from] { fault = fault ?? (from, "sends what it does not have") }
        if destinationEnd > boxes.counts[to] {
          fault = fault ?? (to, "receives what has no place")
        }
        guard from != to else { continue }
        if let sender, sender != from {
          fault = fault ?? (from, "sends what tile \(sender) sends too")
        }
        sender = from
      }
    }
    if let fault {
      return report(.exchange, tensor: exchange.source, tile: fault.tile, fault.reason)
    }
    for (tile, box) in boxes.boxes.enumerated() {
      var needed = 1
      for axis in exchange.view.shape.indices {
        let first = exchange.starts?[axis] ?? 0
        let range = box?[axis].clamped(to: first..<first + exchange.view.shape[axis])
        needed *= range?.count ?? 0
      }
      if box == nil { needed = 0 }
      if arrived[tile] != needed {
        return report(
          .exchange, tensor: exchange.destination, tile: tile,
          "gets \(arrived[tile]) elements and lacks \(needed)")
      }
    }
  }
}

extension Fragment {
  /// The place behind the last element.
  fileprivate func end(_ offset: Int, _ strides: [Int]) -> Int {
    extents.indices.reduce(offset + 1) { $0 + (extents[$1] - 1) * strides[$1] }
  }
}
