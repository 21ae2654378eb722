import Foundations
import Operations

/// One method an operation, so that graphs read as the formulas they are.
extension Rewriter {
  /// The function of each element; `x` is of floating point and gives the result's type.
  package mutating func unary(_ function: Elementwise.Unary, _ x: ValueID) -> ValueID {
    insert(.elementwise(.unary(function)), [x])[0]
  }

  /// The function of each pair of elements; shapes broadcast, element types agree.
  package mutating func binary(
    _ function: Elementwise.Binary, _ a: ValueID, _ b: ValueID
  ) -> ValueID {
    insert(.elementwise(.binary(function)), [a, b])[0]
  }

  /// a + b for each pair of elements; shapes broadcast.
  package mutating func add(_ a: ValueID, _ b: ValueID) -> ValueID { binary(.add, a, b) }

  /// a − b for each pair of elements; shapes broadcast.
  package mutating func subtract(_ a: ValueID, _ b: ValueID) -> ValueID { binary(.subtract, a, b) }

  /// a · b for each pair of elements; shapes broadcast.
  package mutating func multiply(_ a: ValueID, _ b: ValueID) -> ValueID { binary(.multiply, a, b) }

  /// a / b for each pair of elements; shapes broadcast.
  package mutating func divide(_ a: ValueID, _ b: ValueID) -> ValueID { binary(.divide, a, b) }

  /// The larger of each pair of elements; shapes broadcast.
  package mutating func maximum(_ a: ValueID, _ b: ValueID) -> ValueID { binary(.maximum, a, b) }

  /// Whether the comparison holds for each pair of elements, as i1; shapes broadcast.
  package mutating func compare(
    _ comparison: Elementwise.Comparison, _ a: ValueID, _ b: ValueID
  ) -> ValueID {
    insert(.elementwise(.compare(comparison)), [a, b])[0]
  }

  /// `a` where the condition, an i1 tensor, holds, else `b`; shapes broadcast.
  package mutating func select(_ condition: ValueID, _ a: ValueID, _ b: ValueID) -> ValueID {
    insert(.elementwise(.select), [condition, a, b])[0]
  }

  /// The value in another element type; the value itself where it has that type.
  package mutating func convert(_ x: ValueID, to element: ElementType) -> ValueID {
    type(of: x).element == element ? x : insert(.elementwise(.convert(element)), [x])[0]
  }

  /// The value under another shape; the value itself where it has that shape.
  package mutating func reshape(_ x: ValueID, _ shape: [Int]) -> ValueID {
    type(of: x).shape == shape ? x : insert(.movement(.reshape(shape)), [x])[0]
  }

  /// The value with its axes in another order: axis i of the result is axis `permutation[i]`.
  package mutating func transpose(_ x: ValueID, _ permutation: [Int]) -> ValueID {
    insert(.movement(.transpose(permutation)), [x])[0]
  }

  /// The value repeated to the shape; the value itself where it has that shape.
  package mutating func broadcast(_ x: ValueID, to shape: [Int]) -> ValueID {
    type(of: x).shape == shape ? x : insert(.movement(.broadcast(shape)), [x])[0]
  }

  /// The box of extents `shape` that begins at `starts`.
  package mutating func slice(_ x: ValueID, starts: [Int], shape: [Int]) -> ValueID {
    insert(.movement(.slice(starts: starts, shape: shape)), [x])[0]
  }

  /// Zeros of extents `shape` with the value placed at `starts`.
  package mutating func pad(_ x: ValueID, starts: [Int], shape: [Int]) -> ValueID {
    insert(.movement(.pad(starts: starts, shape: shape)), [x])[0]
  }

  /// The values one after the other along the axis; all other extents agree.
  package mutating func concatenate(_ values: [ValueID], axis: Int) -> ValueID {
    insert(.movement(.concatenate(axis: axis)), values)[0]
  }

  /// The sum over the axes; the value itself where there are none.
  package mutating func sum(_ x: ValueID, axes: [Int]) -> ValueID {
    axes.isEmpty ? x : insert(.reduction(Reduction(.sum, axes: axes)), [x])[0]
  }

  /// The largest element along the axes; the value itself where there are none.
  package mutating func maximum(_ x: ValueID, axes: [Int]) -> ValueID {
    axes.isEmpty ? x : insert(.reduction(Reduction(.maximum, axes: axes)), [x])[0]
  }

  /// The matrix product, with the operands' matrices transposed where asked.
  package mutating func matmul(
    _ left: ValueID, _ right: ValueID, transposesLeft: Bool = false, transposesRight: Bool = false,
    partials: ElementType
  ) -> ValueID {
    let contraction = Contraction(
      transposesLeft: transposesLeft, transposesRight: transposesRight, partials: partials)
    return insert(.contraction(contraction), [left, right])[0]
  }

  /// The rows [n, H] of the table [V, H] at the indices, an i32 vector [n]; rows of `paddingIndex`
  /// get no gradient from it.
  package mutating func gatherRows(
    _ table: ValueID, _ indices: ValueID, paddingIndex: Int? = nil
  ) -> ValueID {
    insert(.indexing(.gatherRows(paddingIndex: paddingIndex)), [table, indices])[0]
  }

  /// The accumulator with the value added in the box at `starts`.
  package mutating func accumulateSlice(
    _ accumulator: ValueID, _ value: ValueID, starts: [Int]
  ) -> ValueID {
    insert(.accumulation(.slice(starts: starts)), [accumulator, value])[0]
  }

  /// The accumulator [V, H] with the sums of the rows [n, H] at the indices, an i32 vector [n], added.
  package mutating func accumulateRows(
    _ accumulator: ValueID, _ indices: ValueID, _ rows: ValueID
  ) -> ValueID {
    insert(.accumulation(.rows), [accumulator, indices, rows])[0]
  }

  /// One element of each row of `x` [n, V], at the indices, an i32 vector [n].
  package mutating func selectColumns(_ x: ValueID, _ indices: ValueID) -> ValueID {
    insert(.indexing(.selectColumns), [x, indices])[0]
  }

  /// What is in a buffer of streaming memory.
  package mutating func load(_ buffer: ValueID) -> ValueID {
    insert(.remote(.load), [buffer])[0]
  }

  /// The buffer of streaming memory with the value in place of what was there.
  package mutating func store(_ value: ValueID, in buffer: ValueID) -> ValueID {
    insert(.remote(.store), [buffer, value])[0]
  }

  /// The constant whose elements are all `value`.
  package mutating func splat(_ value: Double, _ type: TensorType) -> ValueID {
    insert(.source(.constant(TensorLiteral(splat: value, type))), [])[0]
  }

  /// The scalar constant `value`.
  package mutating func scalar(_ value: Double, _ element: ElementType) -> ValueID {
    splat(value, TensorType([], element))
  }

  /// A call of a function that stands in a module.
  @discardableResult
  package mutating func call(_ callee: Function, _ operands: [ValueID]) -> [ValueID] {
    let arguments = callee.arguments
    precondition(
      operands.count == arguments.count
        && zip(operands, arguments).allSatisfy { type(of: $0) == callee.type(of: $1) },
      "@\(function.name) calls @\(callee.name) with operands of other types")
    return insert(.control(.call(callee.name)), operands, resultTypes: callee.resultTypes)
  }

  /// A repeat: `body` gets the iteration's number and the carried values, and gives their next values.
  package mutating func `repeat`(
    count: Int, _ initial: [ValueID],
    body: (inout Rewriter, _ iteration: ValueID, _ carried: [ValueID]) -> [ValueID]
  ) -> [ValueID] {
    let types = initial.map(type(of:))
    let (results, block, arguments) = insertWithBody(
      .control(.repeat(count: count)), initial, resultTypes: types,
      argumentTypes: [TensorType([], .i32)] + types)
    let outer = insertionPoint
    insertionPoint = .end(block)
    let next = body(&self, arguments[0], Array(arguments.dropFirst()))
    insert(.control(.yield), next, resultTypes: [])
    insertionPoint = outer
    return results
  }

  /// A chain: `body` gets the operands within it and gives the values that are its results, all made
  /// by elementwise operations of one shape.
  package mutating func fuse(
    _ operands: [ValueID], body: (inout Rewriter, _ operands: [ValueID]) -> [ValueID]
  ) -> [ValueID] {
    let (_, block, arguments) = insertWithBody(
      .control(.fuse), operands, resultTypes: [], argumentTypes: operands.map(type(of:)))
    let outer = insertionPoint
    insertionPoint = .end(block)
    let yielded = body(&self, arguments)
    insert(.control(.yield), yielded, resultTypes: [])
    insertionPoint = outer
    return complete(block, as: .control(.fuse), resultTypes: yielded.map(type(of:)))
  }
}
