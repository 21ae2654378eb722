// RUN: accumulate
// A table that two stages read, of which one looks rows up slice by slice; a part of another table; a
// loss, which stays; and a caller that accumulates nothing.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 2 : i64} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%0) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %3 = "tessera.concatenate"(%2, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%0) {shape = array<i64: 3, 2>, starts = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<3x2xf32>
    "func.return"(%3, %4) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0:2 = "func.call"(%arg2) {callee = @stage_1_backward} : (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    %2 = "tessera.add"(%0#1, %1#0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%0#0, %2, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb1(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg4, %4#1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
      %6 = "tessera.add"(%arg5, %4#2) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
      %7 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%5, %6, %7) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0:3 = "func.call"(%arg0, %arg1, %arg2) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
    "func.return"(%0#1) : (tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> tensor<4x2xf32>, sym_name = "gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>, %arg2: tensor<4x2xf32>, %arg3: tensor<i32>):
    %0 = "tessera.add"(%arg0, %arg3) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %1 = "tessera.accumulate_rows"(%arg2, %0, %arg1) : (tensor<4x2xf32>, tensor<2xi32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    "func.return"(%1) : (tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>, tensor<4x2xf32>, tensor<i32>) -> tensor<4x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xf32>, %arg3: tensor<3x2xf32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "tessera.accumulate_slice"(%arg3, %0) {starts = array<i64: 1, 0>} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %3 = "func.call"(%arg0, %0, %arg2, %2) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>, tensor<4x2xf32>, tensor<i32>) -> tensor<4x2xf32>
    %4 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %5 = "func.call"(%arg0, %0, %3, %4) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>, tensor<4x2xf32>, tensor<i32>) -> tensor<4x2xf32>
    "func.return"(%5, %1) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>, %arg1: tensor<4x2xf32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.add"(%arg1, %0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %2 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%2, %1) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>, tensor<4x2xf32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>, %arg3: tensor<4x2xf32>, %arg4: tensor<3x2xf32>):
    %0:2 = "func.call"(%arg2, %arg3) {callee = @stage_1_backward} : (tensor<4x2xi32>, tensor<4x2xf32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1, %0#1, %arg4) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    "func.return"(%0#0, %1#0, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2, %arg4, %arg5) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%4#1, %4#2, %5) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %2:3 = "func.call"(%arg0, %arg1, %arg2, %1, %0) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
    "func.return"(%2#1) : (tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> tensor<4x2xf32>, sym_name = "gradients"} : () -> ()
}) : () -> ()
// -----
// Without stages all stays.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 2 : i64} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%0) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %3 = "tessera.concatenate"(%2, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%0) {shape = array<i64: 3, 2>, starts = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<3x2xf32>
    "func.return"(%3, %4) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0:2 = "func.call"(%arg2) {callee = @stage_1_backward} : (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    %2 = "tessera.add"(%0#1, %1#0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%0#0, %2, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb1(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg4, %4#1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
      %6 = "tessera.add"(%arg5, %4#2) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
      %7 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%5, %6, %7) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 2 : i64} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%0) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %3 = "tessera.concatenate"(%2, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%0) {shape = array<i64: 3, 2>, starts = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<3x2xf32>
    "func.return"(%3, %4) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0:2 = "func.call"(%arg2) {callee = @stage_1_backward} : (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    %2 = "tessera.add"(%0#1, %1#0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%0#0, %2, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg4, %4#1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
      %6 = "tessera.add"(%arg5, %4#2) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
      %7 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%5, %6, %7) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
// -----
// The lookup is also called for its own result, and keeps it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 2 : i64} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%0) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %3 = "tessera.concatenate"(%2, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%0) {shape = array<i64: 3, 2>, starts = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<3x2xf32>
    "func.return"(%3, %4) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0:2 = "func.call"(%arg2) {callee = @stage_1_backward} : (tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    %2 = "tessera.add"(%0#1, %1#0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%0#0, %2, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb1(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg4, %4#1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
      %6 = "tessera.add"(%arg5, %4#2) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
      %7 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%5, %6, %7) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%1) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> tensor<2x2xf32>, sym_name = "other"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.scatter_add_rows"(%arg0, %arg1) {rows = 2 : i64} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%0) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xf32>, %arg3: tensor<3x2xf32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "tessera.accumulate_slice"(%arg3, %0) {starts = array<i64: 1, 0>} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
    %2 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %3 = "tessera.accumulate_slice"(%arg2, %2) {starts = array<i64: 2, 0>} : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %5 = "tessera.accumulate_slice"(%3, %4) {starts = array<i64: 0, 0>} : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    "func.return"(%5, %1) : (tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xi32>, %arg1: tensor<4x2xf32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4x2xi32>) -> tensor<4x2xf32>
    %1 = "tessera.add"(%arg1, %0) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %2 = "tessera.reduce_sum"(%0) {axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
    "func.return"(%2, %1) : (tensor<f32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x2xi32>, tensor<4x2xf32>) -> (tensor<f32>, tensor<4x2xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>, %arg3: tensor<4x2xf32>, %arg4: tensor<3x2xf32>):
    %0:2 = "func.call"(%arg2, %arg3) {callee = @stage_1_backward} : (tensor<4x2xi32>, tensor<4x2xf32>) -> (tensor<f32>, tensor<4x2xf32>)
    %1:2 = "func.call"(%arg0, %arg1, %0#1, %arg4) {callee = @stage_0_backward} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<4x2xf32>, tensor<3x2xf32>)
    "func.return"(%0#0, %1#0, %1#1) : (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>), sym_name = "micro_batch"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>, %arg2: tensor<4x2xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
    %1 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
    %2 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3:3 = "tessera.repeat"(%0, %1, %2) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<4x2xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<f32>):
      %4:3 = "func.call"(%arg0, %arg1, %arg2, %arg4, %arg5) {callee = @micro_batch} : (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>, tensor<4x2xf32>, tensor<3x2xf32>) -> (tensor<f32>, tensor<4x2xf32>, tensor<3x2xf32>)
      %5 = "tessera.add"(%arg6, %4#0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "tessera.yield"(%4#1, %4#2, %5) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>)
    "func.return"(%3#0, %3#1, %3#2) : (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>, tensor<4x2xi32>) -> (tensor<4x2xf32>, tensor<3x2xf32>, tensor<f32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2x2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2x2xi32>) -> tensor<2x2xf32>
    %1 = "func.call"(%arg0, %0) {callee = @lookup} : (tensor<2xi32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%1) : (tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2x2xi32>) -> tensor<2x2xf32>, sym_name = "other"} : () -> ()
}) : () -> ()
// -----
// One function for two layers, another order of the operands, a gradient that is returned twice; a
// product and a sum of which something else is read stay.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>) -> tensor<4xf32>, sym_name = "layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>, %arg1: tensor<4xi32>):
    %0 = "func.call"(%arg0) {callee = @layer_backward} : (tensor<4xi32>) -> tensor<4xf32>
    %1 = "func.call"(%arg1) {callee = @layer_backward} : (tensor<4xi32>) -> tensor<4xf32>
    %2 = "func.call"(%arg1) {callee = @layer_backward} : (tensor<4xi32>) -> tensor<4xf32>
    %3 = "tessera.convert"(%arg1) {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
    "func.return"(%0, %1, %2, %2, %3) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>, %arg1: tensor<4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1:6 = "tessera.repeat"(%0, %0, %0, %0, %0, %0) ({
    ^bb1(%arg2: tensor<i32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>, %arg5: tensor<4xf32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>):
      %2:5 = "func.call"(%arg0, %arg1) {callee = @stage_0_backward} : (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      %3 = "tessera.add"(%arg3, %2#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %4 = "tessera.add"(%2#1, %arg4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %5 = "tessera.add"(%arg5, %2#2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %6 = "tessera.multiply"(%arg6, %2#3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %7 = "tessera.add"(%arg7, %2#4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %8 = "tessera.add"(%arg7, %arg8) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%3, %4, %5, %6, %7, %8) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 2 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    "func.return"(%1#0, %1#1, %1#2, %1#3, %1#4, %1#5) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>, %arg1: tensor<4xf32>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
    %1 = "tessera.add"(%arg1, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>, %arg1: tensor<4xi32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "func.call"(%arg0, %arg2) {callee = @layer_backward} : (tensor<4xi32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%arg1, %arg3) {callee = @layer_backward} : (tensor<4xi32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "func.call"(%arg1, %0) {callee = @layer_backward} : (tensor<4xi32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%arg4, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.convert"(%arg1) {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
    "func.return"(%1, %2, %4, %3, %5) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>, tensor<4xi32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xi32>, %arg1: tensor<4xi32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1:6 = "tessera.repeat"(%0, %0, %0, %0, %0, %0) ({
    ^bb0(%arg2: tensor<i32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>, %arg5: tensor<4xf32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>):
      %2:5 = "func.call"(%arg0, %arg1, %arg3, %arg4, %arg5) {callee = @stage_0_backward} : (tensor<4xi32>, tensor<4xi32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
      %3 = "tessera.multiply"(%arg6, %2#3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %4 = "tessera.add"(%arg7, %2#4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %5 = "tessera.add"(%arg7, %arg8) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%2#0, %2#1, %2#2, %3, %4, %5) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 2 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    "func.return"(%1#0, %1#1, %1#2, %1#3, %1#4, %1#5) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
