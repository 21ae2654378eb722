import Bundle
import Operations

/// On which IPU of a replica the values of a function are that runs on several: where the first call that
/// takes them runs, or where they are made.
struct IPUAssignment {
  private let structure: ProgramStructure
  private let assignments: [IPUAssignment?]
  /// By value; nil where nothing is known yet.
  private var ipus: [Program.ValueIndex: Int] = [:]
  /// The IPU of each operation that is not a call of a function of a stage.
  private(set) var operations: [Program.OperationIndex: Int] = [:]

  /// - Parameter assignments: those of the functions that it calls, by number.
  init(_ structure: ProgramStructure, function: Int, assignments: [IPUAssignment?]) {
    self.structure = structure
    self.assignments = assignments
    let body = structure.program.functions[function].body
    demand(in: body)
    assign(in: body)
  }

  /// The IPU of a value; 0 where nothing asks for it.
  func ipu(of value: Program.ValueIndex) -> Int { ipus[value] ?? 0 }

  /// What calls of functions of stages take, and repeats that hold such calls.
  private mutating func demand(in block: Program.BlockIndex) {
    let program = structure.program
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      switch operation.operation {
      case .control(.call(let callee)):
        let number = structure.number(of: callee)
        let arguments = program.blocks[program.functions[number].body].arguments
        for (value, argument) in zip(operation.operands, arguments) {
          if let ipu = ipu(ofArgument: argument, of: number), ipus[value] == nil {
            ipus[value] = ipu
          }
        }
        for (value, returned) in zip(
          operation.results, program.returned(by: program.functions[number]))
        {
          if let ipu = ipu(ofArgument: returned, of: number) { ipus[value] = ipu }
        }
      case .control(.repeat):
        guard let body = operation.body else { continue }
        demand(in: body)
        let arguments = program.blocks[body].arguments.dropFirst()
        let yielded =
          program.blocks[body].operations.last.map { program.operations[$0].operands } ?? []
        for (index, argument) in arguments.enumerated() {
          let ipu = ipus[argument] ?? ipus[operation.operands[index]] ?? ipus[yielded[index]]
          ipus[argument] = ipu
          ipus[operation.results[index]] = ipu
          if ipus[operation.operands[index]] == nil { ipus[operation.operands[index]] = ipu }
        }
      default: break
      }
    }
  }

  private func ipu(ofArgument value: Program.ValueIndex, of function: Int) -> Int? {
    if let ipu = structure.ipu(of: function) { return ipu }
    return assignments[function]?.ipus[value]
  }

  /// Everything else: where the first large operand is.
  private mutating func assign(in block: Program.BlockIndex) {
    let program = structure.program
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      if case .control(.repeat) = operation.operation, let body = operation.body {
        assign(in: body)
        for (result, argument) in zip(
          operation.results, program.blocks[body].arguments.dropFirst())
        where ipus[result] == nil { ipus[result] = ipus[argument] }
        continue
      }
      let known = operation.operands.filter {
        ipus[$0] != nil && program.type(of: $0).memory == .tile
      }
      let first =
        known.first { program.type(of: $0).count > LayoutRules.replicatedCount } ?? known.first
      let wanted = operation.results.compactMap { ipus[$0] }.first
      let own = first.flatMap { ipus[$0] } ?? wanted ?? 0
      operations[index] = own
      for value in operation.operands where ipus[value] == nil { ipus[value] = own }
      for result in operation.results where ipus[result] == nil { ipus[result] = own }
    }
  }
}
