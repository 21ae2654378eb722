import GraphIR
import Operations

// Every call becomes the operations of the function it names, so that a module has entry functions
// only, and what a function hides from a pass is to be seen:
//
//     func @entry(%x) { %0 = call @square(%x) ; return %0 }      func @entry(%x) {
//     func @square(%a) { %0 = multiply(%a, %a) ; return %0 }  →    %0 = multiply(%x, %x) ; return %0 }
//
// An entry is written anew in one walk that goes down where it meets a call, also in the region of a
// repeat: time is linear in the size of the result. Operations keep their order, so that values keep
// their bits and infeeds their turn.

/// Makes the operations of a function stand in the place of each call of it.
package enum Inlining {
  /// The pass.
  package static let pass = Pass(
    "inline", "puts functions in the place of their calls",
    options: [Pass.Option("keep-stages", "true leaves calls of pipeline stages; default false")]
  ) { module, options in
    let keepsStages = try options.boolean("keep-stages", default: false)
    func isKept(_ function: Function) -> Bool {
      function.isEntry || (keepsStages && function.placement != nil)
    }
    let whole = module
    for function in module.functions where isKept(function) && !function.callees.isEmpty {
      var inliner = Inliner(entry: function, module: whole) {
        !(keepsStages && $0.placement != nil)
      }
      module.insert(inliner.inlined())
    }
    module.removeUnreachable()
  }

}

/// Writes a function anew with others in the place of their calls.
struct Inliner {
  private let entry: Function
  private let module: Module
  /// Whether calls of the function go.
  private let inlines: (Function) -> Bool
  private var rewriter: Rewriter
  /// The functions whose operations are just being written, from the entry on.
  private var path: [String]

  init(entry: Function, module: Module, inlines: @escaping (Function) -> Bool) {
    self.entry = entry
    self.module = module
    self.inlines = inlines
    rewriter = Rewriter(functionNamed: entry.name)
    rewriter.place(entry.placement)
    path = [entry.name]
  }

  mutating func inlined() -> Function {
    var map = ValueMap(for: entry)
    for (argument, port) in zip(entry.arguments, entry.argumentPorts) {
      map[argument] = rewriter.addArgument(entry.type(of: argument), port: port)
    }
    let results = write(entry.body, of: entry, &map)
    rewriter.return(results, ports: entry.resultPorts)
    return rewriter.function
  }

  /// Writes a block without its terminator, and gives the terminator's operands.
  private mutating func write(
    _ block: BlockID, of function: Function, _ map: inout ValueMap
  ) -> [ValueID] {
    for id in function[block].operations {
      let node = function[id]
      let operands = map[node.operands]
      if node.operation.isTerminator { return operands }
      if case .control(.call(let name)) = node.operation, let callee = callee(name) {
        var inner = ValueMap(for: callee)
        inner.set(callee.arguments, to: operands)
        path.append(name)
        map.set(node.results, to: write(callee.body, of: callee, &inner))
        path.removeLast()
      } else {
        map.set(node.results, to: write(node, operands, of: function, &map))
      }
    }
    return []
  }

  private mutating func write(
    _ node: OperationNode, _ operands: [ValueID], of function: Function, _ map: inout ValueMap
  ) -> [ValueID] {
    let types = node.results.map(function.type(of:))
    guard let body = node.body else {
      return rewriter.insert(node.operation, operands, resultTypes: types)
    }
    let (results, block, arguments) = rewriter.insertWithBody(
      node.operation, operands, resultTypes: types,
      argumentTypes: function[body].arguments.map(function.type(of:)))
    map.set(function[body].arguments, to: arguments)
    let outer = rewriter.insertionPoint
    rewriter.insertionPoint = .end(block)
    let yielded = write(body, of: function, &map)
    rewriter.insert(.control(.yield), yielded, resultTypes: [])
    rewriter.insertionPoint = outer
    return results
  }

  /// The function of this name whose call is to go; nil also where there is none, or it calls itself.
  /// The verifier reports both, and the call stays.
  private func callee(_ name: String) -> Function? {
    guard !path.contains(name), let function = module[name] else { return nil }
    return inlines(function) ? function : nil
  }
}
