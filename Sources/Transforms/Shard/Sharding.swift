import Foundations
import GraphIR
import Operations

// Replicas have the same optimizer state: of R copies R − 1 are spared. Each replica keeps a part of it,
// updates its part of the parameter, and all of them put the parts together:
//
//     %g = all_reduce_sum(%sum)                   %g = reduce_scatter_sum(%sum)
//     %w', %m' = call @update(%w, %m, %g)    →    %p = replica_slice(%w)
//     return %w', %m'                             %p', %m' = call @update_sharded(%p, %m, %g)
//                                                 %w' = all_gather(%p') ; return %w', %m'
//
// 1. `PartGroups` joins the tensors of a function that elementwise operations read and make together,
//    through calls: what is in parts, if one of them is.
// 2. A parameter is chosen where its moments are large enough and its update works on parts.
// 3. `FunctionSplitter` writes the functions that take parts. Where one sums all elements of a tensor,
//    as LAMB's norms do, it becomes two: the replicas add up the sums of their parts in between.
// 4. `ShardedEntry` writes the entry: one reduce-scatter for all gradients, one all-reduce for all
//    sums, one all-gather for all parameters.
//
// Functions that parameters shared are shared by their parts. What is not chosen stays as it was. With
// padding, ⌈n/R⌉ elements a replica, nothing has to divide anything; the padding of gradients, parameters
// and moments is 0 and stays it, or else a sum over it is not made (`Padding`).

/// Gives each replica a part of the optimizer's state.
package enum Sharding {
  /// The pass.
  package static let pass = Pass(
    "shard", "gives each replica a part of the optimizer's state",
    options: [
      Pass.Option("replicas", "how many share a tensor; default 1, which changes nothing"),
      Pass.Option("min-bytes", "bytes of the smallest moment that is shared; default 50000"),
    ]
  ) { module, options in
    let replicas = try options.integer("replicas", 1...1 << 20, default: 1)
    let smallest = try options.integer("min-bytes", 0...Int.max, default: 50_000)
    guard replicas > 1 else { return }
    for entry in module.functions where entry.isEntry {
      var functions = UpdateFunctions(module, replicas: replicas)
      let selection = ShardSelection(
        entry, &functions, smallest: smallest, entries: module.functions.filter(\.isEntry))
      guard !selection.moments.isEmpty else { continue }
      var writer = ShardedEntry(entry, selection, functions)
      let sharded = writer.written()
      for function in writer.functions.made { module.insert(function) }
      module.insert(sharded)
    }
    module.removeUnreachable()
  }
}
