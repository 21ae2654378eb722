// RUN: accumulate{row-list=never}
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 32 : i64} : (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>
    "func.return"(%0) : (tensor<32x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<3x4xi32>) -> tensor<3x4xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>
    %3 = "tessera.concatenate"(%1, %2) {axis = 0 : i64} : (tensor<32x4xf32>, tensor<32x4xf32>) -> tensor<64x4xf32>
    %4 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<3x4xf32>) -> tensor<4xf32>
    "func.return"(%3, %4) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<64x4xf32>} : () -> tensor<64x4xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %2:2 = "tessera.repeat"(%0, %1) ({
    ^bb1(%arg2: tensor<i32>, %arg3: tensor<64x4xf32>, %arg4: tensor<4xf32>):
      %3 = "tessera.multiply"(%arg1, %arg2) : (tensor<3x4xi32>, tensor<i32>) -> tensor<3x4xi32>
      %4:2 = "func.call"(%arg0, %3) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>)
      %5 = "tessera.add"(%arg3, %4#0) : (tensor<64x4xf32>, tensor<64x4xf32>) -> tensor<64x4xf32>
      %6 = "tessera.add"(%arg4, %4#1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%5, %6) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 8 : i64} : (tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
    "func.return"(%2#0, %2#1) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0:2 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>)
    "func.return"(%0#0) : (tensor<64x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> tensor<64x4xf32>, sym_name = "gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xf32>, %arg2: tensor<64x4xf32>, %arg3: tensor<i32>):
    %0 = "tessera.add"(%arg0, %arg3) : (tensor<3xi32>, tensor<i32>) -> tensor<3xi32>
    %1 = "tessera.accumulate_rows"(%arg2, %0, %arg1) : (tensor<64x4xf32>, tensor<3xi32>, tensor<3x4xf32>) -> tensor<64x4xf32>
    "func.return"(%1) : (tensor<64x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xf32>, tensor<64x4xf32>, tensor<i32>) -> tensor<64x4xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>, %arg2: tensor<64x4xf32>, %arg3: tensor<4xf32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<3x4xi32>) -> tensor<3x4xf32>
    %1 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %2 = "func.call"(%arg0, %0, %arg2, %1) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>, tensor<64x4xf32>, tensor<i32>) -> tensor<64x4xf32>
    %3 = "tessera.constant"() {value = dense<32> : tensor<i32>} : () -> tensor<i32>
    %4 = "func.call"(%arg0, %0, %2, %3) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>, tensor<64x4xf32>, tensor<i32>) -> tensor<64x4xf32>
    %5 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<3x4xf32>) -> tensor<4xf32>
    %6 = "tessera.add"(%arg3, %5) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%4, %6) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>, tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<64x4xf32>} : () -> tensor<64x4xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %2:2 = "tessera.repeat"(%0, %1) ({
    ^bb0(%arg2: tensor<i32>, %arg3: tensor<64x4xf32>, %arg4: tensor<4xf32>):
      %3 = "tessera.multiply"(%arg1, %arg2) : (tensor<3x4xi32>, tensor<i32>) -> tensor<3x4xi32>
      %4:2 = "func.call"(%arg0, %3, %arg3, %arg4) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>, tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
      "tessera.yield"(%4#0, %4#1) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 8 : i64} : (tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
    "func.return"(%2#0, %2#1) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<64x4xf32>} : () -> tensor<64x4xf32>
    %2:2 = "func.call"(%arg0, %arg1, %1, %0) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>, tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
    "func.return"(%2#0) : (tensor<64x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> tensor<64x4xf32>, sym_name = "gradients"} : () -> ()
}) : () -> ()
