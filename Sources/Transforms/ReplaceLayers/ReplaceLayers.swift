import Foundations
import GraphIR
import Operations

/// Cuts the word embedding into equal slices of its rows, so that neither a lookup nor the projection
/// onto the vocabulary, nor their gradients, need the whole table's room at once.
///
/// With `factor` slices of R = V / factor rows, the lookup of `ids` in the table becomes a chain over
/// the slices s,
///
///     found = @embedding_slice(table[s R ..< (s + 1) R], ids, s R, found)
///
/// where the function gathers the rows of the ids that lie in the slice and leaves all others as they
/// were found. The product x tableᵀ becomes the products with the slices, side by side:
///
///     concatenate over s of @projection_slice(x, table[s R ..< (s + 1) R])
///
/// Both are calls of one function, so that code does not grow with `factor`; their derivatives are too.
/// The chain begins with the slice that holds the padding token, which has a function of its own: there
/// is nothing found before it, and only there a lookup may have no gradient.
///
/// A table is an argument that arrives whole and is looked up with a padding index, here or in another
/// function that gets the same argument; a projection is a product with its transpose.
///
/// Meaning: the forward pass keeps its bits, and so does the table's gradient. In the backward pass the
/// gradient of x is a sum over the slices, with `factor` roundings and `factor` − 1 additions in the
/// model's element type where one sum over V was rounded: it differs by at most about
/// 2 factor · 2⁻¹¹ (f16) or 2 factor · 2⁻²⁴ (f32) of the largest partial sum.
///
/// Dropout, layer norm and GELU have the forms made for IPUs from the start, and stay: dropout's
/// derivative draws the mask again from key and stream, layer norm stores mean and 1/σ of each row
/// beside its operand, and GELU's derivative is one operation on its operand.
package enum ReplaceLayers {
  /// The pass.
  package static let pass = Pass(
    "replace-layers", "cuts the word embedding's lookup and projection into slices of the table",
    options: [.init("factor", "the number of slices, which divides the table's rows; default 1")]
  ) { module, options in
    let factor = try options.integer("factor", 1...(1 << 12), default: 1)
    guard factor > 1 else { return }
    let tables = TableArguments(module)
    var functions = SliceFunctions(module)
    for function in module.functions {
      let uses = TableUses(in: function, tables: tables[function.name])
      guard !uses.isEmpty else { continue }
      var rewriter = Rewriter(function)
      try uses.cut(into: factor, &rewriter, &functions)
      functions.module.insert(rewriter.function)
    }
    module = functions.module
  }
}

/// The lookups in and the projections onto the tables of one function's body, in order.
private struct TableUses {
  private enum Use {
    case lookup(OperationID, paddingIndex: Int)
    case projection(OperationID, Contraction)
  }

  private var uses: [(table: ValueID, use: Use)] = []

  var isEmpty: Bool { uses.isEmpty }

  init(in function: Function, tables: Set<Int>) {
    guard !tables.isEmpty else { return }
    let values = Set(tables.map { function.arguments[$0] })
    for id in function[function.body].operations {
      let node = function[id]
      switch node.operation {
      case .indexing(.gatherRows(let padding?)) where values.contains(node.operands[0]):
        uses.append((node.operands[0], .lookup(id, paddingIndex: padding)))
      case .contraction(let contraction)
      where contraction.transposesRight && values.contains(node.operands[1])
        && !values.contains(node.operands[0]):
        uses.append((node.operands[1], .projection(id, contraction)))
      default: continue
      }
    }
  }

  /// - Throws: `vocabulary-not-divisible` where the slices would not be equal.
  func cut(
    into factor: Int, _ rewriter: inout Rewriter, _ functions: inout SliceFunctions
  ) throws(TesseraError) {
    var slices: [ValueID: [ValueID]] = [:]
    for (table, use) in uses {
      let type = rewriter.type(of: table)
      guard type.shape[0].isMultiple(of: factor) else {
        throw TesseraError(
          .badData, code: .vocabularyNotDivisible,
          "the table \(type) of @\(rewriter.function.name) does not have \(factor) equal slices",
          notes: ["the option 'factor' must divide its \(type.shape[0]) rows"])
      }
      switch use {
      case .lookup(let id, _), .projection(let id, _): rewriter.insertionPoint = .before(id)
      }
      // The first use makes the slices; those after it are behind them.
      let parts = slices[table] ?? rewriter.rowSlices(of: table, factor)
      slices[table] = parts
      switch use {
      case .lookup(let id, let padding):
        rewriter.cutLookup(id, parts, paddingIndex: padding, &functions)
      case .projection(let id, let contraction):
        rewriter.cutProjection(id, parts, contraction, &functions)
      }
    }
  }
}

extension Rewriter {
  fileprivate mutating func rowSlices(of table: ValueID, _ factor: Int) -> [ValueID] {
    let (rows, columns) = (type(of: table).shape[0] / factor, type(of: table).shape[1])
    return (0..<factor).map { slice(table, starts: [$0 * rows, 0], shape: [rows, columns]) }
  }

  fileprivate mutating func cutLookup(
    _ id: OperationID, _ slices: [ValueID], paddingIndex: Int, _ functions: inout SliceFunctions
  ) {
    let ids = function[id].operands[1]
    let rows = type(of: slices[0]).shape[0]
    let count = type(of: ids).count
    // A padding index beyond the table is no token's.
    let padded = slices.indices.contains(paddingIndex / rows) ? paddingIndex / rows : nil
    let first = functions.firstLookup(
      in: type(of: slices[0]), count: count, paddingIndex: padded.map { paddingIndex - $0 * rows })
    let next = functions.lookup(in: type(of: slices[0]), count: count)
    func base(_ number: Int) -> ValueID { scalar(Double(number * rows), .i32) }
    var found = call(first, [slices[padded ?? 0], ids, base(padded ?? 0)])[0]
    for number in slices.indices where number != padded ?? 0 {
      found = call(next, [slices[number], ids, base(number), found])[0]
    }
    replace(id, with: found)
  }

  fileprivate mutating func cutProjection(
    _ id: OperationID, _ slices: [ValueID], _ contraction: Contraction,
    _ functions: inout SliceFunctions
  ) {
    let x = function[id].operands[0]
    let parts = slices.map { slice in
      let callee = functions.projection(of: type(of: x), onto: type(of: slice), contraction)
      return call(callee, [x, slice])[0]
    }
    replace(id, with: concatenate(parts, axis: 1))
  }

  private mutating func replace(_ id: OperationID, with value: ValueID) {
    replaceAllUses(of: function[id].results[0], with: value)
    erase(id)
  }
}
