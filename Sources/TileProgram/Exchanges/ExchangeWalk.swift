/// A box of elements that one tile has and others need, of an exchange from one layout to another.
///
/// Extents and strides are by the axes of what is read, those of the destination.
package struct Fragment {
  /// The tile that sends; the same for all that receive, or their own where they have the elements.
  package var sources: [Int]
  /// The tiles that need the elements.
  package var destinations: [Int]
  /// Elements along each axis.
  package var extents: [Int]
  /// The first element's place in what the source has of its tensor, in elements.
  package var sourceOffset: Int
  /// Elements in the source's memory from one index to the next.
  package var sourceStrides: [Int]
  /// The first element's place in what the destination has.
  package var destinationOffset: Int
  /// Elements in the destination's memory from one index to the next.
  package var destinationStrides: [Int]

  /// Elements.
  package var count: Int { extents.reduce(1, *) }
}

/// Walks over what an exchange moves: "from layout A, through a view, to layout B".
///
/// Where each axis that is read is a range of an axis of the source, in a shape that the source's layout
/// can be expressed in, fragments are intersections of boxes. Elsewhere they are runs of elements.
package struct ExchangeWalk {
  private let source: Layout
  let destination: Layout
  let view: View
  /// Where the view is put in the destination's tensor.
  let starts: [Int]
  let alignment: Alignment?

  /// How the view's axes lie in the source's.
  struct Alignment {
    /// The source in axes that the view's are ranges of.
    var layout: Layout
    /// For each axis of the view the axis of the source; nil where it has one index or is stretched.
    var axes: [Int?]
    /// For each axis of the source its first element in the view.
    var starts: [Int]
  }

  /// - Parameters:
  ///   - source: the layout of the tensor that is read.
  ///   - view: what is read of it.
  ///   - destination: the layout of the tensor that is written.
  ///   - starts: where in it; nil for the beginning of each axis.
  package init(from source: Layout, _ view: View, to destination: Layout, at starts: [Int]? = nil) {
    self.source = source
    self.destination = destination
    self.view = view
    self.starts = starts ?? view.shape.map { _ in 0 }
    alignment = Self.align(view, source)
  }

  private static func align(_ view: View, _ source: Layout) -> Alignment? {
    if let alignment = align(view, exactly: source) { return alignment }
    // Cut the source's axes where the view's strides are, and where need be where its own are too.
    var cuts = Set(view.strides.filter { $0 > 0 })
    for axis in view.shape.indices where view.strides[axis] > 0 {
      cuts.insert(view.strides[axis] * view.shape[axis])
    }
    return align(view, source, cuts: cuts)
      ?? align(view, source, cuts: cuts.union(View.strides(of: source.shape)))
  }

  private static func align(_ view: View, _ source: Layout, cuts: Set<Int>) -> Alignment? {
    var shape: [Int] = []
    var outer = source.shape.reduce(1, *)
    for cut in cuts.sorted(by: >) where cut < outer {
      guard outer % cut == 0 else { continue }
      shape.append(outer / cut)
      outer = cut
    }
    if outer > 1 || shape.isEmpty { shape.append(outer) }
    guard let layout = source.reshaped(to: shape) else { return nil }
    return align(view, exactly: layout)
  }

  private static func align(_ view: View, exactly source: Layout) -> Alignment? {
    let strides = View.strides(of: source.shape)
    var starts: [Int] = []
    var offset = view.offset
    for (axis, stride) in strides.enumerated() {
      starts.append(min(offset / stride, source.axes[axis].extent - 1))
      offset -= starts[axis] * stride
    }
    guard offset == 0 else { return nil }
    var taken = Set<Int>()
    var axes: [Int?] = []
    for axis in view.shape.indices {
      guard view.shape[axis] > 1, view.strides[axis] > 0 else {
        axes.append(nil)
        continue
      }
      let match = strides.indices.last {
        strides[$0] == view.strides[axis]
          && starts[$0] + view.shape[axis] <= source.axes[$0].extent && !taken.contains($0)
      }
      guard let match else { return nil }
      taken.insert(match)
      axes.append(match)
    }
    return Alignment(layout: source, axes: axes, starts: starts)
  }

  /// Calls `visit` for each fragment, in an order that depends on the layouts alone. Destinations that
  /// have the elements themselves are among the fragment's, with their own tile as the source.
  package func forEachFragment(_ visit: (inout Fragment) -> Void) {
    let walker = BoxIndex(alignment?.layout ?? source)
    var number = 0
    destination.forEachBox { box in
      // The part of the box that the view fills, by the view's indices.
      var ranges: [Range<Int>] = []
      for (axis, range) in box.ranges.enumerated() {
        let window = starts[axis]..<starts[axis] + view.shape[axis]
        let part = range.clamped(to: window)
        guard !part.isEmpty else { return }
        ranges.append(part.lowerBound - starts[axis]..<part.upperBound - starts[axis])
      }
      var strides = [Int](repeating: 1, count: ranges.count)
      for axis in ranges.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * box.ranges[axis + 1].count
      }
      let origin = ranges.indices.reduce(0) {
        $0 + (ranges[$1].lowerBound + starts[$1] - box.ranges[$1].lowerBound) * strides[$1]
      }
      var fragment = Fragment(
        sources: [], destinations: box.tiles, extents: ranges.map(\.count), sourceOffset: 0,
        sourceStrides: strides, destinationOffset: origin, destinationStrides: strides)
      if let alignment {
        alignment.walk(ranges, walker, number, &fragment, visit)
      } else {
        walkRuns(ranges, walker, number, &fragment, visit)
      }
      number += 1
    }
  }

  /// Element by element of the outer axes, in runs of the last.
  private func walkRuns(
    _ ranges: [Range<Int>], _ walker: BoxIndex, _ number: Int, _ fragment: inout Fragment,
    _ visit: (inout Fragment) -> Void
  ) {
    let sourceStrides = View.strides(of: source.shape)
    var index = ranges.map(\.lowerBound)
    let last = ranges.count - 1
    let origin = fragment.destinationOffset
    let isRun = last >= 0 && view.strides[last] == 1
    while true {
      var element = view.offset
      var place = origin
      for axis in ranges.indices {
        element += index[axis] * view.strides[axis]
        place +=
          (index[axis] - ranges[axis].lowerBound) * fragment.destinationStrides[axis]
      }
      // The element's box at the source, and how far it goes on in it.
      var (tile, offset, length, remainder) = (walker.start, 0, 1, element)
      for axis in sourceStrides.indices {
        let position = remainder / sourceStrides[axis]
        remainder -= position * sourceStrides[axis]
        let entry = walker.axes[axis]
        let part = entry.part(of: position)
        let range = entry.range(of: part)
        tile += entry.offsets[part]
        offset = offset * range.count + position - range.lowerBound
        length = range.upperBound - position
      }
      if !isRun { length = 1 }
      let count = last >= 0 ? min(length, ranges[last].upperBound - index[last]) : 1
      for axis in ranges.indices { fragment.extents[axis] = axis == last ? count : 1 }
      for axis in ranges.indices { fragment.sourceStrides[axis] = axis == last ? 1 : 0 }
      fragment.sourceOffset = offset
      fragment.destinationOffset = place
      fragment.setSources(base: tile, walker, number)
      visit(&fragment)
      guard last >= 0 else { return }
      index[last] += count
      var axis = last
      while axis >= 0, index[axis] >= ranges[axis].upperBound {
        index[axis] = ranges[axis].lowerBound
        axis -= 1
        if axis >= 0 { index[axis] += 1 }
      }
      if axis < 0 { return }
    }
  }
}

extension ExchangeWalk.Alignment {
  /// Intersects a box of the view with the source's boxes.
  fileprivate func walk(
    _ ranges: [Range<Int>], _ walker: BoxIndex, _ number: Int, _ fragment: inout Fragment,
    _ visit: (inout Fragment) -> Void
  ) {
    // For each axis of the source: the elements that are needed, and the view's axis that says so.
    var needed = starts.map { $0..<$0 + 1 }
    var viewAxis = [Int?](repeating: nil, count: starts.count)
    for (axis, sourceAxis) in axes.enumerated() {
      guard let sourceAxis else { continue }
      let first = starts[sourceAxis]
      needed[sourceAxis] = ranges[axis].lowerBound + first..<ranges[axis].upperBound + first
      viewAxis[sourceAxis] = axis
    }
    let origin = fragment.destinationOffset
    var sourceRanges = needed
    var parts = needed
    func descend(_ axis: Int, _ tile: Int, _ place: Int) {
      guard axis < starts.count else {
        var stride = 1
        var offset = 0
        for view in fragment.sourceStrides.indices { fragment.sourceStrides[view] = 0 }
        for axis in starts.indices.reversed() {
          offset += (parts[axis].lowerBound - sourceRanges[axis].lowerBound) * stride
          if let view = viewAxis[axis] { fragment.sourceStrides[view] = stride }
          stride *= sourceRanges[axis].count
        }
        fragment.sourceOffset = offset
        fragment.destinationOffset = place
        fragment.setSources(base: tile, walker, number)
        visit(&fragment)
        return
      }
      let entry = walker.axes[axis]
      var element = needed[axis].lowerBound
      while element < needed[axis].upperBound {
        let part = entry.part(of: element)
        let range = entry.range(of: part)
        let end = min(range.upperBound, needed[axis].upperBound)
        sourceRanges[axis] = range
        parts[axis] = element..<end
        var next = place
        if let view = viewAxis[axis] {
          fragment.extents[view] = end - element
          next += (element - needed[axis].lowerBound) * fragment.destinationStrides[view]
        }
        descend(axis + 1, tile + entry.offsets[part], next)
        element = end
      }
    }
    descend(0, walker.start, origin)
  }
}

extension Fragment {
  /// Each destination that has the elements takes its own; the others one tile's, a different copy's for
  /// each box so that copies share the sending.
  fileprivate mutating func setSources(base: Int, _ source: BoxIndex, _ number: Int) {
    let tiles = source.tiles
    let offsets = source.copyOffsets
    if offsets.count == 1 {
      let tile = base % tiles
      sources.removeAll(keepingCapacity: true)
      for _ in destinations { sources.append(tile) }
      return
    }
    if offsets.count == tiles {
      sources = destinations
      return
    }
    let shared = (base + offsets[number % offsets.count]) % tiles
    var own = Set<Int>(minimumCapacity: offsets.count)
    for offset in offsets { own.insert((base + offset) % tiles) }
    sources.removeAll(keepingCapacity: true)
    for destination in destinations {
      sources.append(own.contains(destination) ? destination : shared)
    }
  }
}
