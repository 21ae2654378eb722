/// Counts the traffic of an exchange whose fragments are intersections of boxes, without listing them for
/// each tile that receives them.
///
/// Axes are cut independently of each other. So for each axis and each part of the destination there is a
/// table of what parts of the source it consists of, and the fragments of a box are all combinations of its
/// axes' tables. All tiles that have the box receive the same, but for what they have themselves.
struct TrafficCounter {
  /// A range of an axis that is in one part of the source and one of the destination.
  private struct Segment {
    /// Elements.
    var extent: Int
    /// Elements of the whole part of the source.
    var sourceExtent: Int
    /// What the part adds to the number of the source's tile.
    var tileOffset: Int
  }

  private let walk: ExchangeWalk
  private let alignment: ExchangeWalk.Alignment
  private let elementBytes: Int
  private let isStreamed: Bool
  private let source: BoxIndex
  private let destination: BoxIndex
  /// By the view's axes and the destination's parts.
  private var segments: [[[Segment]]] = []
  /// What axes of the source add to the number of its tile that the view has one index of.
  private var fixedOffset: Int
  /// For each axis of the source the axis of the view.
  private var viewAxes: [Int?]

  /// What each tile does.
  private(set) var tiles: [TileTraffic]
  /// For each tile the number of the last box that it receives.
  private var boxOfReceiver: [Int]
  /// The box that is counted: its number, its tiles, its parts, and what each of its tiles is sent.
  private var number = 0
  private var receivers: [Int] = []
  private var parts: [Int] = []
  private var box = TileTraffic()
  /// The fragment that is counted, by the view's axes, and for the source's axes the elements of its part.
  private var extents: [Int]
  private var sourceStrides: [Int]
  private var destinationStrides: [Int]
  private var sourceExtents: [Int]

  init(
    _ walk: ExchangeWalk, _ alignment: ExchangeWalk.Alignment, elementBytes: Int, isStreamed: Bool
  ) {
    self.walk = walk
    self.alignment = alignment
    self.elementBytes = elementBytes
    self.isStreamed = isStreamed
    source = BoxIndex(alignment.layout)
    destination = BoxIndex(walk.destination)
    fixedOffset = source.start
    sourceExtents = alignment.starts.map { _ in 1 }
    extents = walk.view.shape
    sourceStrides = extents.map { _ in 0 }
    destinationStrides = sourceStrides
    tiles = Array(repeating: TileTraffic(), count: walk.destination.tiles)
    boxOfReceiver = tiles.map { _ in -1 }
    viewAxes = alignment.starts.map { _ in nil }
    for (axis, sourceAxis) in alignment.axes.enumerated() {
      if let sourceAxis { viewAxes[sourceAxis] = axis }
    }
    for (axis, start) in alignment.starts.enumerated() where viewAxes[axis] == nil {
      let part = source.axes[axis].part(of: start)
      fixedOffset += source.axes[axis].offsets[part]
      sourceExtents[axis] = source.axes[axis].range(of: part).count
    }
    segments = walk.view.shape.indices.map { axis in
      (0..<destination.axes[axis].parts).map { segments(of: axis, part: $0) }
    }
  }

  /// What a part of the destination's axis reads, part by part of the source.
  private func segments(of axis: Int, part: Int) -> [Segment] {
    let window = walk.starts[axis]..<walk.starts[axis] + walk.view.shape[axis]
    let range = destination.axes[axis].range(of: part).clamped(to: window)
    guard !range.isEmpty else { return [] }
    guard let sourceAxis = alignment.axes[axis] else {
      return [Segment(extent: range.count, sourceExtent: 1, tileOffset: 0)]
    }
    let shift = alignment.starts[sourceAxis] - walk.starts[axis]
    let (first, end) = (range.lowerBound + shift, range.upperBound + shift)
    let index = source.axes[sourceAxis]
    var segments: [Segment] = []
    var element = first
    while element < end {
      let part = index.part(of: element)
      let whole = index.range(of: part)
      let next = min(whole.upperBound, end)
      segments.append(
        Segment(
          extent: next - element, sourceExtent: whole.count, tileOffset: index.offsets[part]))
      element = next
    }
    return segments
  }

  /// Counts all boxes of the destination.
  mutating func count() {
    walk.destination.forEachBoxParts { parts, offset in count(box: parts, offset) }
  }

  /// - Parameter offset: the number of the box's first tile, before the modulus.
  private mutating func count(box parts: [Int], _ offset: Int) {
    var stride = 1
    for axis in parts.indices.reversed() {
      guard !segments[axis][parts[axis]].isEmpty else { return }
      destinationStrides[axis] = stride
      stride *= destination.axes[axis].range(of: parts[axis]).count
    }
    self.parts = parts
    receivers = destination.copyOffsets.map { wrapped(offset + $0) }
    for tile in receivers { boxOfReceiver[tile] = number }
    box = TileTraffic()
    descend(0, fixedOffset)
    for tile in receivers { tiles[tile].add(received: box) }
    number += 1
  }

  /// All combinations of the axes from `axis` on, of a source whose number is `tile` before the modulus.
  private mutating func descend(_ axis: Int, _ tile: Int) {
    guard axis < parts.count else { return countFragment(from: tile) }
    for index in segments[axis][parts[axis]].indices {
      let segment = segments[axis][parts[axis]][index]
      extents[axis] = segment.extent
      if let sourceAxis = alignment.axes[axis] { sourceExtents[sourceAxis] = segment.sourceExtent }
      descend(axis + 1, tile + segment.tileOffset)
    }
  }

  private mutating func countFragment(from tile: Int) {
    var stride = 1
    for sourceAxis in viewAxes.indices.reversed() {
      if let axis = viewAxes[sourceAxis] { sourceStrides[axis] = stride }
      stride *= sourceExtents[sourceAxis]
    }
    let cost = FragmentCost(
      rank: extents.count, extents: extents, sourceStrides: sourceStrides,
      destinationStrides: destinationStrides, elementBytes: elementBytes, isStreamed: isStreamed)
    cost.receive(at: &box)
    var owners = 0
    for offset in source.copyOffsets {
      let owner = wrapped(tile + offset)
      guard boxOfReceiver[owner] == number else { continue }
      owners += 1
      cost.receive(at: &tiles[owner], times: -1)
      cost.copy(at: &tiles[owner])
    }
    guard owners < receivers.count else { return }
    let copy = source.copyOffsets[number % source.copyOffsets.count]
    cost.send(from: &tiles[wrapped(tile + copy)])
  }

  /// A box's number of a tile is below twice the tiles: a subtraction is faster than a remainder.
  private func wrapped(_ tile: Int) -> Int { tile < tiles.count ? tile : tile - tiles.count }
}

extension TileTraffic {
  /// Adds what another receives.
  fileprivate mutating func add(received other: TileTraffic) {
    received += other.received
    receivedWords += other.receivedWords
    receiveRuns += other.receiveRuns
    receives += other.receives
  }
}
