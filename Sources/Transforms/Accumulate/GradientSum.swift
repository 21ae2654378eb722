import Foundations
import GraphIR
import Operations

/// A gradient taken apart into what can be added to its accumulator piece by piece.
struct GradientSum {
  /// A piece: what is added to a box of the accumulator.
  struct Term {
    /// What makes the piece.
    enum Source: Hashable {
      /// The result of that number of a call.
      case call(String, result: Int)
      /// A scatter_add_rows, all columns of the accumulator.
      case rows
      /// Anything else.
      case other
    }

    var source: Source
    var value: ValueID
    /// The operation of the block that makes the value; nil where it is there before the block.
    var producer: OperationID?
    /// Where the piece begins in the accumulator.
    var starts: [Int]
  }

  /// The pieces in the order in which they are made.
  private(set) var terms: [Term] = []
  /// The additions, concatenations and pads that join them, each before its operands: nothing reads
  /// them any more once the pieces are added one by one.
  private(set) var joints: [OperationID] = []

  /// - Parameter places: the place of each operation of `block`.
  init(
    of value: ValueID, in block: BlockID, of function: Function,
    places: @autoclosure () -> [OperationID: Int]
  ) {
    let whole = function.type(of: value)
    // Most gradients are what one call gives.
    if let term = Self.call(value, in: block, of: function) {
      terms = [term]
      return
    }
    var pending = [(value: value, starts: whole.shape.map { _ in 0 })]
    var calls: Set<OperationID> = []
    while let (value, starts) = pending.popLast() {
      let producer = function.operation(defining: value).flatMap {
        function[$0].parent == block ? $0 : nil
      }
      var term = Term(source: .other, value: value, producer: producer, starts: starts)
      // What is read elsewhere too has to be made as it is.
      guard let producer, function[value].uses.count <= 1 else {
        terms.append(term)
        continue
      }
      let node = function[producer]
      switch node.operation {
      case .elementwise(.binary(.add))
      where node.operands.allSatisfy { function.type(of: $0) == function.type(of: value) }:
        joints.append(producer)
        pending += node.operands.reversed().map { ($0, starts) }
      case .movement(.pad(let padding, _)):
        joints.append(producer)
        pending.append((node.operands[0], zip(starts, padding).map { $0 + $1 }))
      case .movement(.concatenate(let axis)):
        joints.append(producer)
        var parts: [(value: ValueID, starts: [Int])] = []
        var next = starts
        for operand in node.operands {
          parts.append((operand, next))
          next[axis] += function.type(of: operand).shape[axis]
        }
        pending += parts.reversed()
      case .indexing(.scatterAddRows) where Self.isRows(value, starts, of: whole, function):
        term.source = .rows
        terms.append(term)
      case .control(.call(let callee)) where calls.insert(producer).inserted:
        if case .result(_, let result) = function[value].definition {
          term.source = .call(callee, result: result)
        }
        terms.append(term)
      default: terms.append(term)
      }
    }
    guard terms.count > 1 else { return }
    let places = places()
    let order = terms.enumerated().sorted { left, right in
      let (a, b) = (left.element.producer, right.element.producer)
      return (a.flatMap { places[$0] } ?? -1, left.offset)
        < (b.flatMap { places[$0] } ?? -1, right.offset)
    }
    terms = order.map(\.element)
  }

  /// Says that a term is added after it was made.
  mutating func setOther(_ term: Int) { terms[term].source = .other }

  /// The one piece of a value that is a call's, and that nothing reads besides what adds it.
  private static func call(_ value: ValueID, in block: BlockID, of function: Function) -> Term? {
    guard case .result(let producer, let result) = function[value].definition,
      case .control(.call(let callee)) = function[producer].operation,
      function[producer].parent == block, function[value].uses.count <= 1
    else { return nil }
    return Term(
      source: .call(callee, result: result), value: value, producer: producer,
      starts: function.type(of: value).shape.map { _ in 0 })
  }

  /// Whether the value has all columns of a matrix.
  private static func isRows(
    _ value: ValueID, _ starts: [Int], of whole: TensorType, _ function: Function
  ) -> Bool {
    whole.rank == 2 && starts[1] == 0 && function.type(of: value).shape[1] == whole.shape[1]
  }
}
