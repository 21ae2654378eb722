import GraphIR

// What only the weight update needs takes the tiles' memory during the whole accumulation. Optimizer
// state is moved to streaming memory, and is on the chip only while it is updated:
//
//     func @step(%m : 64xf32) {                  func @step(%m : 64xf32 streaming) {
//       %g = call @gradients()                     %g = call @gradients()
//       %0 = call @update(%m, %g)           →      %0 = call @update(%m, %g)
//       return %0 }                                return %0 }
//     func @update(%m, %g) {                     func @update(%m streaming, %g) {
//                                                  %0 = remote_load %m
//       %0 = add(%m, %g)                           %1 = add(%0, %g)
//                                                  %2 = remote_store(%m, %1)
//       return %0 }                                return %2 }
//
// Buffers go down through calls as far as all calls of a function agree, so that one function still
// updates all parameters of a shape, and what is loaded is gone before the next parameter's state comes.
// Where calls do not agree, or nothing is called, state is loaded and stored where the buffer is. A load
// stands before the first operation that needs the value, a store behind the one that makes it.
//
// Which state moves is decided by its role and size alone. Two walks over the module suffice: time is
// linear.

/// Moves optimizer state to streaming memory.
package enum Offload {
  /// State of fewer bytes stays on the chip, where nothing else is said.
  package static let minimumByteCount = 50_000

  /// The pass.
  package static let pass = Pass(
    "offload", "keeps optimizer state in streaming memory and loads it for its update",
    options: [
      Pass.Option(
        "min-bytes", "the least bytes of a tensor that is moved; default \(minimumByteCount)")
    ]
  ) { module, options in
    let minimum = try options.integer("min-bytes", 0...Int.max, default: minimumByteCount)
    let plan = OffloadPlan(module, minimumByteCount: minimum)
    for function in module.functions {
      guard let signature = plan.signatures[function.name] else { continue }
      var form = StreamingForm(function, signature, callees: plan.signatures)
      module.insert(form.written())
    }
  }
}
