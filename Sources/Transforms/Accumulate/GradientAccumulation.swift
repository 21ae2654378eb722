import GraphIR

/// Moves the sums of an accumulation to where gradients are made: an accumulator goes into a stage's
/// backward function and comes out of it with the gradient added.
///
///     gradient = @backward(x, dy)                 accumulator′ = @backward(x, dy, accumulator)
///     accumulator′ = accumulator + gradient
///
/// The same then happens in that function, and in those that it calls, down to the operation that makes
/// the gradient, so that no function returns one and at most one is there beside its accumulator. The
/// type of an accumulator is that of its gradient. On the way
///
/// - a sum a + b, as of a parameter that two stages read, is added term by term in the order in which
///   the terms are made: accumulator + a, then + b. It is never formed; the rounding is another one;
/// - what is concatenated or padded is added to its part of the accumulator (accumulate_slice);
/// - rows that are scattered and added are added to their rows of it (accumulate_rows), also where a
///   function makes them of one slice of a table: that gets the number of the slice's first row.
///
/// Callers that accumulate nothing pass zeros: there is one function of each kind, and 0 + gradient is
/// the gradient but for the sign of a zero. Sums of single numbers, as of losses, stay with the repeat.
///
/// Where a gradient is nothing but looked-up rows, as that of a word embedding without a masked-LM head,
/// and the rows of all micro-batches are fewer bytes than the table, a list of them takes its place:
/// each micro-batch writes its indices and rows to buffers, and after the repeat all are added to zeros.
/// The sum of each row is then rounded once.
///
/// Programs without stages stay as they are: their micro-batches do not depend on each other, but for
/// the sums at the end of each, and the CPU device computes several at a time.
package enum GradientAccumulation {
  /// The pass.
  package static let pass = Pass(
    "accumulate",
    "adds gradients to their accumulators where they are made, in programs with stages",
    options: [
      .init(
        "row-list",
        "auto: a list of looked-up rows stands for a table's accumulator where it is smaller; never; "
          + "default auto")
    ]
  ) { module, options in
    var lists: [RowListSelection.Root] = []
    if try options.choice("row-list", default: RowListChoice.auto) == .auto {
      let selection = RowListSelection(module)
      lists = selection.roots
      module = selection.module
    }
    guard let plan = AccumulationPlan(module, lists: lists) else { return }
    for function in module.functions {
      guard var rewriting = AccumulatorRewriting(function, plan) else { continue }
      rewriting.run()
      module.insert(rewriting.rewriter.function)
    }
  }

  private enum RowListChoice: String, CaseIterable {
    case auto, never
  }
}
