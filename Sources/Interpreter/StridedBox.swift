/// A box of elements inside a row-major array: extents, and the distance of neighbours along each
/// axis. A stride of 0 repeats an element.
///
/// Axes that lie side by side are merged, so that a run along the last axis is as long as it can be.
struct StridedBox {
  private let outer: [(extent: Int, stride: Int)]
  private let run: (extent: Int, stride: Int)
  private let offset: Int
  /// The number of elements.
  let count: Int

  /// - Parameter offset: where the box's first element lies in the array.
  init(shape: [Int], strides: [Int], offset: Int = 0) {
    var axes: [(extent: Int, stride: Int)] = []
    for (extent, stride) in zip(shape, strides) where extent != 1 {
      if let last = axes.last, last.stride == extent * stride {
        axes[axes.count - 1] = (last.extent * extent, stride)
      } else {
        axes.append((extent, stride))
      }
    }
    run = axes.popLast() ?? (1, 1)
    outer = axes
    count = shape.reduce(1, *)
    self.offset = offset
  }

  /// The strides of an array of this shape.
  static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// The box of `shape` over which an operand of `operandShape` broadcasts.
  static func broadcast(_ operandShape: [Int], to shape: [Int]) -> StridedBox {
    let operandStrides = zip(operandShape, rowMajorStrides(operandShape)).map { extent, stride in
      extent == 1 ? 0 : stride
    }
    let missing = Array(repeating: 0, count: shape.count - operandShape.count)
    return StridedBox(shape: shape, strides: missing + operandStrides)
  }

  /// Visits the runs in row-major order with the place of each one's first element.
  @inline(__always)
  private func forEachRun(_ body: (_ start: Int) -> Void) {
    var position = Array(repeating: 0, count: outer.count)
    var start = offset
    for _ in 0..<count / run.extent {
      body(start)
      var axis = outer.count - 1
      while axis >= 0 {
        position[axis] += 1
        start += outer[axis].stride
        if position[axis] < outer[axis].extent { break }
        start -= outer[axis].stride * outer[axis].extent
        position[axis] = 0
        axis -= 1
      }
    }
  }

  /// The box's elements of `array`, in the box's row-major order.
  func gather(from array: [Double]) -> [Double] {
    array.withUnsafeBufferPointer { source in
      [Double](unsafeUninitializedCapacity: count) { result, initialized in
        var next = 0
        forEachRun { start in
          for index in 0..<run.extent {
            result[next + index] = source[start + index * run.stride]
          }
          next += run.extent
        }
        initialized = count
      }
    }
  }

  /// Puts the elements, given in the box's row-major order, at their places in `array`.
  func scatter(_ elements: [Double], into array: inout [Double]) {
    array.withUnsafeMutableBufferPointer { result in
      var next = 0
      forEachRun { start in
        for index in 0..<run.extent {
          result[start + index * run.stride] = elements[next + index]
        }
        next += run.extent
      }
    }
  }
}
