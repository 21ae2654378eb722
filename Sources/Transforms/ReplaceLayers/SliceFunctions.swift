import Foundations
import GraphIR
import Operations

/// The functions that slices of a table go through, one a form, in a module.
struct SliceFunctions {
  var module: Module
  private var known: [Form: Function] = [:]

  private enum Form: Hashable {
    case lookup(TensorType, count: Int, isFirst: Bool, paddingIndex: Int?)
    case projection(TensorType, TensorType, Contraction)
  }

  init(_ module: Module) {
    self.module = module
  }

  /// (slice [R, H], ids [n], first row's id) to [n, H]: the rows of the ids that lie in the slice,
  /// zeros for all others.
  mutating func firstLookup(in slice: TensorType, count: Int, paddingIndex: Int?) -> Function {
    let form = Form.lookup(slice, count: count, isFirst: true, paddingIndex: paddingIndex)
    return function(form, "embedding_first_slice") { rewriter in
      let table = rewriter.addArgument(slice)
      let (found, isInside) = rewriter.lookup(in: table, count: count, paddingIndex: paddingIndex)
      let nothing = rewriter.scalar(0, slice.element)
      rewriter.return([rewriter.select(isInside, found, nothing)])
    }
  }

  /// (slice [R, H], ids [n], first row's id, rows [n, H]) to [n, H]: the rows of the ids that lie in
  /// the slice, the given ones for all others.
  mutating func lookup(in slice: TensorType, count: Int) -> Function {
    let form = Form.lookup(slice, count: count, isFirst: false, paddingIndex: nil)
    return function(form, "embedding_slice") { rewriter in
      let table = rewriter.addArgument(slice)
      let (found, isInside) = rewriter.lookup(in: table, count: count, paddingIndex: nil)
      let before = rewriter.addArgument(rewriter.type(of: found))
      rewriter.return([rewriter.select(isInside, found, before)])
    }
  }

  /// (x [M, H], slice [R, H]) to x sliceᵀ, [M, R].
  mutating func projection(
    of x: TensorType, onto slice: TensorType, _ contraction: Contraction
  ) -> Function {
    function(.projection(x, slice, contraction), "projection_slice") { rewriter in
      let operands = [rewriter.addArgument(x), rewriter.addArgument(slice)]
      rewriter.return(rewriter.insert(.contraction(contraction), operands))
    }
  }

  private mutating func function(
    _ form: Form, _ name: String, _ build: (inout Rewriter) -> Void
  ) -> Function {
    if let function = known[form] { return function }
    var number = 1
    func spelled() -> String { number == 1 ? name : "\(name)_\(number)" }
    while module[spelled()] != nil { number += 1 }
    var rewriter = Rewriter(functionNamed: spelled())
    build(&rewriter)
    module.insert(rewriter.function)
    known[form] = rewriter.function
    return rewriter.function
  }
}

extension Rewriter {
  /// Adds arguments for ids [n] and the first row's id. Gives the rows [n, H] of the ids in the slice,
  /// row 0 for all others, and whether they lie in it, [n, 1].
  fileprivate mutating func lookup(
    in slice: ValueID, count: Int, paddingIndex: Int?
  ) -> (found: ValueID, isInside: ValueID) {
    let ids = addArgument(TensorType([count], .i32))
    let base = addArgument(TensorType([], .i32))
    let zero = scalar(0, .i32)
    let local = subtract(ids, base)
    let notNegative = maximum(local, zero)
    let isBelow = compare(.less, notNegative, scalar(Double(type(of: slice).shape[0]), .i32))
    // Row 0 stands for ids of other slices, whose `local` it is not.
    let row = select(isBelow, notNegative, zero)
    let isInside = compare(.equal, row, local)
    return (gatherRows(slice, row, paddingIndex: paddingIndex), reshape(isInside, [count, 1]))
  }
}
