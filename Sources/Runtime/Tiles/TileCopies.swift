import CHostKernels
import Foundations
import TileProgram

/// Copies of boxes of elements between tiles, or between tiles and the host, which counts as tile 0 then.
struct TileCopies {
  /// Bytes of an element.
  let elementBytes: Int
  /// In the order of the tiles that receive.
  private(set) var copies: [hk_tile_copy] = []
  private(set) var boxes: [hk_tile_box] = []
  /// Bytes that the tile receives from others that receives the most.
  private(set) var largestReceivedBytes = 0
  /// Bytes that tiles receive from others.
  private(set) var receivedBytes = 0
  /// Bytes that tiles copy within their memories.
  private(set) var copiedBytes = 0
  private var numbers: [Key: Int32] = [:]

  /// A box by its extents and strides, without axes of one element, contiguous ones joined.
  private struct Key: Hashable {
    var extents: [Int] = []
    var from: [Int] = []
    var to: [Int] = []
  }

  private init(elementBytes: Int) {
    self.elementBytes = elementBytes
  }

  /// What an exchange moves.
  /// - Returns: nil where a copy would leave what a tile has of the source or the destination.
  init?(
    _ walk: ExchangeWalk, from source: TileBoxes, to destination: TileBoxes, elementBytes: Int
  ) {
    self.init(elementBytes: elementBytes)
    var stays = true
    var result = self
    walk.forEachFragment { fragment in
      for (from, to) in zip(fragment.sources, fragment.destinations) {
        stays =
          stays
          && Self.lies(
            fragment.sourceOffset, fragment.extents, fragment.sourceStrides,
            in: source.count(of: from))
          && Self.lies(
            fragment.destinationOffset, fragment.extents, fragment.destinationStrides,
            in: destination.count(of: to))
        result.add(
          from: from, fragment.sourceOffset, fragment.sourceStrides, to: to,
          fragment.destinationOffset, fragment.destinationStrides, fragment.extents)
      }
    }
    guard stays else { return nil }
    self = result
    finish(tiles: destination.numbers.count)
  }

  /// From the host's row-major tensor to all tiles that have a box of it.
  /// - Parameter isSplat: whether the host has one element, which all elements get.
  init(fromHostTo boxes: TileBoxes, elementBytes: Int, isSplat: Bool = false) {
    self.init(elementBytes: elementBytes)
    let strides = View.strides(of: boxes.shape)
    for box in boxes.boxes {
      let shape = box.ranges.map(\.count)
      let offset = zip(box.ranges, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
      for tile in box.tiles {
        add(
          from: 0, isSplat ? 0 : offset, isSplat ? shape.map { _ in 0 } : strides, to: tile, 0,
          View.strides(of: shape), shape)
      }
    }
    finish(tiles: boxes.numbers.count, isFromHost: true)
  }

  /// From one tile of each box to the host's row-major tensor.
  init(toHostFrom boxes: TileBoxes, elementBytes: Int) {
    self.init(elementBytes: elementBytes)
    let strides = View.strides(of: boxes.shape)
    for box in boxes.boxes {
      let shape = box.ranges.map(\.count)
      let offset = zip(box.ranges, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
      add(from: box.tiles[0], 0, View.strides(of: shape), to: 0, offset, strides, shape)
    }
    // What the host receives, and at most from a tile.
    receivedBytes = boxes.counts.reduce(0, +) * elementBytes
    largestReceivedBytes = (boxes.counts.max() ?? 0) * elementBytes
  }

  /// What each tile has, to the same tile of another memory.
  init(all boxes: TileBoxes, elementBytes: Int) {
    self.init(elementBytes: elementBytes)
    for tile in boxes.numbers.indices where boxes.numbers[tile] != nil {
      add(from: tile, 0, [1], to: tile, 0, [1], [boxes.count(of: tile)])
    }
    receivedBytes = boxes.numbers.indices.reduce(0) { $0 + boxes.count(of: $1) } * elementBytes
    largestReceivedBytes = (boxes.counts.max() ?? 0) * elementBytes
  }

  private static func lies(
    _ offset: Int, _ extents: [Int], _ strides: [Int], in count: Int
  ) -> Bool {
    let last = zip(extents, strides).reduce(offset) { $0 + ($1.0 - 1) * $1.1 }
    return offset >= 0 && last < count
  }

  private mutating func add(
    from source: Int, _ sourceOffset: Int, _ sourceStrides: [Int], to destination: Int,
    _ destinationOffset: Int, _ destinationStrides: [Int], _ extents: [Int]
  ) {
    var key = Key()
    for axis in extents.indices where extents[axis] > 1 {
      if let last = key.extents.indices.last,
        key.from[last] == sourceStrides[axis] * extents[axis],
        key.to[last] == destinationStrides[axis] * extents[axis]
      {
        key.extents[last] *= extents[axis]
        key.from[last] = sourceStrides[axis]
        key.to[last] = destinationStrides[axis]
      } else {
        key.extents.append(extents[axis])
        key.from.append(sourceStrides[axis])
        key.to.append(destinationStrides[axis])
      }
    }
    if key.extents.isEmpty { key = Key(extents: [1], from: [1], to: [1]) }
    copies.append(
      hk_tile_copy(
        source: Int32(source), destination: Int32(destination),
        source_offset: Int64(sourceOffset * elementBytes),
        destination_offset: Int64(destinationOffset * elementBytes), box: number(of: key)))
  }

  private mutating func number(of key: Key) -> Int32 {
    if let known = numbers[key] { return known }
    precondition(key.extents.count <= HK_MAXIMUM_RANK, "a tensor of more axes than kernels take")
    var box = hk_tile_box()
    box.rank = Int32(key.extents.count)
    func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
      withUnsafeMutableBytes(of: &tuple) { bytes in
        for (index, value) in values.enumerated() {
          bytes.storeBytes(of: Int64(value), toByteOffset: 8 * index, as: Int64.self)
        }
      }
    }
    fill(&box.shape, key.extents)
    fill(&box.source_strides, key.from)
    fill(&box.destination_strides, key.to)
    let number = Int32(boxes.count)
    boxes.append(box)
    numbers[key] = number
    return number
  }

  /// Sorts by the tiles that receive, so that threads write to other tiles, and counts.
  private mutating func finish(tiles: Int, isFromHost: Bool = false) {
    numbers = [:]
    var ends = [Int](repeating: 0, count: tiles + 1)
    for copy in copies { ends[Int(copy.destination) + 1] += 1 }
    for tile in 0..<tiles { ends[tile + 1] += ends[tile] }
    var sorted = copies
    for copy in copies {
      sorted[ends[Int(copy.destination)]] = copy
      ends[Int(copy.destination)] += 1
    }
    copies = sorted
    var received = [Int](repeating: 0, count: tiles)
    for copy in copies {
      if isFromHost || copy.source != copy.destination {
        received[Int(copy.destination)] += bytes(of: copy)
      } else {
        copiedBytes += bytes(of: copy)
      }
    }
    largestReceivedBytes = received.max() ?? 0
    receivedBytes = received.reduce(0, +)
  }

  private func bytes(of copy: hk_tile_copy) -> Int {
    withUnsafeBytes(of: boxes[Int(copy.box)].shape) { shape in
      (0..<Int(boxes[Int(copy.box)].rank)).reduce(elementBytes) {
        $0 * Int(shape.load(fromByteOffset: 8 * $1, as: Int64.self))
      }
    }
  }
}

extension TileCopies {
  /// Copies: tile t's memory begins t strides behind the pointers.
  func run(
    _ workers: TileWorkers, from source: UnsafeRawPointer, stride sourceStride: Int,
    to destination: UnsafeMutableRawPointer, stride destinationStride: Int
  ) throws {
    let size = elementBytes
    try workers.run(copies.count) { _, range in
      copies.withUnsafeBufferPointer { copies in
        guard let first = copies.baseAddress else { return }
        hk_tile_copy_all(
          size, Int64(range.count), first + range.lowerBound, boxes, source, Int64(sourceStride),
          destination, Int64(destinationStride))
      }
    }
  }
}
