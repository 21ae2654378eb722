// RUN: fuse
// A bias and an activation are one; the sum that something else reads, too, is a result.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf16>, %arg1: tensor<2xf16>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4x2xf16>, tensor<2xf16>) -> tensor<4x2xf16>
    %1 = "tessera.gelu_tanh"(%0) : (tensor<4x2xf16>) -> tensor<4x2xf16>
    "func.return"(%1, %0) : (tensor<4x2xf16>, tensor<4x2xf16>) -> ()
  }) {function_type = (tensor<4x2xf16>, tensor<2xf16>) -> (tensor<4x2xf16>, tensor<4x2xf16>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf16>, %arg1: tensor<2xf16>):
    %0:2 = "tessera.fuse"(%arg0, %arg1) ({
    ^bb0(%arg2: tensor<4x2xf16>, %arg3: tensor<2xf16>):
      %1 = "tessera.add"(%arg2, %arg3) : (tensor<4x2xf16>, tensor<2xf16>) -> tensor<4x2xf16>
      %2 = "tessera.gelu_tanh"(%1) : (tensor<4x2xf16>) -> tensor<4x2xf16>
      "tessera.yield"(%1, %2) : (tensor<4x2xf16>, tensor<4x2xf16>) -> ()
    }, {
    }) : (tensor<4x2xf16>, tensor<2xf16>) -> (tensor<4x2xf16>, tensor<4x2xf16>)
    "func.return"(%0#1, %0#0) : (tensor<4x2xf16>, tensor<4x2xf16>) -> ()
  }) {function_type = (tensor<4x2xf16>, tensor<2xf16>) -> (tensor<4x2xf16>, tensor<4x2xf16>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Alone, or with a border between them, operations stay: a reshape, a dropout, another shape.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>, %arg3: tensor<f32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = "tessera.reshape"(%0) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %2 = "tessera.tanh"(%1) : (tensor<6xf32>) -> tensor<6xf32>
    %3 = "tessera.dropout"(%2, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<6xf32>, tensor<4xi32>, tensor<i32>) -> tensor<6xf32>
    %4 = "tessera.negate"(%arg3) : (tensor<f32>) -> tensor<f32>
    %5 = "tessera.add"(%3, %4) : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
    "func.return"(%5) : (tensor<6xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<4xi32>, tensor<i32>, tensor<f32>) -> tensor<6xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>, %arg3: tensor<f32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = "tessera.reshape"(%0) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %2 = "tessera.tanh"(%1) : (tensor<6xf32>) -> tensor<6xf32>
    %3 = "tessera.dropout"(%2, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<6xf32>, tensor<4xi32>, tensor<i32>) -> tensor<6xf32>
    %4 = "tessera.negate"(%arg3) : (tensor<f32>) -> tensor<f32>
    %5 = "tessera.add"(%3, %4) : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
    "func.return"(%5) : (tensor<6xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<4xi32>, tensor<i32>, tensor<f32>) -> tensor<6xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// The sum is read by the product and by what the product waits for: all three as one would wait for
// itself. What does not wait for the maximum is one.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.reduce_maximum"(%1) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %3 = "tessera.subtract"(%1, %2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %4 = "tessera.multiply"(%3, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%4) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.fuse"(%arg0) ({
    ^bb0(%arg1: tensor<4xf32>):
      %3 = "tessera.negate"(%arg1) : (tensor<4xf32>) -> tensor<4xf32>
      %4 = "tessera.add"(%3, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%4) : (tensor<4xf32>) -> ()
    }, {
    }) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.reduce_maximum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %2 = "tessera.fuse"(%0, %1) ({
    ^bb0(%arg1: tensor<4xf32>, %arg2: tensor<f32>):
      %3 = "tessera.subtract"(%arg1, %arg2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      %4 = "tessera.multiply"(%3, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%4) : (tensor<4xf32>) -> ()
    }, {
    }) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// What can wait for a scalar does: one chain, after the scalar's. The readers behind it wait, too.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.multiply"(%arg0, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2 = "tessera.multiply"(%1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.reduce_sum"(%3) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %5 = "tessera.exponential"(%arg1) : (tensor<f32>) -> tensor<f32>
    %6 = "tessera.negate"(%5) : (tensor<f32>) -> tensor<f32>
    %7 = "tessera.divide"(%2, %6) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %8 = "tessera.reduce_sum"(%7) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %9 = "tessera.square_root"(%4) : (tensor<f32>) -> tensor<f32>
    %10 = "tessera.add"(%8, %9) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%10) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<f32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.fuse"(%arg1) ({
    ^bb0(%arg2: tensor<f32>):
      %6 = "tessera.exponential"(%arg2) : (tensor<f32>) -> tensor<f32>
      %7 = "tessera.negate"(%6) : (tensor<f32>) -> tensor<f32>
      "tessera.yield"(%7) : (tensor<f32>) -> ()
    }, {
    }) : (tensor<f32>) -> tensor<f32>
    %2:2 = "tessera.fuse"(%arg0, %0, %1) ({
    ^bb0(%arg2: tensor<4xf32>, %arg3: tensor<f32>, %arg4: tensor<f32>):
      %6 = "tessera.multiply"(%arg2, %arg3) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      %7 = "tessera.multiply"(%6, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %8 = "tessera.negate"(%6) : (tensor<4xf32>) -> tensor<4xf32>
      %9 = "tessera.divide"(%7, %arg4) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      "tessera.yield"(%8, %9) : (tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "tessera.reduce_sum"(%2#0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %4 = "tessera.reduce_sum"(%2#1) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %5 = "tessera.fuse"(%3, %4) ({
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %6 = "tessera.square_root"(%arg2) : (tensor<f32>) -> tensor<f32>
      %7 = "tessera.add"(%arg3, %6) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%7) : (tensor<f32>) -> ()
    }, {
    }) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%5) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<f32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// In a repeat nothing is made one. Infeeds keep their order where a chain needs one of them earlier.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %1 = "tessera.tanh"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %3 = "tessera.add"(%1, %2) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.repeat"(%1) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2xf32>):
      %6 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
      %7 = "tessera.add"(%arg2, %6) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%7) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    %5 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %6 = "tessera.multiply"(%3, %5) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%4, %6) : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %1 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %3:2 = "tessera.fuse"(%0, %1, %2) ({
    ^bb0(%arg1: tensor<2xf32>, %arg2: tensor<2xf32>, %arg3: tensor<2xf32>):
      %5 = "tessera.tanh"(%arg1) : (tensor<2xf32>) -> tensor<2xf32>
      %6 = "tessera.add"(%5, %arg2) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %7 = "tessera.multiply"(%6, %arg3) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%5, %7) : (tensor<2xf32>, tensor<2xf32>) -> ()
    }, {
    }) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
    %4 = "tessera.repeat"(%3#0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2xf32>):
      %5 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
      %6 = "tessera.add"(%arg2, %5) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%6) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%4, %3#1) : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
