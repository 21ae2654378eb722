/// Elements of a tensor as another shape: index i of the view is the element whose row-major number in
/// the tensor is `offset` + Σ iₐ·strideₐ. Reshapes, transposes, slices and broadcasts are views, so that
/// they take no memory and no time of their own: the exchange that brings the elements to where they are
/// needed reads them through the view.
package struct View: Hashable, Sendable {
  /// The view's shape.
  package var shape: [Int]
  /// Elements of the tensor from one index of an axis to the next; 0 where the axis is stretched.
  package var strides: [Int]
  /// The element of index 0.
  package var offset: Int

  package init(shape: [Int], strides: [Int], offset: Int) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// The tensor itself.
  package init(_ shape: [Int]) {
    self.init(shape: shape, strides: Self.strides(of: shape), offset: 0)
  }

  /// Row-major strides of a shape.
  package static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Whether the view is the whole of a tensor of `count` elements, in order.
  package func isWhole(of count: Int) -> Bool {
    guard offset == 0, shape.reduce(1, *) == count else { return false }
    let rowMajor = Self.strides(of: shape)
    return shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == rowMajor[$0] }
  }

  /// The view's axes in another order.
  package func transposed(_ permutation: [Int]) -> View {
    View(
      shape: permutation.map { shape[$0] }, strides: permutation.map { strides[$0] },
      offset: offset)
  }

  /// A box of the view.
  package func sliced(starts: [Int], shape: [Int]) -> View {
    View(
      shape: shape, strides: strides,
      offset: zip(starts, strides).reduce(offset) { $0 + $1.0 * $1.1 })
  }

  /// The view stretched to a shape that it broadcasts to.
  package func broadcast(to outer: [Int]) -> View {
    let missing = outer.count - shape.count
    return View(
      shape: outer,
      strides: outer.indices.map { axis in
        axis < missing || shape[axis - missing] != outer[axis] ? 0 : strides[axis - missing]
      }, offset: offset)
  }

  /// The view's elements in order under another shape; nil where no strides reach them.
  package func reshaped(to target: [Int]) -> View? {
    if target == shape { return self }
    // Axes of more than one element, joined where they are contiguous.
    var extents: [Int] = []
    var steps: [Int] = []
    for axis in shape.indices where shape[axis] > 1 {
      if let last = steps.last, last == strides[axis] * shape[axis] {
        extents[extents.count - 1] *= shape[axis]
        steps[steps.count - 1] = strides[axis]
      } else {
        extents.append(shape[axis])
        steps.append(strides[axis])
      }
    }
    var strides = [Int](repeating: 0, count: target.count)
    var group = extents.count - 1
    var inner = 1
    for axis in target.indices.reversed() where target[axis] > 1 {
      guard group >= 0, extents[group] % (inner * target[axis]) == 0 else { return nil }
      strides[axis] = steps[group] * inner
      inner *= target[axis]
      if inner == extents[group] {
        group -= 1
        inner = 1
      }
    }
    return View(shape: target, strides: strides, offset: offset)
  }
}
