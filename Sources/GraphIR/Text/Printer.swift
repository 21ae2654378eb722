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

/// Prints one function. The names it gives count arguments and results as mlir-opt does: those of a
/// block in their order, and those of a region on from the block's last, in each region anew.
struct FunctionPrinter {
  private let function: Function
  private var names: [ValueID: String] = [:]

  /// The next numbers of an argument and of an operation with results.
  private struct Numbers {
    var argument = 0
    var result = 0
  }

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
    return "  \"func.func\"() ({\n" + block(function.body, indent: "  ", Numbers())
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

  private mutating func block(
    _ block: BlockID, indent: String, _ outer: Numbers
  ) -> String {
    var numbers = outer
    for operation in function[block].operations { name(operation, &numbers) }
    var output = ""
    let arguments = function[block].arguments
    if !arguments.isEmpty {
      let list = arguments.map { argument in
        let name = "%arg\(numbers.argument)"
        numbers.argument += 1
        names[argument] = name
        return "\(name): \(function.type(of: argument))"
      }
      output += "\(indent)^bb0(\(list.joined(separator: ", "))):\n"
    }
    for operation in function[block].operations {
      output += indent + "  " + self.operation(operation, indent: indent + "  ", numbers) + "\n"
    }
    return output
  }

  private mutating func name(_ id: OperationID, _ numbers: inout Numbers) {
    let results = function[id].results
    guard !results.isEmpty else { return }
    for (index, result) in results.enumerated() {
      names[result] = "%\(numbers.result)" + (results.count > 1 ? "#\(index)" : "")
    }
    numbers.result += 1
  }

  private mutating func operation(
    _ id: OperationID, indent: String, _ numbers: Numbers
  ) -> String {
    let node = function[id]
    var output = ""
    if let first = node.results.first, let name = names[first]?.prefix(while: { $0 != "#" }) {
      output += name + (node.results.count > 1 ? ":\(node.results.count) = " : " = ")
    }
    let operands = node.operands.map(name(of:)).joined(separator: ", ")
    output += "\(quoted(node.operation.mnemonic))(\(operands))"
    if let body = node.body {
      // mlir-opt takes an operation that it does not know and that has just one region for a possible
      // symbol table, and then finds no callee from inside it; so the text has a second, empty one.
      output += " ({\n" + block(body, indent: indent, numbers) + "\(indent)}, {\n\(indent)})"
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

  /// The text's name of a value; one of a region that is not around prints by its number.
  private func name(of value: ValueID) -> String { names[value] ?? "%undefined\(value.number)" }

  private func signature(_ operands: [TensorType], _ results: [TensorType]) -> String {
    let list = results.map(\.description).joined(separator: ", ")
    return "(" + operands.map(\.description).joined(separator: ", ") + ") -> "
      + (results.count == 1 ? list : "(\(list))")
  }

  /// One operation as it stands in the text of its function, for messages.
  static func line(of id: OperationID, in function: Function) -> String {
    var printer = FunctionPrinter(function)
    _ = printer.block(function.body, indent: "", Numbers())
    let node = function[id]
    let results = node.results.map(printer.name(of:)).joined(separator: ", ")
    let operands = node.operands.map(printer.name(of:)).joined(separator: ", ")
    return (results.isEmpty ? "" : "\(results) = ")
      + "\(quoted(node.operation.mnemonic))(\(operands))"
  }
}
