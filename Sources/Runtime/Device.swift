import Bundle
import Foundations
import Operations

/// What executes a program's functions: `ipu-model` or `ipu-tile`.
package protocol Device: AnyObject {
  /// Bytes of this machine's memory that the device computes in, at most.
  var hostByteCount: Int { get }

  /// The arguments and results of a function.
  /// - Throws: `TesseraError` where the device runs no function of this name.
  func signature(of entry: String) throws(TesseraError) -> EntrySignature

  /// Runs a function.
  ///
  /// Tensors that the host keeps (parameters and moments: an argument and a result of one role and
  /// name) are updated in place: after the run `arguments` holds their next values. Where the run
  /// fails on its data they may have been updated in part.
  ///
  /// - Parameters:
  ///   - arguments: one for each argument, in order, of its type in `signature(of:)`. One that is updated
  ///     must not be given twice.
  ///   - infeed: the source of the host streams that the function reads.
  /// - Returns: the results in order, those of replica 0 where replicas differ. For tensors that the
  ///   host keeps these are the arguments; the others belong to the device, which may write over them
  ///   at the next run of the function.
  /// - Throws: `TesseraError`: internalError where the function or its arguments are not right,
  ///   badData where an index is out of range; what `infeed` throws.
  func run(_ entry: String, _ arguments: [HostTensor], infeed: Infeed?) throws -> [HostTensor]
}

extension Device {
  /// The function's arguments in order: those that `state` has by port, the others from `inputs`.
  /// - Throws: `TesseraError` (internalError) where neither has an argument.
  package func arguments(
    of entry: String, state: ParameterState, inputs: [Port: HostTensor]
  ) throws(TesseraError) -> [HostTensor] {
    var arguments: [HostTensor] = []
    for argument in try signature(of: entry).arguments {
      guard let port = argument.port, let tensor = state[port] ?? inputs[port] else {
        throw TesseraError(
          .internalError, code: .missingArgument,
          "nothing is given for argument \(arguments.count) of '\(entry)' "
            + "(\(argument.port.map { "\($0.role.rawValue) '\($0.name)'" } ?? "no port"))")
      }
      arguments.append(tensor)
    }
    return arguments
  }
}

/// What a function of the program takes and gives.
package struct EntrySignature: Sendable {
  /// An argument or a result.
  package struct Element: Hashable, Sendable {
    /// What it is to the host; nil where the host has nothing to do with it.
    package var port: Port?
    /// The shape and element type of the host's tensor; of what is sharded, with a leading axis of
    /// replicas.
    package var type: TensorType
  }

  /// What the function takes, in the order of the call.
  package var arguments: [Element]
  /// What the function gives, in the order of its return.
  package var results: [Element]

  init(of function: ProgramFunction, in program: Program, replicas: Int) {
    func element(_ port: Port?, _ value: Program.ValueIndex) -> Element {
      let type = program.type(of: value)
      return Element(port: port, type: port?.hostType(type, replicas: replicas) ?? type)
    }
    arguments = zip(function.arguments, program.blocks[function.body].arguments).map(element)
    results = zip(function.results, program.returned(by: function)).map(element)
  }

  /// - Parameter updated: the arguments that a run updates.
  /// - Throws: `TesseraError` where the arguments are not what the function takes.
  func check(
    _ arguments: [HostTensor], of entry: String, updated: Set<Int>
  ) throws(TesseraError) {
    guard arguments.map(\.type) == self.arguments.map(\.type) else {
      throw TesseraError(
        .internalError, code: .wrongArguments,
        "'\(entry)' takes \(self.arguments.map(\.type)), is given \(arguments.map(\.type))")
    }
    let tensors = Set(updated.map { ObjectIdentifier(arguments[$0]) })
    let uses = arguments.filter { tensors.contains(ObjectIdentifier($0)) }
    guard tensors.count == updated.count, uses.count == updated.count else {
      throw TesseraError(
        .internalError, code: .sharedArguments,
        "'\(entry)' updates a tensor that is given for two of its arguments")
    }
  }
}
