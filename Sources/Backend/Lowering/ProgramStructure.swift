import Bundle
import Foundations
import Operations

/// How a program's functions belong together: what is reached from an entry, in which order functions can
/// be lowered, which run on several IPUs.
struct ProgramStructure {
  let program: Program
  let entry: Int
  let ipus: Int
  /// Functions that the entry reaches, each after those that it calls; the entry is the last.
  private(set) var calleesFirst: [Int] = []
  /// For each function whether it runs on several IPUs: the entry, and functions that call ones of
  /// different IPUs. All others run on one IPU, that of the call.
  private(set) var spansIPUs: [Bool]
  /// For each function whether it belongs to the optimizer: it has neither a product nor a stash, as a stage
  /// with the embeddings alone has, and nothing that has one calls it, but for the entry.
  private(set) var isUpdate: [Bool]
  /// The number of each function.
  private let numbers: [String: Int]

  init(_ program: Program, entry: Int) {
    self.program = program
    self.entry = entry
    numbers = Dictionary(
      program.functions.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    ipus = (program.functions.compactMap(\.placement?.ipu).max() ?? 0) + 1
    spansIPUs = program.functions.map { _ in false }
    isUpdate = spansIPUs
    var isVisited = program.functions.map { _ in false }
    visit(entry, &isVisited)
    spansIPUs[entry] = true
    findUpdates()
  }

  private mutating func findUpdates() {
    var ofModel = program.functions.map { _ in false }
    for number in calleesFirst {
      forEachOperation(of: number) { _, operation in
        switch operation.operation {
        case .contraction, .stash: ofModel[number] = true
        case .control(.call(let callee)):
          if ofModel[self.number(of: callee)] { ofModel[number] = true }
        default: break
        }
      }
    }
    isUpdate = ofModel.map { !$0 }
    isUpdate[entry] = true
    for number in calleesFirst.reversed() where number != entry && !isUpdate[number] {
      for callee in callees(of: program.functions[number].body) { isUpdate[callee] = false }
    }
  }

  func number(of name: String) -> Int {
    guard let number = numbers[name] else {
      preconditionFailure("a valid program calls only functions that it has")
    }
    return number
  }

  /// The IPU that a function of a stage runs on; nil where it runs on any, or on several.
  func ipu(of function: Int) -> Int? {
    spansIPUs[function] ? nil : program.functions[function].placement?.ipu
  }

  private mutating func visit(_ function: Int, _ isVisited: inout [Bool]) {
    guard !isVisited[function] else { return }
    isVisited[function] = true
    var ipus: Set<Int> = []
    var spans = false
    for callee in callees(of: program.functions[function].body) {
      visit(callee, &isVisited)
      spans = spans || spansIPUs[callee]
      if let ipu = ipu(of: callee) { ipus.insert(ipu) }
    }
    if let own = program.functions[function].placement?.ipu { ipus.remove(own) }
    spansIPUs[function] = spans || ipus.count > 1 || !ipus.isEmpty && self.ipus > 1
    calleesFirst.append(function)
  }

  private func callees(of block: Program.BlockIndex) -> [Int] {
    program.blocks[block].operations.flatMap { index -> [Int] in
      let operation = program.operations[index]
      if case .control(.call(let callee)) = operation.operation { return [number(of: callee)] }
      if case .control(.repeat) = operation.operation, let body = operation.body {
        return callees(of: body)
      }
      return []
    }
  }

  /// Calls `visit` for each operation of a function in the order in which they run, those of a repeat
  /// after the repeat. Chains are one operation.
  func forEachOperation(of function: Int, _ visit: (Int, ProgramOperation) -> Void) {
    forEachOperation(in: program.functions[function].body, visit)
  }

  private func forEachOperation(
    in block: Program.BlockIndex, _ visit: (Int, ProgramOperation) -> Void
  ) {
    for index in program.blocks[block].operations {
      let operation = program.operations[index]
      visit(index, operation)
      if case .control(.repeat) = operation.operation, let body = operation.body {
        forEachOperation(in: body, visit)
      }
    }
  }
}
