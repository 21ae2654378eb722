// RUN: canonicalize,dce
// The largest of single elements, and a dropout of nothing.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.reduce_maximum"(%arg0) {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<3xf32>
    %1 = "tessera.reduce_maximum"(%arg0) {axes = array<i64>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
    %2 = "tessera.dropout"(%arg0, %arg1, %arg2) {probability = 0.000000e+00 : f64} : (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> tensor<1x3xf32>
    "func.return"(%0, %1, %2) : (tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> (tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.reshape"(%arg0) {shape = array<i64: 3>} : (tensor<1x3xf32>) -> tensor<3xf32>
    "func.return"(%0, %arg0, %arg0) : (tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> (tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// A sum begins with 0, so that a single −0 is 0; axes with more elements, and real dropouts.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.reduce_sum"(%arg0) {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<3xf32>
    %1 = "tessera.reduce_maximum"(%arg0) {axes = array<i64: 1>} : (tensor<1x3xf32>) -> tensor<1xf32>
    %2 = "tessera.dropout"(%arg0, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> tensor<1x3xf32>
    "func.return"(%0, %1, %2) : (tensor<3xf32>, tensor<1xf32>, tensor<1x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> (tensor<3xf32>, tensor<1xf32>, tensor<1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.reduce_sum"(%arg0) {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<3xf32>
    %1 = "tessera.reduce_maximum"(%arg0) {axes = array<i64: 1>} : (tensor<1x3xf32>) -> tensor<1xf32>
    %2 = "tessera.dropout"(%arg0, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> tensor<1x3xf32>
    "func.return"(%0, %1, %2) : (tensor<3xf32>, tensor<1xf32>, tensor<1x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<4xi32>, tensor<i32>) -> (tensor<3xf32>, tensor<1xf32>, tensor<1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
