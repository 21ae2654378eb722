import GraphIR
import Operations

// Operations that repeat become a function, called where they stood: code is there once.
//
//     %0 = matmul(%x, %w0)  ; %1 = gelu(%0)          %1 = call @outlined_0(%x, %w0)
//     %2 = matmul(%1, %w1)  ; %3 = gelu(%2)    →     %3 = call @outlined_0(%1, %w1)
//
// 1. A block is a sequence of tokens (`BlockSchedule`): equal tokens, equal kind, attributes, types.
// 2. A suffix array gives its runs and maximal repeats (`Repeats`) in near-linear time.
// 3. Those whose wiring is equal, too, are candidates (`OutlinedBody`), with what they save
//    (`OutliningCost`); the best that do not overlap are taken (`OutliningPlan`).
// 4. Bodies become functions, or are found to be one that is there (`FunctionCache`).
//
// Blocks are looked at again until nothing is found: bodies can hold smaller ones. So a second run of
// the pass finds nothing either. Bodies never reach over the end of a block: a stage or a phase is a
// function or a region, and nothing is outlined across it. Operations with an effect, collectives and
// repeats stay where they are. Values keep their bits: the same operations run in the same order.

/// Makes functions of operations that repeat.
package enum Outlining {
  /// The fewest operations that compute in a body. Fewer are a few compute sets, for which the sync
  /// and the copies of a call weigh as much as what it saves.
  private static let minimum = 8

  /// The pass.
  package static let pass = Pass(
    "outline", "makes functions of operations that repeat",
    options: [
      Pass.Option("minimum", "the fewest operations that compute in a function (\(minimum))")
    ]
  ) { module, options in
    let minimum = try options.integer("minimum", 2...1_000_000, default: minimum)
    // What bodies were made smaller by may make two functions equal, and their calls, too.
    repeat {
      var cache = FunctionCache(merging: &module)
      outlineAll(of: &module, minimum, &cache)
    } while FunctionCache(merging: &module).hasMerged
  }

  private static func outlineAll(
    of module: inout Module, _ minimum: Int, _ cache: inout FunctionCache
  ) {
    let effects = module.functionsWithEffect
    // Functions that are made meanwhile are at the end of the list.
    var number = 0
    while number < module.functions.count {
      let function = module.functions[number]
      if let shorter = outlined(function, minimum, effects, &cache, &module) {
        module.insert(shorter)
      } else {
        number += 1
      }
    }
  }

  /// The function with calls of functions that the module then has; nil where nothing is worth one.
  private static func outlined(
    _ function: Function, _ minimum: Int, _ effects: Set<String>, _ cache: inout FunctionCache,
    _ module: inout Module
  ) -> Function? {
    var calls = CallInsertion(function)
    var isChanged = false
    for block in function.reachableBlocks
    where BlockSchedule.mayRepeat(block, of: function, minimum) {
      let schedule = BlockSchedule(block, of: function, effects: effects)
      for body in OutliningPlan(schedule, minimum: minimum).bodies {
        let callee = cache.name(of: body.function(in: schedule), in: &module)
        calls.add(body, callee: callee, in: schedule)
        isChanged = true
      }
    }
    return isChanged ? calls.written() : nil
  }
}

extension Function {
  /// The body and the regions of repeats, outer ones first. A chain is one operation.
  fileprivate var reachableBlocks: [BlockID] {
    [body]
      + allOperations.compactMap { id in
        if case .control(.repeat) = self[id].operation { self[id].body } else { nil }
      }
  }
}
