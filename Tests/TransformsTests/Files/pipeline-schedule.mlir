// RUN: pipeline-schedule
// Two stages: what the first keeps for its backward pass waits in a stash of 3.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_forward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1:2 = "tessera.repeat"(%0, %0) ({
    ^bb0(%arg4: tensor<i32>, %arg5: tensor<4xf32>, %arg6: tensor<4xf32>):
      %2 = "tessera.convert"(%arg4) {to = f32} : (tensor<i32>) -> tensor<f32>
      %3 = "tessera.multiply"(%arg2, %2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      %4:2 = "func.call"(%arg0, %3, %arg3) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %5:2 = "func.call"(%arg1, %4#0, %arg3) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %6:2 = "func.call"(%arg1, %5#1, %5#0) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %7:2 = "func.call"(%arg0, %4#1, %6#1) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %8 = "tessera.add"(%arg5, %7#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %9 = "tessera.add"(%arg6, %6#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%8, %9) : (tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 4 : i64} : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%1#0, %1#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_forward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 3, 4>} : () -> tensor<3x4xf32>
    %2 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %3:2 = "func.call"(%arg2, %arg0, %arg3, %2) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %4 = "tessera.stash_write"(%1, %3#1, %2) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %5:2 = "func.call"(%3#0, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %6 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %7:2 = "func.call"(%arg2, %arg0, %arg3, %6) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %8 = "tessera.stash_write"(%4, %7#1, %6) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %9:2 = "func.call"(%5#1, %5#0, %arg1, %0) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %10:2 = "func.call"(%7#0, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %11 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %12:2 = "func.call"(%arg2, %arg0, %arg3, %11) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %13 = "tessera.stash_write"(%8, %12#1, %11) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %14 = "tessera.constant"() {value = dense<3> : tensor<i32>} : () -> tensor<i32>
    %15:7 = "tessera.repeat"(%0, %9#1, %12#0, %13, %10#0, %10#1, %9#0) ({
    ^bb0(%arg4: tensor<i32>, %arg5: tensor<4xf32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<3x4xf32>, %arg9: tensor<4xf32>, %arg10: tensor<4xf32>, %arg11: tensor<4xf32>):
      %25 = "tessera.stash_read"(%arg8, %arg4) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
      %26 = "func.call"(%25, %arg11, %arg0, %arg5) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %27:2 = "func.call"(%arg10, %arg9, %arg1, %arg6) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %28:2 = "func.call"(%arg7, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %29 = "tessera.add"(%arg4, %14) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %30:2 = "func.call"(%arg2, %arg0, %arg3, %29) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
      %31 = "tessera.stash_write"(%arg8, %30#1, %29) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
      "tessera.yield"(%26, %27#1, %30#0, %31, %28#0, %28#1, %27#0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %16 = "tessera.stash_read"(%15#3, %6) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %17 = "func.call"(%16, %15#6, %arg0, %15#0) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %18:2 = "func.call"(%15#5, %15#4, %arg1, %15#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %19:2 = "func.call"(%15#2, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %20 = "tessera.stash_read"(%15#3, %11) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %21 = "func.call"(%20, %18#0, %arg0, %17) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %22:2 = "func.call"(%19#1, %19#0, %arg1, %18#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %23 = "tessera.stash_read"(%15#3, %14) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %24 = "func.call"(%23, %22#0, %arg0, %21) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%24, %22#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>):
    %0 = "tessera.convert"(%arg3) {to = f32} : (tensor<i32>) -> tensor<f32>
    %1 = "tessera.multiply"(%arg0, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg1, %1, %arg2) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%2#0, %2#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg1, %arg0, %arg2) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%0#0, %0#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0#1, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "slot_backward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
}) : () -> ()
// -----
// Three stages, two on one IPU; a value of the first skips the second.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_forward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_forward", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_backward", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1:3 = "tessera.repeat"(%0, %0, %0) ({
    ^bb0(%arg5: tensor<i32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>):
      %2 = "tessera.convert"(%arg5) {to = f32} : (tensor<i32>) -> tensor<f32>
      %3 = "tessera.multiply"(%arg3, %2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
      %4:2 = "func.call"(%arg0, %3, %arg4) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %5:2 = "func.call"(%arg1, %4#0, %arg4) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %6:2 = "func.call"(%arg2, %5#0, %4#1) {callee = @stage_2_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %7:2 = "func.call"(%arg2, %6#1, %6#0) {callee = @stage_2_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %8:2 = "func.call"(%arg1, %5#1, %7#1) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %9:2 = "func.call"(%arg0, %4#1, %8#1) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %10 = "tessera.add"(%arg6, %9#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %11 = "tessera.add"(%arg7, %8#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %12 = "tessera.add"(%arg8, %7#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%10, %11, %12) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 6 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    "func.return"(%1#0, %1#1, %1#2) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_forward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_forward", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_backward", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_1_backward", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<4xf32>} : () -> tensor<4xf32>
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 5, 4>} : () -> tensor<5x4xf32>
    %2 = "tessera.undefined"() {element = f32, shape = array<i64: 3, 4>} : () -> tensor<3x4xf32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4:2 = "func.call"(%arg3, %arg0, %arg4, %3) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %5 = "tessera.stash_write"(%1, %4#1, %3) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    %6:2 = "func.call"(%4#0, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %7 = "tessera.stash_write"(%2, %6#1, %3) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %8 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %9:2 = "func.call"(%arg3, %arg0, %arg4, %8) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %10 = "tessera.stash_write"(%5, %9#1, %8) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    %11:2 = "func.call"(%6#0, %4#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %12:2 = "func.call"(%9#0, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %13 = "tessera.stash_write"(%7, %12#1, %8) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %14 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %15:2 = "func.call"(%arg3, %arg0, %arg4, %14) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %16 = "tessera.stash_write"(%10, %15#1, %14) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    %17:2 = "func.call"(%11#1, %11#0, %arg2, %0) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %18:2 = "func.call"(%12#0, %9#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %19:2 = "func.call"(%15#0, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %20 = "tessera.stash_write"(%13, %19#1, %14) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %21 = "tessera.constant"() {value = dense<3> : tensor<i32>} : () -> tensor<i32>
    %22:2 = "func.call"(%arg3, %arg0, %arg4, %21) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %23 = "tessera.stash_write"(%16, %22#1, %21) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    %24 = "tessera.stash_read"(%20, %3) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %25:2 = "func.call"(%24, %17#0, %arg1, %0) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %26:2 = "func.call"(%18#1, %18#0, %arg2, %17#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %27:2 = "func.call"(%19#0, %15#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %28:2 = "func.call"(%22#0, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %29 = "tessera.stash_write"(%20, %28#1, %21) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %30 = "tessera.constant"() {value = dense<4> : tensor<i32>} : () -> tensor<i32>
    %31:2 = "func.call"(%arg3, %arg0, %arg4, %30) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
    %32 = "tessera.stash_write"(%23, %31#1, %30) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    %33 = "tessera.constant"() {value = dense<5> : tensor<i32>} : () -> tensor<i32>
    %34:13 = "tessera.repeat"(%0, %25#1, %26#1, %31#0, %31#1, %22#1, %32, %28#0, %29, %27#0, %27#1, %26#0, %25#0) ({
    ^bb0(%arg5: tensor<i32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>, %arg9: tensor<4xf32>, %arg10: tensor<4xf32>, %arg11: tensor<4xf32>, %arg12: tensor<5x4xf32>, %arg13: tensor<4xf32>, %arg14: tensor<3x4xf32>, %arg15: tensor<4xf32>, %arg16: tensor<4xf32>, %arg17: tensor<4xf32>, %arg18: tensor<4xf32>):
      %60 = "tessera.stash_read"(%arg12, %arg5) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
      %61 = "func.call"(%60, %arg18, %arg0, %arg6) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %62 = "tessera.add"(%arg5, %8) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %63 = "tessera.stash_read"(%arg14, %62) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
      %64:2 = "func.call"(%63, %arg17, %arg1, %arg7) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %65:2 = "func.call"(%arg16, %arg15, %arg2, %arg8) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %66:2 = "func.call"(%arg13, %arg11, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %67 = "tessera.add"(%arg5, %30) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %68:2 = "func.call"(%arg9, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %69 = "tessera.stash_write"(%arg14, %68#1, %67) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
      %70 = "tessera.add"(%arg5, %33) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %71:2 = "func.call"(%arg3, %arg0, %arg4, %70) {callee = @slot_forward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>)
      %72 = "tessera.stash_write"(%arg12, %71#1, %70) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
      "tessera.yield"(%61, %64#1, %65#1, %71#0, %71#1, %arg10, %72, %68#0, %69, %66#0, %66#1, %65#0, %64#0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %35 = "tessera.stash_read"(%34#6, %8) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %36 = "func.call"(%35, %34#12, %arg0, %34#0) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %37 = "tessera.stash_read"(%34#8, %14) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %38:2 = "func.call"(%37, %34#11, %arg1, %34#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %39:2 = "func.call"(%34#10, %34#9, %arg2, %34#2) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %40:2 = "func.call"(%34#7, %34#5, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %41:2 = "func.call"(%34#3, %arg1, %arg4) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %42 = "tessera.stash_write"(%34#8, %41#1, %33) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    %43 = "tessera.stash_read"(%34#6, %14) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %44 = "func.call"(%43, %38#0, %arg0, %36) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %45 = "tessera.stash_read"(%42, %21) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %46:2 = "func.call"(%45, %39#0, %arg1, %38#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %47:2 = "func.call"(%40#1, %40#0, %arg2, %39#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %48:2 = "func.call"(%41#0, %34#4, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %49 = "tessera.stash_read"(%34#6, %21) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %50 = "func.call"(%49, %46#0, %arg0, %44) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %51 = "tessera.stash_read"(%42, %30) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %52:2 = "func.call"(%51, %47#0, %arg1, %46#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %53:2 = "func.call"(%48#1, %48#0, %arg2, %47#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %54 = "tessera.stash_read"(%34#6, %30) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %55 = "func.call"(%54, %52#0, %arg0, %50) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %56 = "tessera.stash_read"(%42, %33) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %57:2 = "func.call"(%56, %53#0, %arg1, %52#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %58 = "tessera.stash_read"(%34#6, %33) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %59 = "func.call"(%58, %57#0, %arg0, %55) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%59, %57#1, %53#1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>):
    %0 = "tessera.convert"(%arg3) {to = f32} : (tensor<i32>) -> tensor<f32>
    %1 = "tessera.multiply"(%arg0, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg1, %1, %arg2) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%2#0, %2#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg1, %arg0, %arg2) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%0#0, %0#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_2_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%0#0, %0#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_2", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_2_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0#1, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_2", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0#1, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "slot_backward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
}) : () -> ()
// -----
// No stages.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "tessera.add"(%arg2, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 4 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "sum"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "tessera.add"(%arg2, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 4 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "sum"} : () -> ()
}) : () -> ()
