extension Layout {
  /// The same elements on the same tiles in the same order, in the axes of another shape of as many
  /// elements; nil where a box of this layout is no box in those axes.
  package func reshaped(to shape: [Int]) -> Layout? {
    if shape == self.shape { return self }
    var (from, to) = (0, 0)
    var axes: [Axis] = []
    var digits = digits.filter { $0.axis == nil }
    while from < self.axes.count || to < shape.count {
      // The smallest groups of axes that hold the same elements.
      var (endFrom, endTo, countFrom, countTo) = (from, to, 1, 1)
      repeat {
        if countFrom <= countTo, endFrom < self.axes.count {
          countFrom *= self.axes[endFrom].extent
          endFrom += 1
        } else if endTo < shape.count {
          countTo *= shape[endTo]
          endTo += 1
        } else {
          return nil
        }
      } while countFrom != countTo
      // Extents of 1 that follow belong to the group.
      while endFrom < self.axes.count, self.axes[endFrom].extent == 1 { endFrom += 1 }
      while endTo < shape.count, shape[endTo] == 1 { endTo += 1 }
      guard
        let group = reshaped(group: from..<endFrom, to: Array(shape[to..<endTo]), first: to)
      else { return nil }
      axes += group.axes
      digits += group.digits
      (from, to) = (endFrom, endTo)
    }
    return Layout(axes: axes, digits: digits, start: start, tiles: tiles)
  }

  private func reshaped(
    group: Range<Int>, to shape: [Int], first: Int
  ) -> (axes: [Axis], digits: [Digit])? {
    let own = group.filter { axes[$0].extent > 1 }
    // Axes that stay as they are.
    let kept = shape.indices.filter { shape[$0] > 1 }
    if own.map({ axes[$0].extent }) == kept.map({ shape[$0] }) {
      let places = Dictionary(uniqueKeysWithValues: zip(own, kept))
      return (
        shape.indices.map { index in
          kept.firstIndex(of: index).map { axes[own[$0]] } ?? Axis(extent: shape[index])
        },
        digits.compactMap { digit in
          guard let axis = digit.axis, let place = places[axis] else { return nil }
          return Digit(axis: first + place, count: digit.count, stride: digit.stride)
        }
      )
    }
    guard let merged = joined(own) else { return nil }
    return split(merged, to: shape, first: first)
  }

  /// One axis for several, the slowest first: possible where each box is a range of all their elements.
  private func joined(_ own: [Int]) -> (axis: Axis, digits: [Digit])? {
    guard let last = own.last else { return (Axis(extent: 1), []) }
    let extent = own.reduce(1) { $0 * axes[$1].extent }
    // Behind the first axis that is not cut into single elements nothing may be cut.
    let isSingle = { (axis: Int) in
      axes[axis].grain == 1 && parts(of: axis) == axes[axis].extent
    }
    guard let cut = own.firstIndex(where: { !isSingle($0) }) else {
      return (Axis(extent: extent), own.flatMap { axis in digits.filter { $0.axis == axis } })
    }
    let inner = own[(cut + 1)...].reduce(1) { $0 * axes[$1].extent }
    guard own[(cut + 1)...].allSatisfy({ parts(of: $0) == 1 }) else { return nil }
    let axis = axes[own[cut]]
    let grain = own[cut] == last ? axis.grain : axis.grain * inner
    let joined = Axis(extent: extent, grain: grain)
    let cuts = own[...cut].flatMap { axis in digits.filter { $0.axis == axis } }
    let count = cuts.reduce(1) { $0 * $1.count }
    guard
      ranges(of: Array(own)) == (0..<count).map({ Self.range(of: $0, parts: count, of: joined) })
    else { return nil }
    return (joined, cuts)
  }

  /// The elements, numbered through these axes, of each combination of their parts; of these axes some are
  /// cut into single indices, then one into any parts, and the rest not at all.
  private func ranges(of own: [Int]) -> [Range<Int>] {
    own.reduce([0..<1]) { outer, axis in
      let inner = (0..<parts(of: axis)).map { range(of: $0, axis: axis) }
      let extent = axes[axis].extent
      return outer.flatMap { outer in
        inner.map { inner in
          let first = outer.lowerBound * extent + inner.lowerBound
          return first..<max(first, (outer.upperBound - 1) * extent + inner.upperBound)
        }
      }
    }
  }

  /// Several axes for one.
  private func split(
    _ merged: (axis: Axis, digits: [Digit]), to shape: [Int], first: Int
  ) -> (axes: [Axis], digits: [Digit])? {
    var remaining = merged.digits[...]
    var axes: [Axis] = []
    var digits: [Digit] = []
    var inner = shape.reduce(1, *)
    for (index, extent) in shape.enumerated() {
      inner /= extent
      if remaining.isEmpty || extent == 1 {
        axes.append(Axis(extent: extent))
        continue
      }
      let parts = remaining.reduce(1) { $0 * $1.count }
      if inner == 1 {
        axes.append(Axis(extent: extent, grain: min(extent, merged.axis.grain)))
        digits += remaining.map { Digit(axis: first + index, count: $0.count, stride: $0.stride) }
        remaining = []
      } else if parts <= extent {
        axes.append(Axis(extent: extent, grain: max(1, merged.axis.grain / inner)))
        digits += remaining.map { Digit(axis: first + index, count: $0.count, stride: $0.stride) }
        remaining = []
      } else {
        // This axis takes as many parts as it has elements, the inner axes what is left of them.
        guard parts % extent == 0 else { return nil }
        var needed = extent
        while needed > 1, var digit = remaining.popFirst() {
          if needed % digit.count == 0 {
            digits.append(Digit(axis: first + index, count: digit.count, stride: digit.stride))
            needed /= digit.count
          } else if digit.count % needed == 0 {
            let rest = digit.count / needed
            digits.append(
              Digit(axis: first + index, count: needed, stride: digit.stride * rest))
            digit.count = rest
            remaining = [digit] + remaining
            needed = 1
          } else {
            return nil
          }
        }
        axes.append(Axis(extent: extent))
      }
    }
    let parts = merged.digits.reduce(1) { $0 * $1.count }
    let result = Layout(
      axes: axes,
      digits: digits.map {
        Digit(axis: $0.axis.map { $0 - first }, count: $0.count, stride: $0.stride)
      }, tiles: tiles)
    let isSame =
      result.ranges(of: Array(shape.indices))
      == (0..<parts).map { Self.range(of: $0, parts: parts, of: merged.axis) }
    return isSame ? (axes, digits) : nil
  }

  /// The layout without an axis that is not cut, or with copies in place of the parts of one that is: what
  /// a tensor without the axis must have so that each tile has what belongs to its box.
  package func dropping(axes dropped: [Int]) -> Layout {
    var places: [Int?] = []
    var kept: [Axis] = []
    for axis in axes.indices {
      if dropped.contains(axis) {
        places.append(nil)
      } else {
        places.append(kept.count)
        kept.append(axes[axis])
      }
    }
    return Layout(
      axes: kept,
      digits: digits.map { digit in
        Digit(
          axis: digit.axis.flatMap { places[$0] }, count: digit.count, stride: digit.stride)
      }, start: start, tiles: tiles)
  }

  /// What an operand of `shape`, which broadcasts to this layout's shape, must have so that each tile has
  /// what it needs for its box: stretched axes are whole, with copies in place of their parts.
  package func broadcastOperand(of shape: [Int]) -> Layout {
    let missing = axes.count - shape.count
    var kept: [Axis] = []
    for (axis, extent) in shape.enumerated() {
      let full = axes[axis + missing]
      kept.append(extent == full.extent ? full : Axis(extent: extent))
    }
    return Layout(
      axes: kept,
      digits: digits.map { digit in
        guard let axis = digit.axis, axis >= missing, shape[axis - missing] == axes[axis].extent
        else { return Digit(axis: nil, count: digit.count, stride: digit.stride) }
        return Digit(axis: axis - missing, count: digit.count, stride: digit.stride)
      }, start: start, tiles: tiles)
  }

  /// The layout with each copy's tile having a part of the box in its stead, of the given axis: every
  /// element once. Nil where the axis has too few grains for it.
  package func spreadingCopies(over axis: Int) -> Layout? {
    let copies = copies
    guard copies > 1 else { return self }
    let grains = (axes[axis].extent + axes[axis].grain - 1) / axes[axis].grain
    guard parts(of: axis) * copies <= grains else { return nil }
    return Layout(
      axes: axes,
      digits: digits.filter { $0.axis != nil }
        + digits.filter { $0.axis == nil }.map {
          Digit(axis: axis, count: $0.count, stride: $0.stride)
        }, start: start, tiles: tiles)
  }
}
