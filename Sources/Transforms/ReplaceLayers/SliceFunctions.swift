import Foundations
import GraphIR
import Operations

/// The functions that slices of a table go through, one a form, in a module.
struct SliceFunctions {
  var module: Module
  private var known: [Form: Function] = [:]

  private enum Form: Hashable {
    case lookup(TensorType, count: Int, paddingIndex: Int?)
    case projection(TensorType, TensorType, Contraction)
  }

  init(_ module: Module) {
    self.module = module
  }

  /// (slice [R, H], ids [n], first row's id) to [n, H]: the rows of the ids that lie in the slice,
  /// zeros for all others.
  mutating func lookup(in slice: TensorType, count: Int, paddingIndex: Int?) -> Function {
    let name = paddingIndex == nil ? "embedding_slice" : "embedding_slice_with_padding"
    return function(.lookup(slice, count: count, paddingIndex: paddingIndex), name) { rewriter in
      let table = rewriter.addArgument(slice)
      let ids = rewriter.addArgument(TensorType([count], .i32))
      let base = rewriter.addArgument(TensorType([], .i32))
      let zero = rewriter.scalar(0, .i32)
      let count = rewriter.scalar(Double(slice.shape[0]), .i32)
      let local = rewriter.subtract(ids, base)
      // The row of the slice, or row 0 where the id lies in another slice: then it is not `local`.
      let notNegative = rewriter.maximum(local, zero)
      let row = rewriter.select(rewriter.compare(.less, notNegative, count), notNegative, zero)
      let isInside = rewriter.compare(.equal, row, local)
      let found = rewriter.gatherRows(table, row, paddingIndex: paddingIndex)
      let column = rewriter.reshape(isInside, [rewriter.type(of: ids).count, 1])
      rewriter.return([rewriter.select(column, found, rewriter.scalar(0, slice.element))])
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
