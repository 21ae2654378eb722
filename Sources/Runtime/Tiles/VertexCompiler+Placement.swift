import Operations

extension VertexCompiler {
  /// Says what is wrong where a tile's boxes are not of the elements that its results are made from; nil
  /// where they are, or where the types of its boxes say it already.
  func misplaced(_ ranges: [[Range<Int>]]) -> String? {
    let operands = Array(ranges[..<operandCount])
    var results = Array(ranges[operandCount...])
    switch vertex {
    case .chain: return notBroadcast(operands, to: results[0])
    case .addPartials:
      if operands[0].first?.count != boxes[0].shape.first {
        return "the tile has only a part of the sum"
      }
      return Array(operands[0].dropFirst()) == results[0] ? nil : Self.elsewhere(0)
    case .partialProduct(let contraction):
      return misplaced(contraction, operands, Array(results[0].dropFirst()))
    case .operation(let operation):
      return misplaced(operation, operands, results, sumsWhole: true)
    case .partial(let operation):
      // Axes of parts have one index each.
      for index in results.indices {
        let rank = ranges[operandCount + index].count
        if rank > expectedRank(operation, index), results[index][0].count == 1 {
          results[index].removeFirst()
        }
      }
      return misplaced(operation, operands, results, sumsWhole: false)
    }
  }

  /// The rank of an operation's result.
  func expectedRank(_ operation: Operation, _ result: Int) -> Int {
    switch operation {
    case .reduction(let reduction): boxes[0].shape.count - reduction.axes.count
    case .normalization(.layerNormGradient): result == 0 ? 2 : 1
    case .indexing(.gatherRows), .indexing(.scatterAddRows): 2
    case .indexing(.selectColumns): 1
    default: boxes[operandCount + result].shape.count
    }
  }

  private func misplaced(
    _ operation: Operation, _ operands: [[Range<Int>]], _ results: [[Range<Int>]],
    sumsWhole: Bool
  ) -> String? {
    switch operation {
    case .elementwise: return notBroadcast(operands, to: results[0])
    case .random: return notBroadcast([operands[0]], to: results[0])
    case .accumulation(.slice):
      return operands.firstIndex { $0 != results[0] }.map(Self.elsewhere)
    case .accumulation(.rows): return operands[0] == results[0] ? nil : Self.elsewhere(0)
    case .softmax:
      return operands.firstIndex { $0 != results[0] }.map(Self.elsewhere)
        ?? notWhole(operands[0], axes: operands[0].indices.suffix(1), of: 0)
    case .normalization(let normalization):
      let x = normalization == .layerNormGradient ? 1 : 0
      if operands[x] != results[0] { return Self.elsewhere(x) }
      return notWhole(operands[x], axes: [1], of: x)
    case .contraction(let contraction):
      let k = operands[0].count - (contraction.transposesLeft ? 2 : 1)
      return misplaced(contraction, operands, results[0]) ?? notWhole(operands[0], axes: [k], of: 0)
    case .reduction(let reduction):
      let kept = operands[0].indices.filter { !reduction.axes.contains($0) }
      if kept.map({ operands[0][$0] }) != results[0] { return Self.elsewhere(0) }
      return sumsWhole ? notWhole(operands[0], axes: reduction.axes, of: 0) : nil
    case .movement, .indexing, .stash, .source, .remote, .collective, .control: return nil
    }
  }

  private func misplaced(
    _ contraction: Contraction, _ operands: [[Range<Int>]], _ result: [Range<Int>]
  ) -> String? {
    guard operands.allSatisfy({ $0.count == result.count }) else {
      return "the operands have another number of axes than the result"
    }
    func sides(_ box: [Range<Int>], _ swaps: Bool) -> (Range<Int>, Range<Int>) {
      let (first, second) = (box[box.count - 2], box[box.count - 1])
      return swaps ? (second, first) : (first, second)
    }
    let (rows, left) = sides(operands[0], contraction.transposesLeft)
    let (right, columns) = sides(operands[1], contraction.transposesRight)
    let batch = result.dropLast(2)
    if left != right {
      return "the operands' boxes are of other elements of the sum: \(left), \(right)"
    }
    if operands[0].dropLast(2) != batch || rows != result[batch.count] { return Self.elsewhere(0) }
    if operands[1].dropLast(2) != batch || columns != result[batch.count + 1] {
      return Self.elsewhere(1)
    }
    return nil
  }

  /// An operand that does not have the elements of the result's box, or those that are stretched over them.
  private func notBroadcast(_ operands: [[Range<Int>]], to result: [Range<Int>]) -> String? {
    operands.indices.first { index in
      let missing = result.count - operands[index].count
      return missing < 0
        || operands[index].indices.contains { axis in
          operands[index][axis] != result[axis + missing] && boxes[index].shape[axis] != 1
        }
    }.map(Self.elsewhere)
  }

  private func notWhole(
    _ box: [Range<Int>], axes: some Sequence<Int>, of operand: Int
  ) -> String? {
    axes.contains { box[$0] != 0..<boxes[operand].shape[$0] }
      ? "the tile has only a part of what operand \(operand) is summed over" : nil
  }

  private static func elsewhere(_ operand: Int) -> String {
    "the box of operand \(operand) is not where the result's is"
  }
}
