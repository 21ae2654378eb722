import Foundations
import Operations

/// Functions in order; names are unique.
package struct Module: Sendable {
  /// The functions, in the order in which they were first inserted.
  package private(set) var functions: [Function] = []
  private var positions: [String: Int] = [:]

  /// A module without functions.
  package init() {}

  /// A module of the functions; where two have one name the last counts for `subscript`, and the
  /// verifier reports it.
  init(functions: [Function]) {
    self.functions = functions
    for (position, function) in functions.enumerated() { positions[function.name] = position }
  }

  /// The function of this name, nil where there is none.
  package subscript(name: String) -> Function? {
    positions[name].map { functions[$0] }
  }

  /// Adds the function, or replaces the one of its name at its place.
  package mutating func insert(_ function: Function) {
    if let position = positions[function.name] {
      functions[position] = function
    } else {
      positions[function.name] = functions.count
      functions.append(function)
    }
  }

  /// Removes the functions that no entry function reaches through calls. A module without entries is text
  /// to look at, and keeps all its functions.
  package mutating func removeUnreachable() {
    guard functions.contains(where: \.isEntry) else { return }
    var reached: Set<String> = []
    var pending = functions.filter(\.isEntry).map(\.name)
    while let name = pending.popLast() {
      guard reached.insert(name).inserted, let function = self[name] else { continue }
      pending += function.callees
    }
    self = Module(functions: functions.filter { reached.contains($0.name) })
  }
}

extension Function {
  /// The names of the functions it calls, one for each call.
  package var callees: [String] {
    allOperations.compactMap { id in
      if case .control(.call(let callee)) = self[id].operation { callee } else { nil }
    }
  }
}
