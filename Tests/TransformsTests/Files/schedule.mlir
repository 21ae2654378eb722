// RUN: schedule
// Only one of the wide values is alive at a time.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1xf32>, %arg1: tensor<1xf32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 64>} : (tensor<1xf32>) -> tensor<64xf32>
    %1 = "tessera.broadcast"(%arg1) {shape = array<i64: 64>} : (tensor<1xf32>) -> tensor<64xf32>
    %2 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<64xf32>) -> tensor<f32>
    %3 = "tessera.reduce_sum"(%1) {axes = array<i64: 0>} : (tensor<64xf32>) -> tensor<f32>
    "func.return"(%3, %2) : (tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<1xf32>, tensor<1xf32>) -> (tensor<f32>, tensor<f32>), sym_name = "wide"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1xf32>, %arg1: tensor<1xf32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 64>} : (tensor<1xf32>) -> tensor<64xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<64xf32>) -> tensor<f32>
    %2 = "tessera.broadcast"(%arg1) {shape = array<i64: 64>} : (tensor<1xf32>) -> tensor<64xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<64xf32>) -> tensor<f32>
    "func.return"(%3, %1) : (tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<1xf32>, tensor<1xf32>) -> (tensor<f32>, tensor<f32>), sym_name = "wide"} : () -> ()
}) : () -> ()
// -----
// The sum of %1 would free most at once, but infeeds keep their order; so do calls that hold one.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 8>, stream = "a"} : () -> tensor<8xf32>
    %1 = "tessera.add"(%0, %arg0) : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<f32>) -> tensor<8xf32>, sym_name = "reads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "func.call"(%arg0) {callee = @reads} : (tensor<f32>) -> tensor<8xf32>
    %1 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "b"} : () -> tensor<2xf32>
    %2 = "func.call"(%arg0) {callee = @reads} : (tensor<f32>) -> tensor<8xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<f32>
    %4 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<f32>
    %5 = "tessera.reduce_sum"(%1) {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
    "func.return"(%3, %4, %5) : (tensor<f32>, tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 8>, stream = "a"} : () -> tensor<8xf32>
    %1 = "tessera.add"(%0, %arg0) : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<f32>) -> tensor<8xf32>, sym_name = "reads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "func.call"(%arg0) {callee = @reads} : (tensor<f32>) -> tensor<8xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<f32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "b"} : () -> tensor<2xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
    %4 = "func.call"(%arg0) {callee = @reads} : (tensor<f32>) -> tensor<8xf32>
    %5 = "tessera.reduce_sum"(%4) {axes = array<i64: 0>} : (tensor<8xf32>) -> tensor<f32>
    "func.return"(%5, %1, %3) : (tensor<f32>, tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// Nothing can be gained: a chain, and values that are all returned.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.exponential"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "chain"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.exponential"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0, %1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "returned"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.exponential"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "chain"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.exponential"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0, %1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "returned"} : () -> ()
}) : () -> ()
// -----
// A slice of the argument is made again for its second reader; one of a made value is not.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 2, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<2x4xf32>) -> tensor<f32>
    %2 = "tessera.multiply"(%arg0, %1) : (tensor<4x4xf32>, tensor<f32>) -> tensor<4x4xf32>
    %3 = "tessera.slice"(%2) {shape = array<i64: 2, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x4xf32>
    %4 = "tessera.reduce_sum"(%3) {axes = array<i64: 0, 1>} : (tensor<2x4xf32>) -> tensor<f32>
    %5 = "tessera.multiply"(%3, %4) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
    %6 = "tessera.add"(%5, %0) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    "func.return"(%6) : (tensor<2x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>) -> tensor<2x4xf32>, sym_name = "slices"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 2, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<2x4xf32>) -> tensor<f32>
    %2 = "tessera.multiply"(%arg0, %1) : (tensor<4x4xf32>, tensor<f32>) -> tensor<4x4xf32>
    %3 = "tessera.slice"(%2) {shape = array<i64: 2, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x4xf32>
    %4 = "tessera.reduce_sum"(%3) {axes = array<i64: 0, 1>} : (tensor<2x4xf32>) -> tensor<f32>
    %5 = "tessera.multiply"(%3, %4) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
    %6 = "tessera.slice"(%arg0) {shape = array<i64: 2, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x4xf32>
    %7 = "tessera.add"(%5, %6) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    "func.return"(%7) : (tensor<2x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>) -> tensor<2x4xf32>, sym_name = "slices"} : () -> ()
}) : () -> ()
// -----
// A repeat's block has its own order, and reads what it takes from outside to the end.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1xf32>, %arg1: tensor<f32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 32>} : (tensor<1xf32>) -> tensor<32xf32>
    %1 = "tessera.repeat"(%arg1) ({
    ^bb1(%arg2: tensor<i32>, %arg3: tensor<f32>):
      %2 = "tessera.multiply"(%0, %arg3) : (tensor<32xf32>, tensor<f32>) -> tensor<32xf32>
      %3 = "tessera.add"(%0, %arg3) : (tensor<32xf32>, tensor<f32>) -> tensor<32xf32>
      %4 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<32xf32>) -> tensor<f32>
      %5 = "tessera.reduce_sum"(%3) {axes = array<i64: 0>} : (tensor<32xf32>) -> tensor<f32>
      %6 = "tessera.add"(%4, %5) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%6) : (tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<f32>) -> tensor<f32>
    "func.return"(%1) : (tensor<f32>) -> ()
  }) {function_type = (tensor<1xf32>, tensor<f32>) -> tensor<f32>, sym_name = "repeated"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1xf32>, %arg1: tensor<f32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 32>} : (tensor<1xf32>) -> tensor<32xf32>
    %1 = "tessera.repeat"(%arg1) ({
    ^bb0(%arg2: tensor<i32>, %arg3: tensor<f32>):
      %2 = "tessera.multiply"(%0, %arg3) : (tensor<32xf32>, tensor<f32>) -> tensor<32xf32>
      %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<32xf32>) -> tensor<f32>
      %4 = "tessera.add"(%0, %arg3) : (tensor<32xf32>, tensor<f32>) -> tensor<32xf32>
      %5 = "tessera.reduce_sum"(%4) {axes = array<i64: 0>} : (tensor<32xf32>) -> tensor<f32>
      %6 = "tessera.add"(%3, %5) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%6) : (tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<f32>) -> tensor<f32>
    "func.return"(%1) : (tensor<f32>) -> ()
  }) {function_type = (tensor<1xf32>, tensor<f32>) -> tensor<f32>, sym_name = "repeated"} : () -> ()
}) : () -> ()
// -----
// What an accuracy asks of the logits comes before the log softmax, which the backward pass reads: the logits
// then need not lie beside it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x16xf16>, %arg1: tensor<16xf16>, %arg2: tensor<4xi32>, %arg3: tensor<4x16xf16>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4x16xf16>, tensor<16xf16>) -> tensor<4x16xf16>
    %1 = "tessera.log_softmax"(%0) : (tensor<4x16xf16>) -> tensor<4x16xf16>
    %2 = "tessera.select_columns"(%1, %arg2) : (tensor<4x16xf16>, tensor<4xi32>) -> tensor<4xf16>
    %3 = "tessera.reduce_maximum"(%0) {axes = array<i64: 1>} : (tensor<4x16xf16>) -> tensor<4xf16>
    %4 = "tessera.select_columns"(%0, %arg2) : (tensor<4x16xf16>, tensor<4xi32>) -> tensor<4xf16>
    %5 = "tessera.equal"(%4, %3) : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xi1>
    %6 = "tessera.convert"(%5) {to = f32} : (tensor<4xi1>) -> tensor<4xf32>
    %7 = "tessera.log_softmax_gradient"(%arg3, %1) : (tensor<4x16xf16>, tensor<4x16xf16>) -> tensor<4x16xf16>
    "func.return"(%2, %6, %7) : (tensor<4xf16>, tensor<4xf32>, tensor<4x16xf16>) -> ()
  }) {function_type = (tensor<4x16xf16>, tensor<16xf16>, tensor<4xi32>, tensor<4x16xf16>) -> (tensor<4xf16>, tensor<4xf32>, tensor<4x16xf16>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x16xf16>, %arg1: tensor<16xf16>, %arg2: tensor<4xi32>, %arg3: tensor<4x16xf16>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4x16xf16>, tensor<16xf16>) -> tensor<4x16xf16>
    %1 = "tessera.reduce_maximum"(%0) {axes = array<i64: 1>} : (tensor<4x16xf16>) -> tensor<4xf16>
    %2 = "tessera.select_columns"(%0, %arg2) : (tensor<4x16xf16>, tensor<4xi32>) -> tensor<4xf16>
    %3 = "tessera.equal"(%2, %1) : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xi1>
    %4 = "tessera.convert"(%3) {to = f32} : (tensor<4xi1>) -> tensor<4xf32>
    %5 = "tessera.log_softmax"(%0) : (tensor<4x16xf16>) -> tensor<4x16xf16>
    %6 = "tessera.select_columns"(%5, %arg2) : (tensor<4x16xf16>, tensor<4xi32>) -> tensor<4xf16>
    %7 = "tessera.log_softmax_gradient"(%arg3, %5) : (tensor<4x16xf16>, tensor<4x16xf16>) -> tensor<4x16xf16>
    "func.return"(%6, %4, %7) : (tensor<4xf16>, tensor<4xf32>, tensor<4x16xf16>) -> ()
  }) {function_type = (tensor<4x16xf16>, tensor<16xf16>, tensor<4xi32>, tensor<4x16xf16>) -> (tensor<4xf16>, tensor<4xf32>, tensor<4x16xf16>), sym_name = "main"} : () -> ()
}) : () -> ()
