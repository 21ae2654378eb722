import Bundle
import Foundations
import Operations

/// A function as the host runs it; a class because it keeps the tensors that its results go to.
final class PreparedEntry {
  let signature: EntrySignature
  private let name: String
  private let kernels: [Kernel]
  private let argumentSlots: [Int]
  private let resultSlots: [Int]
  private let updates: [StateUpdate]
  /// What follows the kernels: state that could not be updated in place is copied.
  private let stateCopies: [Kernel]
  private let temporarySlots: [Int?]
  /// For each result the argument that it updates.
  private let updatedArguments: [Int?]
  /// The tensors of the other results, made at the first run: an entry that never runs has none.
  private var outputs: [HostTensor?] = []

  init(
    _ program: Program, _ function: ProgramFunction, _ plan: FunctionPlan, kernels: [Kernel],
    slotBase: Int, replicas: Int
  ) {
    name = function.name
    signature = EntrySignature(of: function, in: program, replicas: replicas)
    self.kernels = kernels
    argumentSlots = plan.arguments.map { slotBase + $0 }
    resultSlots = plan.results.map { slotBase + $0 }
    updates = plan.stateUpdates
    var temporarySlots = plan.results.map { _ in Int?.none }
    var updatedArguments = plan.results.map { _ in Int?.none }
    for update in plan.stateUpdates {
      temporarySlots[update.result] = update.temporary.map { slotBase + $0 }
      updatedArguments[update.result] = update.argument
    }
    self.temporarySlots = temporarySlots
    self.updatedArguments = updatedArguments
    stateCopies = plan.stateUpdates.compactMap { update in
      update.temporary.map {
        copyKernel(update.type, from: slotBase + $0, to: slotBase + plan.arguments[update.argument])
      }
    }
  }

  /// Bytes of the arguments and results that lie in a memory. A result that is made in the place of
  /// the argument that it updates is not counted again.
  func byteCount(in memory: TensorType.Memory) -> Int {
    let results = zip(signature.results, updatedArguments).filter { $1 == nil }.map(\.0)
    return (signature.arguments + results).filter { $0.type.memory == memory }
      .reduce(0) { $0 + $1.type.byteCount }
  }

  /// - Throws: `TesseraError` where the arguments are not what the function takes.
  func check(_ arguments: [HostTensor]) throws(TesseraError) {
    try signature.check(arguments, of: name, updated: Set(updates.map(\.argument)))
  }

  /// Where the kernels of the last run have made each result, before state is copied to its place.
  func resultStarts(on machine: Machine) -> [UnsafeMutableRawPointer] {
    resultSlots.map { machine[$0] }
  }

  /// Runs the kernels on arguments that have been checked.
  func run(_ machine: Machine, _ arguments: [HostTensor]) throws -> [HostTensor] {
    if outputs.isEmpty {
      outputs = signature.results.indices.map { result in
        updatedArguments[result] == nil ? HostTensor(signature.results[result].type) : nil
      }
    }
    for (slot, tensor) in zip(argumentSlots, arguments) { bind(machine, slot, tensor) }
    var results: [HostTensor] = []
    results.reserveCapacity(resultSlots.count)
    for (number, slot) in resultSlots.enumerated() {
      let tensor = outputs[number] ?? updatedArguments[number].map { arguments[$0] }
      guard let tensor else { preconditionFailure("each result has an output or an argument") }
      results.append(tensor)
      if let temporary = temporarySlots[number] {
        machine.slots[slot] = machine.slots[temporary]
      } else {
        bind(machine, slot, tensor)
      }
    }
    for kernel in kernels { try kernel(machine) }
    for copy in stateCopies { try copy(machine) }
    return results
  }

  private func bind(_ machine: Machine, _ slot: Int, _ tensor: HostTensor) {
    guard let start = tensor.bytes.baseAddress else {
      preconditionFailure("a tensor has an element, so it has memory")
    }
    machine.slots[slot] = start
  }
}
