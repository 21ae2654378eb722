import Operations

/// What a vertex needs of its operands for what it makes, axis by axis.
///
/// Axes of operands and results that have the same elements have the same label: a tile that makes rows 3 and
/// 4 of a sum needs rows 3 and 4 of both operands.
struct VertexRule {
  enum Need {
    /// The range of the label.
    case label(Int)
    /// All elements.
    case whole
    /// The number of one part of what is reduced.
    case part
  }

  var operands: [[Need]]
  var results: [[Need]]
  /// Labels whose parts are added up later: of each part tiles have a partial result.
  var reduced: [Int] = []

  /// - Parameters:
  ///   - operands: the operands' shapes.
  ///   - results: the results' shapes.
  /// - Returns: nil where tiles do not compute the vertex.
  init?(_ vertex: Vertex, operands: [[Int]], results: [[Int]]) {
    guard let result = results.first else { return nil }
    switch vertex {
    case .chain, .operation(.elementwise):
      self.init(elementwise: operands, results)
    case .addPartials:
      guard operands.count == 1 else { return nil }
      self.init(
        operands: [[.whole] + Self.labels(result.count)], results: [Self.labels(result.count)])
    case .partialProduct(let contraction):
      self.init(product: contraction, operands, isPartial: true)
    case .operation(let operation):
      self.init(operation, operands, results, isPartial: false)
    case .partial(let operation):
      self.init(operation, operands, results, isPartial: true)
    }
    guard self.operands.count == operands.count, self.results.count == results.count,
      zip(self.operands + self.results, operands + results).allSatisfy({ $0.count == $1.count })
    else { return nil }
  }

  private init(operands: [[Need]], results: [[Need]], reduced: [Int] = []) {
    self.operands = operands
    self.results = results
    self.reduced = reduced
  }

  private static func labels(_ count: Int, from first: Int = 0) -> [Need] {
    (first..<first + count).map(Need.label)
  }

  private static func whole(_ shape: [Int]) -> [Need] { shape.map { _ in .whole } }

  /// Operands broadcast: axes are aligned at the last, stretched ones are whole.
  private init(elementwise operands: [[Int]], _ results: [[Int]]) {
    let shape = results[0]
    self.init(
      operands: operands.map { operand in
        operand.indices.map { axis in
          let outer = axis + shape.count - operand.count
          guard shape.indices.contains(outer), operand[axis] == shape[outer] else { return .whole }
          return .label(outer)
        }
      }, results: results.map { Self.labels($0.count) })
  }

  /// ([..., M, K], [..., K, N]) to [..., M, N], with a first axis of parts of K where it is partial.
  private init(product: Contraction, _ operands: [[Int]], isPartial: Bool) {
    let batch = max(0, (operands.first?.count ?? 2) - 2)
    let outer = Self.labels(batch)
    let (rows, columns) = (Need.label(batch), Need.label(batch + 1))
    let contracted = isPartial ? Need.label(batch + 2) : .whole
    self.init(
      operands: [
        outer + (product.transposesLeft ? [contracted, rows] : [rows, contracted]),
        outer + (product.transposesRight ? [columns, contracted] : [contracted, columns]),
      ], results: [(isPartial ? [.part] : []) + outer + [rows, columns]],
      reduced: isPartial ? [batch + 2] : [])
  }

  private init?(
    _ operation: Operation, _ operands: [[Int]], _ results: [[Int]], isPartial: Bool
  ) {
    let rank = operands.first?.count ?? 0
    let first = isPartial ? [Need.part] : []
    switch operation {
    case .contraction(let contraction):
      self.init(product: contraction, operands, isPartial: isPartial)
    case .reduction(let reduction):
      let kept = (0..<rank).filter { !reduction.axes.contains($0) }
      self.init(
        operands: [
          (0..<rank).map { isPartial || kept.contains($0) ? .label($0) : .whole }
        ], results: [first + kept.map(Need.label)], reduced: isPartial ? reduction.axes : [])
    case .softmax where !isPartial:
      let row = Self.labels(max(0, rank - 1)) + [.whole]
      self.init(operands: operands.map { _ in row }, results: [row])
    case .normalization(.layerNorm) where !isPartial:
      let row: [Need] = [.label(0), .whole]
      self.init(
        operands: [row, [.whole], [.whole]], results: [row, [.label(0)], [.label(0)]])
    case .normalization(.layerNormGradient):
      let row: [Need] = [.label(0), .whole]
      self.init(
        operands: [row, row, [.whole], [.label(0)], [.label(0)]],
        results: [row, first + [.whole], first + [.whole]], reduced: isPartial ? [0] : [])
    case .random where !isPartial:
      self.init(
        operands: [Self.labels(rank)] + operands.dropFirst().map(Self.whole),
        results: [Self.labels(rank)])
    case .indexing(let indexing): self.init(indexing, operands, isPartial: isPartial)
    case .accumulation(.slice) where !isPartial:
      self.init(elementwise: operands, results)
    case .accumulation(.rows) where !isPartial:
      self.init(
        operands: [Self.labels(2), [.whole], [.whole, .label(1)]], results: [Self.labels(2)])
    case .stash(let stash) where !isPartial:
      let entry = Self.labels(max(0, rank - 1))
      let number = Self.whole(operands.last ?? [])
      let isRead = stash == .read
      self.init(
        operands: isRead ? [[.whole] + entry, number] : [[.whole] + entry, entry, number],
        results: [isRead ? entry : [.whole] + entry])
    default: return nil
    }
  }

  /// Of a table that is cut tiles pick and add what is in their part.
  private init?(_ indexing: Indexing, _ operands: [[Int]], isPartial: Bool) {
    switch (indexing, isPartial) {
    case (.gatherRows, true):
      self.init(
        operands: [[.label(0), .label(1)], [.whole]], results: [[.part, .whole, .label(1)]],
        reduced: [0])
    case (.gatherRows, false):
      self.init(
        operands: [[.whole, .label(1)], [.label(0)]], results: [[.label(0), .label(1)]])
    case (.selectColumns, _):
      self.init(
        operands: [[.label(0), isPartial ? .label(1) : .whole], [.label(0)]],
        results: [(isPartial ? [.part] : []) + [.label(0)]], reduced: isPartial ? [1] : [])
    case (.scatterAddRows, false):
      self.init(operands: [[.whole], [.whole, .label(1)]], results: [[.label(0), .label(1)]])
    case (.placeColumns, false):
      self.init(operands: [[.label(0)], [.label(0)]], results: [[.label(0), .label(1)]])
    default: return nil
    }
  }
}
