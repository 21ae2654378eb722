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
    %3:2 = "func.call"(%1, %arg2, %arg0, %arg3, %2) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %4:2 = "func.call"(%3#0, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %5 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %6:2 = "func.call"(%3#1, %arg2, %arg0, %arg3, %5) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %7:2 = "func.call"(%4#1, %4#0, %arg1, %0) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %8:2 = "func.call"(%6#0, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %9 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %10:2 = "func.call"(%6#1, %arg2, %arg0, %arg3, %9) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %11 = "tessera.constant"() {value = dense<3> : tensor<i32>} : () -> tensor<i32>
    %12:7 = "tessera.repeat"(%0, %7#1, %10#0, %10#1, %8#0, %8#1, %7#0) ({
    ^bb0(%arg4: tensor<i32>, %arg5: tensor<4xf32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<3x4xf32>, %arg9: tensor<4xf32>, %arg10: tensor<4xf32>, %arg11: tensor<4xf32>):
      %19 = "func.call"(%arg11, %arg8, %arg0, %arg4, %arg5) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
      %20:2 = "func.call"(%arg10, %arg9, %arg1, %arg6) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %21:2 = "func.call"(%arg7, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %22 = "tessera.add"(%arg4, %11) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %23:2 = "func.call"(%arg8, %arg2, %arg0, %arg3, %22) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
      "tessera.yield"(%19, %20#1, %23#0, %23#1, %21#0, %21#1, %20#0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %13 = "func.call"(%12#6, %12#3, %arg0, %5, %12#0) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %14:2 = "func.call"(%12#5, %12#4, %arg1, %12#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %15:2 = "func.call"(%12#2, %arg1, %arg3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %16 = "func.call"(%14#0, %12#3, %arg0, %9, %13) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %17:2 = "func.call"(%15#1, %15#0, %arg1, %14#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %18 = "func.call"(%17#0, %12#3, %arg0, %11, %16) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%18, %17#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<i32>):
    %0 = "tessera.convert"(%arg4) {to = f32} : (tensor<i32>) -> tensor<f32>
    %1 = "tessera.multiply"(%arg1, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg2, %1, %arg3) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "tessera.stash_write"(%arg0, %2#1, %arg4) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    "func.return"(%2#0, %3) : (tensor<4xf32>, tensor<3x4xf32>) -> ()
  }) {function_type = (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>), sym_name = "slot_forward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
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
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>, %arg4: tensor<4xf32>):
    %0 = "tessera.stash_read"(%arg1, %arg3) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %1:2 = "func.call"(%arg2, %0, %arg0) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.add"(%arg4, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "slot_backward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
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
    %4:3 = "func.call"(%1, %arg3, %arg0, %arg4, %3) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
    %5:2 = "func.call"(%4#0, %2, %arg1, %arg4, %3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %6 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %7:3 = "func.call"(%4#2, %arg3, %arg0, %arg4, %6) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
    %8:2 = "func.call"(%5#0, %4#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %9:2 = "func.call"(%7#0, %5#1, %arg1, %arg4, %6) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %10 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %11:3 = "func.call"(%7#2, %arg3, %arg0, %arg4, %10) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
    %12:2 = "func.call"(%8#1, %8#0, %arg2, %0) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %13:2 = "func.call"(%9#0, %7#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %14:2 = "func.call"(%11#0, %9#1, %arg1, %arg4, %10) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %15 = "tessera.constant"() {value = dense<3> : tensor<i32>} : () -> tensor<i32>
    %16:3 = "func.call"(%11#2, %arg3, %arg0, %arg4, %15) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
    %17:2 = "func.call"(%12#0, %14#1, %arg1, %3, %0) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %18:2 = "func.call"(%13#1, %13#0, %arg2, %12#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %19:2 = "func.call"(%14#0, %11#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %20:2 = "func.call"(%16#0, %14#1, %arg1, %arg4, %15) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %21 = "tessera.constant"() {value = dense<4> : tensor<i32>} : () -> tensor<i32>
    %22:3 = "func.call"(%16#2, %arg3, %arg0, %arg4, %21) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
    %23 = "tessera.constant"() {value = dense<5> : tensor<i32>} : () -> tensor<i32>
    %24:13 = "tessera.repeat"(%0, %17#1, %18#1, %22#0, %22#1, %16#1, %22#2, %20#0, %20#1, %19#0, %19#1, %18#0, %17#0) ({
    ^bb0(%arg5: tensor<i32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>, %arg9: tensor<4xf32>, %arg10: tensor<4xf32>, %arg11: tensor<4xf32>, %arg12: tensor<5x4xf32>, %arg13: tensor<4xf32>, %arg14: tensor<3x4xf32>, %arg15: tensor<4xf32>, %arg16: tensor<4xf32>, %arg17: tensor<4xf32>, %arg18: tensor<4xf32>):
      %40 = "func.call"(%arg18, %arg12, %arg0, %arg5, %arg6) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
      %41 = "tessera.add"(%arg5, %6) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %42:2 = "func.call"(%arg17, %arg14, %arg1, %41, %arg7) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %43:2 = "func.call"(%arg16, %arg15, %arg2, %arg8) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %44:2 = "func.call"(%arg13, %arg11, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %45 = "tessera.add"(%arg5, %21) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %46:2 = "func.call"(%arg9, %arg14, %arg1, %arg4, %45) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
      %47 = "tessera.add"(%arg5, %23) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %48:3 = "func.call"(%arg12, %arg3, %arg0, %arg4, %47) {callee = @slot_forward_0} : (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>)
      "tessera.yield"(%40, %42#1, %43#1, %48#0, %48#1, %arg10, %48#2, %46#0, %46#1, %44#0, %44#1, %43#0, %42#0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 1 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %25 = "func.call"(%24#12, %24#6, %arg0, %6, %24#0) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %26:2 = "func.call"(%24#11, %24#8, %arg1, %10, %24#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %27:2 = "func.call"(%24#10, %24#9, %arg2, %24#2) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %28:2 = "func.call"(%24#7, %24#5, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %29:2 = "func.call"(%24#3, %24#8, %arg1, %arg4, %23) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>)
    %30 = "func.call"(%26#0, %24#6, %arg0, %10, %25) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %31:2 = "func.call"(%27#0, %29#1, %arg1, %15, %26#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %32:2 = "func.call"(%28#1, %28#0, %arg2, %27#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %33:2 = "func.call"(%29#0, %24#4, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %34 = "func.call"(%31#0, %24#6, %arg0, %15, %30) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %35:2 = "func.call"(%32#0, %29#1, %arg1, %21, %31#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %36:2 = "func.call"(%33#1, %33#0, %arg2, %32#1) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %37 = "func.call"(%35#0, %24#6, %arg0, %21, %34) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %38:2 = "func.call"(%36#0, %29#1, %arg1, %23, %35#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %39 = "func.call"(%38#0, %24#6, %arg0, %23, %37) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%39, %38#1, %36#1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<5x4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<i32>):
    %0 = "tessera.convert"(%arg4) {to = f32} : (tensor<i32>) -> tensor<f32>
    %1 = "tessera.multiply"(%arg1, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg2, %1, %arg3) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "tessera.stash_write"(%arg0, %2#1, %arg4) : (tensor<5x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<5x4xf32>
    "func.return"(%2#0, %2#1, %3) : (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>) -> ()
  }) {function_type = (tensor<5x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<5x4xf32>), sym_name = "slot_forward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<i32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg3) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.stash_write"(%arg1, %0#1, %arg4) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    "func.return"(%0#0, %1) : (tensor<4xf32>, tensor<3x4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<3x4xf32>), sym_name = "slot_forward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
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
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>, %arg4: tensor<4xf32>):
    %0 = "tessera.stash_read"(%arg1, %arg3) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %1:2 = "func.call"(%arg2, %0, %arg0) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.add"(%arg4, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1#1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<5x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>, %arg4: tensor<4xf32>):
    %0 = "tessera.stash_read"(%arg1, %arg3) : (tensor<5x4xf32>, tensor<i32>) -> tensor<4xf32>
    %1:2 = "func.call"(%arg2, %0, %arg0) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.add"(%arg4, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "slot_backward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
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
