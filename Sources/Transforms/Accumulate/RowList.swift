import Foundations
import GraphIR
import Operations

/// A list of rows that stands for the gradient of a table until all micro-batches are done: one buffer of
/// indices, and one of the rows that are to be added to them.
struct RowList: Hashable {
  /// How often a micro-batch looks rows up: as many entries of the list are written for each.
  var entries: Int
  /// The rows of an entry.
  var rows: Int
  /// The entries of all micro-batches.
  var depth: Int
  /// The numbers of a row, and their type.
  var width: Int
  var element: ElementType

  /// The buffer of indices.
  var indicesType: TensorType { TensorType([depth, rows], .i32) }
  /// The buffer of rows.
  var rowsType: TensorType { TensorType([depth, rows, width], element) }
  /// The bytes of both.
  var byteCount: Int { indicesType.byteCount + rowsType.byteCount }
}

/// Finds the sums that a repeat carries of nothing but looked-up rows, and makes it carry lists instead
/// where these are smaller than the table.
struct RowListSelection {
  /// What the plan has to know of a repeat that carries a list.
  struct Root {
    var function: String
    var block: BlockID
    /// The numbers of the carried values that are the rows and the indices.
    var rows: Int
    var indices: Int
    /// The gradient, which nothing reads.
    var gradient: ValueID
    var list: RowList
  }

  private(set) var module: Module
  private(set) var roots: [Root] = []
  /// The results of functions that are parts of a list already.
  private var taken: Set<Part> = []

  private struct Part: Hashable {
    var function: String
    var result: Int
  }

  init(_ module: Module) {
    self.module = module
    let staged = module.functionsThatLeadToStages
    guard !staged.isEmpty else { return }
    for function in module.functions where function.callees.contains(where: staged.contains) {
      for id in function[function.body].operations {
        guard case .control(.repeat(let count)) = function[id].operation,
          let block = function[id].body
        else { continue }
        var sums: [(sum: CarriedSum, list: RowList)] = []
        for sum in function.carriedSums(in: block, staged) {
          if let list = list(of: sum, in: function, block, count: count) {
            sums.append((sum, list))
          }
        }
        // One repeat of a function: the operations of a second one get other names.
        if !sums.isEmpty {
          carry(sums, id, of: function)
          break
        }
      }
    }
  }

  /// The list that stands for a sum; nil where it is not of rows alone, or larger than the table.
  private mutating func list(
    of sum: CarriedSum, in function: Function, _ block: BlockID, count: Int
  ) -> RowList? {
    let table = function.type(of: sum.gradient)
    var parts: Set<Part> = []
    guard table.rank == 2,
      let entries = entries(of: sum.gradient, in: block, of: function, &parts),
      parts.isDisjoint(with: taken),
      let rows = entries.first, entries.allSatisfy({ $0 == rows })
    else { return nil }
    let (depth, overflow) = count.multipliedReportingOverflow(by: entries.count)
    let list = RowList(
      entries: entries.count, rows: rows, depth: depth, width: table.shape[1],
      element: table.element)
    // Numbers of micro-batches and of entries are i32.
    guard !overflow, depth <= Int(Int32.max), let bytes = list.checkedByteCount,
      bytes < table.byteCount
    else { return nil }
    taken.formUnion(parts)
    return list
  }

  /// For each lookup that the gradient is made of the number of its rows; nil where something else is
  /// in it. Adds the results of functions on the way to `parts`.
  private func entries(
    of gradient: ValueID, in block: BlockID, of function: Function, _ parts: inout Set<Part>
  ) -> [Int]? {
    let whole = function.type(of: gradient)
    let sum = GradientSum(
      of: gradient, in: block, of: function, places: function.places(in: block))
    var entries: [Int] = []
    for term in sum.terms {
      switch term.source {
      case .other: return nil
      case .rows:
        guard let producer = term.producer else { return nil }
        entries.append(function.type(of: function[producer].operands[0]).count)
      case .call(let name, let result):
        guard let callee = module[name], callee[callee.results[result]].uses.count == 1,
          term.starts[1] == 0, function.type(of: term.value).shape[1] == whole.shape[1],
          let inner = self.entries(
            of: callee.results[result], in: callee.body, of: callee, &parts),
          !callee.isEntry
        else { return nil }
        parts.insert(Part(function: name, result: result))
        entries += inner
      }
    }
    return entries
  }

  /// Makes the repeat carry lists in place of sums. Which calls write them is the plan's affair; after
  /// the repeat all rows are added to zeros.
  private mutating func carry(
    _ sums: [(sum: CarriedSum, list: RowList)], _ id: OperationID, of function: Function
  ) {
    var rewriter = Rewriter(functionNamed: function.name)
    rewriter.place(function.placement)
    var copies = ValueMap(for: function)
    for (argument, port) in zip(function.arguments, function.argumentPorts) {
      copies[argument] = rewriter.addArgument(function.type(of: argument), port: port)
    }
    rewriter.insertionPoint = .end(rewriter.function.body)
    let zeros = function.constants(readOnlyBy: id, as: Set(sums.map(\.sum.operand)))
    for other in function[function.body].operations where !zeros.contains(other) {
      if other == id {
        copyRepeat(id, of: function, sums, &rewriter, &copies)
      } else if function[other].operation == .control(.return) {
        rewriter.return(
          copies[function[other].operands], ports: function.resultPorts)
      } else {
        rewriter.insertCopy(
          of: function[other], from: function, reading: copies[function[other].operands], &copies)
      }
    }
    module.insert(rewriter.function)
  }

  private mutating func copyRepeat(
    _ id: OperationID, of function: Function, _ sums: [(sum: CarriedSum, list: RowList)],
    _ rewriter: inout Rewriter, _ copies: inout ValueMap
  ) {
    let node = function[id]
    guard let block = node.body, let last = function[block].operations.last else { return }
    var (initial, indices): ([ValueID], [ValueID]) = ([], [])
    for (index, operand) in node.operands.enumerated() {
      if let list = sums.first(where: { $0.sum.operand == index })?.list {
        initial.append(rewriter.insert(.source(.undefined(list.rowsType)), [])[0])
        indices.append(rewriter.insert(.source(.undefined(list.indicesType)), [])[0])
      } else {
        initial.append(copies[operand])
      }
    }
    initial += indices
    let types = initial.map(rewriter.type(of:))
    let copy = rewriter.insertWithBody(
      node.operation, initial, resultTypes: types, argumentTypes: [TensorType([], .i32)] + types)
    for (value, argument) in zip(function[block].arguments, copy.arguments) {
      copies[value] = argument
    }
    rewriter.insertionPoint = .end(copy.body)
    let additions = Set(sums.map(\.sum.addition))
    for inner in function[block].operations.dropLast() where !additions.contains(inner) {
      rewriter.insertCopy(
        of: function[inner], from: function, reading: copies[function[inner].operands], &copies)
    }
    let carried = copy.arguments.dropFirst()
    var next = carried.map { $0 }
    for (index, value) in function[last].operands.enumerated() {
      if let value = copies.find(value), !sums.contains(where: { $0.sum.operand == index }) {
        next[index] = value
      }
    }
    rewriter.insert(.control(.yield), next, resultTypes: [])
    rewriter.insertionPoint = .end(rewriter.function.body)
    copies.set(node.results, to: copy.results)
    for (number, (sum, list)) in sums.enumerated() {
      let indices = node.operands.count + number
      guard let gradient = copies.find(sum.gradient) else { continue }
      roots.append(
        Root(
          function: function.name, block: copy.body, rows: sum.operand, indices: indices,
          gradient: gradient, list: list))
      copies[node.results[sum.operand]] = rewriter.scatter(
        copy.results[sum.operand], copy.results[indices],
        rows: function.type(of: sum.gradient).shape[0])
    }
  }
}

extension Function {
  /// The constants that nothing reads but an operation, as those of its operands.
  fileprivate func constants(
    readOnlyBy id: OperationID, as operands: Set<Int>
  ) -> Set<OperationID> {
    var found: Set<OperationID> = []
    for operand in operands {
      let value = self[id].operands[operand]
      guard let maker = operation(defining: value),
        case .source(.constant) = self[maker].operation,
        self[value].uses.allSatisfy({ $0.operation == id && operands.contains($0.operand) })
      else { continue }
      found.insert(maker)
    }
    return found
  }
}

extension RowList {
  /// The bytes of both buffers; nil where they are no size that a tensor can have.
  fileprivate var checkedByteCount: Int? {
    var bytes = depth
    for factor in [rows, width, element.byteCount] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= 1 << 40 else { return nil }
      bytes = product
    }
    return byteCount
  }
}

extension Rewriter {
  /// The sum of the rows [d, n, H] at the indices [d, n], as a table of that many rows.
  mutating func scatter(_ list: ValueID, _ indices: ValueID, rows: Int) -> ValueID {
    let shape = type(of: list).shape
    let operands = [
      reshape(indices, [shape[0] * shape[1]]), reshape(list, [shape[0] * shape[1], shape[2]]),
    ]
    return insert(.indexing(.scatterAddRows(rows: rows)), operands)[0]
  }
}
