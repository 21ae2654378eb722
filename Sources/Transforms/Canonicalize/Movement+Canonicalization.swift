import Foundations
import GraphIR
import Operations

extension Movement {
  /// The simpler form of the movement, or nil where it has none.
  func canonical(_ site: RewriteSite) -> Rewrite? {
    let operand = site.operands[0]
    // To the own shape all but a transpose move nothing.
    if site.type(of: operand) == site.resultType, !isTranspose { return .value(operand) }
    switch self {
    case .reshape(let shape):
      guard case (.reshape, let moved)? = site.movement(of: operand) else { return nil }
      return .operation(.movement(.reshape(shape)), moved)
    case .transpose(let permutation): return Self.transpose(permutation, site)
    case .broadcast(let shape):
      // Without repetition only extents of 1 are new.
      if site.type(of: operand).count == site.resultType.count {
        return .operation(.movement(.reshape(shape)), [operand])
      }
      guard case (.broadcast, let moved)? = site.movement(of: operand) else { return nil }
      return .operation(.movement(.broadcast(shape)), moved)
    case .slice(let starts, let shape): return Self.slice(starts, shape, site)
    case .pad(let starts, let shape):
      guard case (.pad(let inner, _), let moved)? = site.movement(of: operand) else { return nil }
      return .operation(.movement(.pad(starts: sum(starts, inner), shape: shape)), moved)
    case .concatenate(let axis): return Self.concatenation(along: axis, site)
    }
  }

  private var isTranspose: Bool {
    if case .transpose = self { true } else { false }
  }

  private static func transpose(_ permutation: [Int], _ site: RewriteSite) -> Rewrite? {
    let operand = site.operands[0]
    let extents = site.type(of: operand).shape
    // Axes of extent 1 may go anywhere: the elements stay in their order.
    let moved = permutation.filter { extents[$0] != 1 }
    if moved == moved.sorted() {
      return permutation == permutation.sorted()
        ? .value(operand) : .operation(.movement(.reshape(site.resultType.shape)), [operand])
    }
    guard case (.transpose(let inner), let source)? = site.movement(of: operand) else { return nil }
    return .operation(.movement(.transpose(permutation.map { inner[$0] })), source)
  }

  private static func slice(_ starts: [Int], _ shape: [Int], _ site: RewriteSite) -> Rewrite? {
    guard let (movement, moved) = site.movement(of: site.operands[0]) else { return nil }
    switch movement {
    case .slice(let inner, _):
      return .operation(.movement(.slice(starts: sum(starts, inner), shape: shape)), moved)
    case .pad(let inner, _):
      // What lies in the padded value is a slice of it; what lies beside is left.
      let offsets = zip(starts, inner).map { $0 - $1 }
      let extents = site.type(of: moved[0]).shape
      guard
        extents.indices.allSatisfy({ offsets[$0] >= 0 && offsets[$0] + shape[$0] <= extents[$0] })
      else { return nil }
      return .operation(.movement(.slice(starts: offsets, shape: shape)), moved)
    case .concatenate(let axis):
      var start = 0
      for piece in moved {
        let end = start + site.type(of: piece).shape[axis]
        if starts[axis] >= start && starts[axis] + shape[axis] <= end {
          var offsets = starts
          offsets[axis] -= start
          return .operation(.movement(.slice(starts: offsets, shape: shape)), [piece])
        }
        start = end
      }
      return nil
    case .reshape, .transpose, .broadcast: return nil
    }
  }

  /// Slices of one value that follow each other are one slice.
  private static func concatenation(along axis: Int, _ site: RewriteSite) -> Rewrite? {
    guard case (.slice(let starts, _), let source)? = site.movement(of: site.operands[0]) else {
      return nil
    }
    var next = starts
    for operand in site.operands {
      guard case (.slice(next, let extents), source)? = site.movement(of: operand) else {
        return nil
      }
      next[axis] += extents[axis]
    }
    return .operation(
      .movement(.slice(starts: starts, shape: site.resultType.shape)), source)
  }
}

private func sum(_ left: [Int], _ right: [Int]) -> [Int] {
  zip(left, right).map { $0 + $1 }
}
