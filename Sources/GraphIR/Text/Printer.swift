import Foundations
import Operations

extension Module {
  /// The module in MLIR's generic form, byte for byte as `mlir-opt-16 --mlir-print-op-generic` prints it.
  package var text: String {
    var output = TextWriter()
    output.reserve(roughTextSize)
    output.write("\"builtin.module\"() ({\n" as StaticString)
    for function in functions {
      var printer = FunctionPrinter(function)
      printer.print(to: &output)
    }
    // mlir-opt ends its output with an empty line.
    output.write("}) : () -> ()\n\n" as StaticString)
    return output.text
  }

  /// Bytes of the text, roughly: what is written is mostly names and types of operands and results.
  private var roughTextSize: Int {
    functions.reduce(0) { $0 + 64 * ($1.values.count + $1.values.reduce(0) { $0 + $1.uses.count }) }
  }
}

/// Prints one function. The names it gives count arguments and results as mlir-opt does: those of a
/// block in their order, and those of a region on from the block's last, in each region anew.
struct FunctionPrinter {
  private let function: Function
  /// By `ValueID.number`; nil before the value is defined.
  private var names: [Name?]
  /// By `ValueID.number` the number that the output has for the value's type; -1 before it is written.
  private var types: [Int]

  /// What a value is called: `%arg2`, `%5` or, of several results, `%5#1`.
  private enum Name {
    case argument(Int)
    case result(Int)
    case resultOfSeveral(Int, index: Int)
  }

  /// The next numbers of an argument and of an operation with results.
  private struct Numbers {
    var argument = 0
    var result = 0
  }

  init(_ function: Function) {
    self.function = function
    names = Array(repeating: nil, count: function.values.count)
    types = Array(repeating: -1, count: function.values.count)
  }

  mutating func print(to output: inout TextWriter) {
    output.write("  \"func.func\"() ({\n" as StaticString)
    block(function.body, indent: "  ", Numbers(), to: &output)
    // Sorted by name.
    output.write("  }) {" as StaticString)
    write("arg_attrs", function.argumentPorts, to: &output)
    output.write("function_type = " as StaticString)
    signature(function.arguments, function.results, to: &output)
    output.write(", " as StaticString)
    write("res_attrs", function.resultPorts, to: &output)
    output.write("sym_name = " as StaticString)
    output.write(quoted: function.name)
    if let placement = function.placement {
      output.write(
        ", tessera.ipu = \(placement.ipu) : i64, tessera.stage = \(placement.stage) : i64")
    }
    output.write("} : () -> ()\n" as StaticString)
  }

  /// The attribute for ports, where there are any, and the comma behind it.
  private func write(_ name: StaticString, _ ports: [Port?], to output: inout TextWriter) {
    guard ports.contains(where: { $0 != nil }) else { return }
    output.write(name)
    output.write(" = [" as StaticString)
    output.write(list: ports) { output, port in
      guard let port else { return output.write("{}" as StaticString) }
      output.write("{tessera.name = " as StaticString)
      output.write(quoted: port.name)
      output.write(", tessera.role = " as StaticString)
      output.write(quoted: port.role.rawValue)
      output.write((port.isSharded ? ", tessera.sharded = true}" : "}") as StaticString)
    }
    output.write("], " as StaticString)
  }

  private mutating func block(
    _ block: BlockID, indent: String, _ outer: Numbers, to output: inout TextWriter
  ) {
    var numbers = outer
    let node = function[block]
    for argument in node.arguments {
      names[argument.index] = .argument(numbers.argument)
      numbers.argument += 1
    }
    for operation in node.operations { name(function[operation].results, &numbers) }
    if !node.arguments.isEmpty {
      output.write(indent)
      output.write("^bb0(" as StaticString)
      output.write(list: node.arguments) { output, argument in
        write(argument, to: &output)
        output.write(": " as StaticString)
        writeType(of: argument, to: &output)
      }
      output.write("):\n" as StaticString)
    }
    for operation in node.operations {
      output.write(indent)
      output.write("  " as StaticString)
      self.operation(operation, indent: indent + "  ", numbers, to: &output)
      output.write("\n" as StaticString)
    }
  }

  private mutating func name(_ results: [ValueID], _ numbers: inout Numbers) {
    guard !results.isEmpty else { return }
    for (index, result) in results.enumerated() {
      names[result.index] =
        results.count > 1
        ? .resultOfSeveral(numbers.result, index: index) : .result(numbers.result)
    }
    numbers.result += 1
  }

  private mutating func operation(
    _ id: OperationID, indent: String, _ numbers: Numbers, to output: inout TextWriter
  ) {
    let node = function[id]
    switch node.results.first.flatMap({ names[$0.index] }) {
    case .result(let number)?:
      output.write("%" as StaticString)
      output.write(number)
      output.write(" = " as StaticString)
    case .resultOfSeveral(let number, _)?:
      output.write("%" as StaticString)
      output.write(number)
      output.write(":" as StaticString)
      output.write(node.results.count)
      output.write(" = " as StaticString)
    case .argument?, nil: break
    }
    output.write("\"" as StaticString)
    output.write(node.operation.mnemonic)
    output.write("\"(" as StaticString)
    output.write(list: node.operands) { write($1, to: &$0) }
    output.write(")" as StaticString)
    if let body = node.body {
      // mlir-opt takes an operation that it does not know and that has just one region for a possible
      // symbol table, and then finds no callee from inside it; so the text has a second, empty one.
      output.write(" ({\n" as StaticString)
      block(body, indent: indent, numbers, to: &output)
      output.write("\(indent)}, {\n\(indent)})")
    }
    let attributes = node.operation.attributes
    if !attributes.isEmpty {
      output.write(" {" as StaticString)
      output.write(list: attributes) { $0.write("\($1.name) = \($1.value.spelling)") }
      output.write("}" as StaticString)
    }
    output.write(" : " as StaticString)
    signature(node.operands, node.results, to: &output)
  }

  /// The text's name of a value; one of a region that is not around prints by its number.
  private func write(_ value: ValueID, to output: inout TextWriter) {
    switch names[value.index] {
    case .argument(let number)?:
      output.write("%arg" as StaticString)
      output.write(number)
    case .result(let number)?:
      output.write("%" as StaticString)
      output.write(number)
    case .resultOfSeveral(let number, let index)?:
      output.write("%" as StaticString)
      output.write(number)
      output.write("#" as StaticString)
      output.write(index)
    case nil:
      output.write("%undefined" as StaticString)
      output.write(value.index)
    }
  }

  private mutating func writeType(of value: ValueID, to output: inout TextWriter) {
    if types[value.index] < 0 { types[value.index] = output.number(of: function.type(of: value)) }
    output.write(type: types[value.index])
  }

  private mutating func signature(
    _ operands: [ValueID], _ results: [ValueID], to output: inout TextWriter
  ) {
    output.write("(" as StaticString)
    output.write(list: operands) { writeType(of: $1, to: &$0) }
    output.write(") -> " as StaticString)
    if results.count != 1 { output.write("(" as StaticString) }
    output.write(list: results) { writeType(of: $1, to: &$0) }
    if results.count != 1 { output.write(")" as StaticString) }
  }

  /// One operation as it stands in the text of its function, for messages.
  static func line(of id: OperationID, in function: Function) -> String {
    var printer = FunctionPrinter(function)
    var whole = TextWriter()
    printer.block(function.body, indent: "", Numbers(), to: &whole)
    let node = function[id]
    var line = TextWriter()
    line.write(list: node.results) { printer.write($1, to: &$0) }
    if !node.results.isEmpty { line.write(" = " as StaticString) }
    line.write(quoted: node.operation.mnemonic)
    line.write("(" as StaticString)
    line.write(list: node.operands) { printer.write($1, to: &$0) }
    line.write(")" as StaticString)
    return line.text
  }
}
