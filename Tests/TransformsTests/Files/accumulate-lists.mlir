// RUN: accumulate
// Eight micro-batches of two lookups are 960 bytes, the table 1024. Two callers accumulate nothing: one of
// the whole table, one of a slice.
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
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<3x4xi32>) -> tensor<3x4xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>
    "func.return"(%1) : (tensor<32x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> tensor<32x4xf32>, sym_name = "other"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xf32>, %arg2: tensor<16x3x4xf32>, %arg3: tensor<16x3xi32>, %arg4: tensor<i32>, %arg5: tensor<i32>):
    %0 = "tessera.add"(%arg0, %arg5) : (tensor<3xi32>, tensor<i32>) -> tensor<3xi32>
    %1 = "tessera.stash_write"(%arg2, %arg1, %arg4) : (tensor<16x3x4xf32>, tensor<3x4xf32>, tensor<i32>) -> tensor<16x3x4xf32>
    %2 = "tessera.stash_write"(%arg3, %0, %arg4) : (tensor<16x3xi32>, tensor<3xi32>, tensor<i32>) -> tensor<16x3xi32>
    "func.return"(%1, %2) : (tensor<16x3x4xf32>, tensor<16x3xi32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xf32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>) -> (tensor<16x3x4xf32>, tensor<16x3xi32>), sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>, %arg2: tensor<16x3x4xf32>, %arg3: tensor<16x3xi32>, %arg4: tensor<i32>, %arg5: tensor<i32>, %arg6: tensor<4xf32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<3x4xi32>) -> tensor<3x4xf32>
    %1:2 = "func.call"(%arg0, %0, %arg2, %arg3, %arg4, %arg5) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>) -> (tensor<16x3x4xf32>, tensor<16x3xi32>)
    %2 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %3 = "tessera.add"(%arg4, %2) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %4 = "tessera.constant"() {value = dense<32> : tensor<i32>} : () -> tensor<i32>
    %5 = "tessera.add"(%arg5, %4) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %6:2 = "func.call"(%arg0, %0, %1#0, %1#1, %3, %5) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>) -> (tensor<16x3x4xf32>, tensor<16x3xi32>)
    %7 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<3x4xf32>) -> tensor<4xf32>
    %8 = "tessera.add"(%arg6, %7) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%6#0, %8, %6#1) : (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>, tensor<4xf32>) -> (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 16, 3, 4>} : () -> tensor<16x3x4xf32>
    %2 = "tessera.undefined"() {element = i32, shape = array<i64: 16, 3>} : () -> tensor<16x3xi32>
    %3:3 = "tessera.repeat"(%1, %0, %2) ({
    ^bb0(%arg2: tensor<i32>, %arg3: tensor<16x3x4xf32>, %arg4: tensor<4xf32>, %arg5: tensor<16x3xi32>):
      %7 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
      %8 = "tessera.multiply"(%arg2, %7) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %9 = "tessera.multiply"(%arg1, %arg2) : (tensor<3x4xi32>, tensor<i32>) -> tensor<3x4xi32>
      %10 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
      %11:3 = "func.call"(%arg0, %9, %arg3, %arg5, %8, %10, %arg4) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>, tensor<4xf32>) -> (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>)
      "tessera.yield"(%11#0, %11#1, %11#2) : (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>) -> ()
    }, {
    }) {count = 8 : i64} : (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>) -> (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>)
    %4 = "tessera.reshape"(%3#2) {shape = array<i64: 48>} : (tensor<16x3xi32>) -> tensor<48xi32>
    %5 = "tessera.reshape"(%3#0) {shape = array<i64: 48, 4>} : (tensor<16x3x4xf32>) -> tensor<48x4xf32>
    %6 = "tessera.scatter_add_rows"(%4, %5) {rows = 64 : i64} : (tensor<48xi32>, tensor<48x4xf32>) -> tensor<64x4xf32>
    "func.return"(%6, %3#1) : (tensor<64x4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> (tensor<64x4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 16, 3, 4>} : () -> tensor<16x3x4xf32>
    %2 = "tessera.undefined"() {element = i32, shape = array<i64: 16, 3>} : () -> tensor<16x3xi32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %5:3 = "func.call"(%arg0, %arg1, %1, %2, %3, %4, %0) {callee = @stage_0_backward} : (tensor<3xi32>, tensor<3x4xi32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>, tensor<4xf32>) -> (tensor<16x3x4xf32>, tensor<4xf32>, tensor<16x3xi32>)
    %6 = "tessera.slice"(%5#0) {shape = array<i64: 2, 3, 4>, starts = array<i64: 0, 0, 0>} : (tensor<16x3x4xf32>) -> tensor<2x3x4xf32>
    %7 = "tessera.slice"(%5#2) {shape = array<i64: 2, 3>, starts = array<i64: 0, 0>} : (tensor<16x3xi32>) -> tensor<2x3xi32>
    %8 = "tessera.reshape"(%7) {shape = array<i64: 6>} : (tensor<2x3xi32>) -> tensor<6xi32>
    %9 = "tessera.reshape"(%6) {shape = array<i64: 6, 4>} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
    %10 = "tessera.scatter_add_rows"(%8, %9) {rows = 64 : i64} : (tensor<6xi32>, tensor<6x4xf32>) -> tensor<64x4xf32>
    "func.return"(%10) : (tensor<64x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> tensor<64x4xf32>, sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xi32>, %arg1: tensor<3x4xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<3x4xi32>) -> tensor<3x4xf32>
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 16, 3, 4>} : () -> tensor<16x3x4xf32>
    %2 = "tessera.undefined"() {element = i32, shape = array<i64: 16, 3>} : () -> tensor<16x3xi32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %5:2 = "func.call"(%arg0, %0, %1, %2, %3, %4) {callee = @lookup} : (tensor<3xi32>, tensor<3x4xf32>, tensor<16x3x4xf32>, tensor<16x3xi32>, tensor<i32>, tensor<i32>) -> (tensor<16x3x4xf32>, tensor<16x3xi32>)
    %6 = "tessera.slice"(%5#0) {shape = array<i64: 1, 3, 4>, starts = array<i64: 0, 0, 0>} : (tensor<16x3x4xf32>) -> tensor<1x3x4xf32>
    %7 = "tessera.slice"(%5#1) {shape = array<i64: 1, 3>, starts = array<i64: 0, 0>} : (tensor<16x3xi32>) -> tensor<1x3xi32>
    %8 = "tessera.reshape"(%7) {shape = array<i64: 3>} : (tensor<1x3xi32>) -> tensor<3xi32>
    %9 = "tessera.reshape"(%6) {shape = array<i64: 3, 4>} : (tensor<1x3x4xf32>) -> tensor<3x4xf32>
    %10 = "tessera.scatter_add_rows"(%8, %9) {rows = 32 : i64} : (tensor<3xi32>, tensor<3x4xf32>) -> tensor<32x4xf32>
    "func.return"(%10) : (tensor<32x4xf32>) -> ()
  }) {function_type = (tensor<3xi32>, tensor<3x4xi32>) -> tensor<32x4xf32>, sym_name = "other"} : () -> ()
}) : () -> ()
// -----
// Nine are 1080 bytes.
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
    }) {count = 9 : i64} : (tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
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
    }) {count = 9 : i64} : (tensor<64x4xf32>, tensor<4xf32>) -> (tensor<64x4xf32>, tensor<4xf32>)
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
