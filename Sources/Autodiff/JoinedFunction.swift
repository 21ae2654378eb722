import Foundations
import GraphIR
import Operations

/// A function that computes forward and backward in itself, and the border between the two.
struct JoinedFunction {
  var function: Function
  /// How many operations were made for the forward part, first of all; what else the body holds is the
  /// backward part.
  var forwardCount: Int
  /// How many of the first arguments are the original's; the others are the results' gradients.
  var argumentCount: Int
  /// How many of the first results are the original's; the others are the arguments' gradients.
  var resultCount: Int

  /// The names of the two functions that it is split into.
  struct Names {
    var forward: String
    var backward: String
  }

  /// The two functions, and what passes from the first to the second.
  struct Split {
    /// Nil where the original function computes all that the backward function needs.
    var forward: Function?
    var backward: Function
    var residuals: [Derivative.Residual]
    var residualTypes: [TensorType]
  }

  /// Cuts at the border. A value that crosses it is a residual: an argument stays an argument of both
  /// functions, a constant or a slice of an argument is made again behind the border, any other is
  /// returned and passed on.
  func split(names: Names) -> Split {
    let crossing = valuesCrossing
    var returned = Array(function.results.prefix(resultCount))
    /// The place of each value among the returned ones, by `ValueID.number`.
    var places = [Int?](repeating: nil, count: function.values.count)
    for (place, value) in returned.enumerated().reversed() { places[Int(value.number)] = place }
    var residuals: [Derivative.Residual] = []
    for value in crossing.stored {
      if case .argument(_, let index) = function[value].definition {
        residuals.append(.argument(index))
      } else if let place = places[Int(value.number)] {
        residuals.append(.result(place))
      } else {
        residuals.append(.result(returned.count))
        places[Int(value.number)] = returned.count
        returned.append(value)
      }
    }
    return Split(
      forward: returned.count > resultCount ? forward(named: names.forward, returned) : nil,
      backward: backward(
        named: names.backward, crossing.stored, remade: crossing.remade),
      residuals: residuals, residualTypes: crossing.stored.map(function.type(of:)))
  }

  /// The values of the forward part that the backward part reads, in the order of their definition.
  private var valuesCrossing: (stored: [ValueID], remade: [OperationID]) {
    var read = ValueSet(Array(function.results.dropFirst(resultCount)), of: function)
    for id in backwardOperations { read.insert(function[id].operands) }
    var made: [ValueID] = []
    var remade: [OperationID] = []
    for id in forwardOperations {
      let node = function[id]
      let results = node.results.filter(read.contains)
      if isRemade(id) {
        if !results.isEmpty {
          remade.append(id)
          read.insert(node.operands)
        }
      } else {
        made += results
      }
    }
    return (function.arguments.prefix(argumentCount).filter(read.contains) + made, remade)
  }

  /// Whether an operation's result takes less to make again than to keep.
  private func isRemade(_ id: OperationID) -> Bool {
    let node = function[id]
    switch node.operation {
    case .source(.constant): return true
    case .movement(.slice):
      if case .argument(function.body, let index) = function[node.operands[0]].definition {
        return index < argumentCount
      }
      return false
    default: return false
    }
  }

  /// The body's operations but the return.
  private var bodyOperations: ArraySlice<OperationID> {
    function[function.body].operations.dropLast()
  }

  private var forwardOperations: [OperationID] {
    bodyOperations.filter { $0.number < forwardCount }
  }

  private var backwardOperations: [OperationID] {
    bodyOperations.filter { $0.number >= forwardCount }
  }

  private func forward(named name: String, _ returned: [ValueID]) -> Function {
    var rewriter = Rewriter(functionNamed: name)
    rewriter.place(function.placement)
    var copies = ValueMap(for: function)
    for argument in function.arguments.prefix(argumentCount) {
      copies[argument] = rewriter.addArgument(function.type(of: argument))
    }
    for id in forwardOperations { rewriter.copy(id, of: function, &copies) }
    rewriter.return(copies[returned])
    rewriter.eraseUnread()
    return rewriter.function
  }

  private func backward(
    named name: String, _ residuals: [ValueID], remade: [OperationID]
  ) -> Function {
    var rewriter = Rewriter(functionNamed: name)
    rewriter.place(function.placement)
    var copies = ValueMap(for: function)
    for argument in residuals + function.arguments.dropFirst(argumentCount) {
      copies[argument] = rewriter.addArgument(function.type(of: argument))
    }
    for id in remade + backwardOperations { rewriter.copy(id, of: function, &copies) }
    rewriter.return(copies[Array(function.results.dropFirst(resultCount))])
    return rewriter.function
  }
}
