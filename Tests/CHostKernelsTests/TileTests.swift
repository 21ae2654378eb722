import CHostKernels
import Foundations
import TestSupport
import Testing

/// Copies between the memories of tiles, and which of their bytes have been written.
@Suite struct TileTests {
  /// A box of up to three axes.
  private func box(_ shape: [Int], from: [Int], to: [Int]) -> hk_tile_box {
    var box = hk_tile_box()
    box.rank = Int32(shape.count)
    func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
      withUnsafeMutableBytes(of: &tuple) { bytes in
        let places = bytes.bindMemory(to: Int64.self)
        for (index, value) in values.enumerated() { places[index] = Int64(value) }
      }
    }
    fill(&box.shape, shape)
    fill(&box.source_strides, from)
    fill(&box.destination_strides, to)
    return box
  }

  /// Rows of every length that has a way of its own, of every element size, and elements apart.
  @Test(arguments: [1, 2, 4, 8]) func copies(size: Int) {
    var generator = SplitMix64(seed: 9)
    let stride = 4096
    for width in [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64] {
      let boxes = [
        box([width], from: [1], to: [1]), box([3, width], from: [width + 2, 1], to: [width, 1]),
        box([width, 3], from: [1, width], to: [3, 1]),
        box([2, width], from: [0, 1], to: [width, 1]),
        box([2, 3, width], from: [0, width, 1], to: [3 * width, width, 1]),
        box([width], from: [0], to: [2]),
      ]
      let extents = [[width], [3, width], [width, 3], [2, width], [2, 3, width], [width]]
      let from = [[1], [width + 2, 1], [1, width], [0, 1], [0, width, 1], [0]]
      let to = [[1], [width, 1], [3, 1], [width, 1], [3 * width, width, 1], [2]]
      let source = (0..<3 * stride).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for number in boxes.indices {
        let copy = hk_tile_copy(
          source: 2, destination: 1, source_offset: Int64(3 * size),
          destination_offset: Int64(size),
          box: Int32(number))
        var expected = [UInt8](repeating: 7, count: 2 * stride)
        var marks = [UInt8](repeating: 0, count: 2 * stride)
        var readMarks = [UInt8](repeating: 0, count: 3 * stride)
        for element in 0..<extents[number].reduce(1, *) {
          var (rest, a, b) = (element, 2 * stride + 3 * size, stride + size)
          for axis in extents[number].indices.reversed() {
            let index = rest % extents[number][axis]
            rest /= extents[number][axis]
            a += index * from[number][axis] * size
            b += index * to[number][axis] * size
          }
          for byte in 0..<size {
            expected[b + byte] = source[a + byte]
            marks[b + byte] = 1
            readMarks[a + byte] = 1
          }
        }
        var found = [UInt8](repeating: 7, count: 2 * stride)
        hk_tile_copy_all(size, 1, [copy], boxes, source, Int64(stride), &found, Int64(stride))
        #expect(found == expected, "box \(number), width \(width)")
        var written = [UInt8](repeating: 0, count: 2 * stride)
        hk_tile_mark_written(size, 1, [copy], boxes, &written, Int64(stride))
        #expect(written == marks, "box \(number), width \(width)")
        func unwritten(_ marks: [UInt8]) -> Int64 {
          hk_tile_first_unwritten(size, 1, [copy], boxes, marks, Int64(stride))
        }
        #expect(unwritten(readMarks) == -1, "box \(number), width \(width)")
        for place in readMarks.indices where readMarks[place] == 1 {
          var one = readMarks
          one[place] = 0
          #expect(unwritten(one) == 0, "box \(number), width \(width), byte \(place)")
        }
      }
    }
  }
}
