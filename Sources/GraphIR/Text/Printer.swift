import Foundations
import Operations

extension Module {
  /// The module in MLIR's generic form, byte for byte as `mlir-opt-16 --mlir-print-op-generic` prints it.
  package var text: String {
    var output = "\"builtin.module\"() ({\n"
    for function in functions {
      var printer = FunctionPrinter(function)
      output += printer.print()
    }
    // mlir-opt ends its output with an empty line.
    return output + "}) : () -> ()\n\n"
  }
}

/// Prints one function; the names it gives count arguments and results in the order of the text.
struct FunctionPrinter {
  private let function: Function
  private var names: [ValueID: String] = [:]
  private var argumentCount = 0
  private var resultCount = 0

  init(_ function: Function) {
    self.function = function
  }

  mutating func print() -> String {
    let types = signature(function.argumentTypes, function.resultTypes)
    var attributes = ["function_type = \(types)", "sym_name = \(quoted(function.name))"]
    if let ports = portList(function.argumentPorts) { attributes.append("arg_attrs = \(ports)") }
    if let ports = portList(function.resultPorts) { attributes.append("res_attrs = \(ports)") }
    if let placement = function.placement {
      attributes.append("tessera.ipu = \(placement.ipu) : i64")
      attributes.append("tessera.stage = \(placement.stage) : i64")
    }
    return "  \"func.func\"() ({\n" + block(function.body, indent: "  ")
      + "  }) {\(attributes.sorted().joined(separator: ", "))} : () -> ()\n"
  }

  private func portList(_ ports: [Port?]) -> String? {
    guard ports.contains(where: { $0 != nil }) else { return nil }
    let entries = ports.map { port in
      port.map {
        "{tessera.name = \(quoted($0.name)), tessera.role = \(quoted($0.role.rawValue))"
          + ($0.isSharded ? ", tessera.sharded = true}" : "}")
      } ?? "{}"
    }
    return "[" + entries.joined(separator: ", ") + "]"
  }

  private mutating func block(_ block: BlockID, indent: String) -> String {
    var output = ""
    let arguments = function[block].arguments
    if !arguments.isEmpty {
      let list = arguments.map { argument in
        let name = "%arg\(argumentCount)"
        argumentCount += 1
        names[argument] = name
        return "\(name): \(function.type(of: argument))"
      }
      output += "\(indent)^bb0(\(list.joined(separator: ", "))):\n"
    }
    for operation in function[block].operations {
      output += indent + "  " + self.operation(operation, indent: indent + "  ") + "\n"
    }
    return output
  }

  private mutating func operation(_ id: OperationID, indent: String) -> String {
    let node = function[id]
    var output = ""
    if !node.results.isEmpty {
      let name = "%\(resultCount)"
      resultCount += 1
      if node.results.count == 1 {
        names[node.results[0]] = name
        output += "\(name) = "
      } else {
        for (index, result) in node.results.enumerated() { names[result] = "\(name)#\(index)" }
        output += "\(name):\(node.results.count) = "
      }
    }
    let operands = node.operands.map(name(of:)).joined(separator: ", ")
    output += "\(quoted(node.operation.mnemonic))(\(operands))"
    if let body = node.body {
      // mlir-opt takes an operation that it does not know and that has just one region for a possible
      // symbol table, and then finds no callee from inside it; so the text has a second, empty one.
      output += " ({\n" + block(body, indent: indent) + "\(indent)}, {\n\(indent)})"
    }
    let attributes = node.operation.attributes
    if !attributes.isEmpty {
      let list = attributes.map { "\($0.name) = \($0.value.spelling)" }
      output += " {\(list.joined(separator: ", "))}"
    }
    return output + " : "
      + signature(
        node.operands.map(function.type(of:)), node.results.map(function.type(of:)))
  }

  /// The text's name of a value; one that is not yet defined prints by its number.
  private func name(of value: ValueID) -> String { names[value] ?? "%undefined\(value.number)" }

  private func signature(_ operands: [TensorType], _ results: [TensorType]) -> String {
    let list = results.map(\.description).joined(separator: ", ")
    return "(" + operands.map(\.description).joined(separator: ", ") + ") -> "
      + (results.count == 1 ? list : "(\(list))")
  }

  /// One operation as it stands in the text of its function, for messages.
  static func line(of id: OperationID, in function: Function) -> String {
    var printer = FunctionPrinter(function)
    _ = printer.block(function.body, indent: "")
    printer.resultCount = 0
    let node = function[id]
    let results = node.results.map(printer.name(of:)).joined(separator: ", ")
    let operands = node.operands.map(printer.name(of:)).joined(separator: ", ")
    return (results.isEmpty ? "" : "\(results) = ")
      + "\(quoted(node.operation.mnemonic))(\(operands))"
  }
}
