/// Codes of the compiler and of what it is made of. Most are faults of Tessera's own.
extension Explanation {
  static let activationsDoNotFit = Explanation(
    .compiler, [.error(.doesNotFit)], "Stages keep more activations than they may",
    meaning: """
      `--recompute-within` bounds the bytes that a pipeline stage keeps from its forward to its backward run, in all the copies that are there \
      at once: 2(S − 1 − i) + 1 micro-batches for stage i of S. What a stage is given by the one before it must be kept, so that there is a least \
      number of bytes, which the message states.
      """,
    remedy: """
      Raise the bound to the number in the message, or use a smaller micro-batch or fewer stages.
      """)

  static let indexOutOfRange = Explanation(
    .compiler, [.error(.badData), .error(.usage)], "A number names no row or record",
    meaning: """
      A token, position or label of a sample is used as the number of a row and lies outside of the table. Going on would read other \
      memory, so the run stops. The same is said of a record that `tessera data inspect --sample` is asked for and that the data do not have.
      """,
    remedy: """
      Check that the data set was made for this model's vocabulary, sequence length and number of masked tokens.
      """)

  static let internalError = Explanation(
    .compiler, [.error(.internalError)], "Something happened that cannot happen",
    meaning: """
      Tessera found that it had contradicted itself and stopped before doing harm. A bundle or checkpoint that was being written is not left half done.
      """,
    remedy: reporting)

  static let invalidDifferentiation = Explanation(
    .compiler, [.error(.internalError)], "The derivative was asked for in a wrong way",
    meaning: """
      The compiler asked for the derivative of a function with flags that do not match the function's arguments and results.
      """,
    remedy: reporting)

  static let invalidIR = Explanation(
    .compiler, [.error(.internalError)], "A stage of the compiler broke a rule of the graph",
    meaning: """
      The graph is verified after each stage. The message names the stage after which it was wrong, and its lines list the broken rules. \
      No bundle is written from a wrong graph.
      """,
    remedy: reporting)

  static let invalidOperands = Explanation(
    .compiler, [.error(.internalError)], "An operation was given operands that it cannot take",
    meaning: """
      The verifier should have refused the operation before it was evaluated. The message names the operation and the rule.
      """,
    remedy: reporting)

  static let noInfeed = Explanation(
    .compiler, [.error(.internalError)], "The program reads a stream that nobody fills",
    meaning: """
      The program takes its samples from named streams, and this one has no source in the run.
      """,
    remedy: reporting)

  static let noMeaning = Explanation(
    .compiler, [.error(.internalError)], "The interpreter does not know what an operation computes",
    meaning: """
      The compiler's own interpreter, which its tests use, came upon an operation that has a meaning only within others.
      """,
    remedy: reporting)

  static let noSuchFunction = Explanation(
    .compiler, [.error(.internalError)], "A function that was to run is not in the program",
    meaning: "A call, or the host, asked for a function by a name that the program does not have.",
    remedy: reporting)

  static let notDifferentiable = Explanation(
    .compiler, [.error(.internalError)], "An operation has no derivative where one is needed",
    meaning: """
      The loss depends on a parameter through this operation, and the compiler has no rule for its derivative. Models of the supported \
      configurations consist of operations that have one.
      """,
    remedy: reporting)

  static let noPipeline = Explanation(
    .compiler, [.error(.badData)],
    "A repeat does not run through stages forward and then backward",
    meaning: """
      The pass `pipeline-schedule` lets stages work at the same time. It takes a repeat that calls each stage of a micro-batch in their \
      order, forward and then backward, and that carries sums only.
      """,
    remedy:
      "In `tesserac opt`, run `partition` and `training-step`'s phases first, and leave the order of the stages' calls."
  )

  static let pipelineDoesNotFit = Explanation(
    .compiler, [.warning], "By the estimate no cut of the layers into stages fits the IPUs",
    meaning: """
      `--pipeline auto` estimates what each stage needs: weights, accumulators of their gradients, the optimizer's state that is on the chip, \
      the stash of activations, temporary tensors. No cut into stages stays below an IPU's memory everywhere. The one that exceeds it least is \
      taken; the message says by how much, and of what there is most. It is an estimate: the program is compiled all the same.
      """,
    remedy: """
      Take one of the ways out that the message lists; each was tried, and fits by the same estimate.
      """)

  static let tooFewLayers = Explanation(
    .compiler, [.error(.badData)], "There are more pipeline stages than layers to put into them",
    meaning: """
      `--pipeline auto` gives each IPU of a replica a stage, and the first IPU a second one for the heads, which share a weight with the embeddings. \
      Each stage needs a layer.
      """,
    remedy: """
      Use fewer IPUs: numbers in `device_mapping` from 0 to one less.
      """)

  static let badPassOption = Explanation(
    .compiler, [.error(.usage)],
    "A pass is given an option that it has not, or a value that means nothing",
    meaning: """
      Options stand behind the name of a pass in braces: `--passes outline{minimum=3}`. `tesserac opt --help` lists the passes and \
      their options.
      """,
    remedy: """
      Use one of the options that the message names, with a value as it says.
      """)

  static let unknownPass = Explanation(
    .compiler, [.error(.usage)], "There is no pass or phase of that name",
    meaning: """
      `tesserac opt --passes` takes names of passes, and `tesserac compile --from` a file that `--dump-phases` wrote, which is called after \
      its phase.
      """,
    remedy: """
      Use one of the names that the message lists.
      """)

  static let syntaxError = Explanation(
    .compiler, [.error(.badData)], "The text of a graph cannot be read",
    meaning: """
      Tessera reads graphs in MLIR's generic form, as `--print-ir-after` writes them. At the place in the message something else stands.
      """,
    remedy: """
      Undo the last change by hand near that place, or print the graph again. `mlir-opt --allow-unregistered-dialect` checks \
      the same form.
      """)

  static let undefinedValue = Explanation(
    .compiler, [.error(.internalError)], "An operation uses a value that was not computed",
    meaning: """
      The compiler's interpreter found an operand without a value. The verifier should have refused the graph.
      """,
    remedy: reporting)

  static let wrongArguments = Explanation(
    .compiler, [.error(.internalError)], "A function was called with arguments of other types",
    meaning:
      "The number, shapes or element types of the arguments are not those that the function takes.",
    remedy: reporting)

  static let wrongStreamType = Explanation(
    .compiler, [.error(.incompatible)],
    "A stream gave a tensor of another type than the program reads",
    meaning: """
      The compiler's interpreter, which its tests use, was given data whose shape or element type is not the stream's.
      """,
    remedy: "Give data of the type that the message states.")
}
