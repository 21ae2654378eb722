// RUN: pipeline-schedule{schedule=interleaved}
// Three stages: stashes of 3 and 2.
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
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_forward", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_backward", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
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
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_forward", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_2_backward", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
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
    %1 = "tessera.undefined"() {element = f32, shape = array<i64: 3, 4>} : () -> tensor<3x4xf32>
    %2 = "tessera.undefined"() {element = f32, shape = array<i64: 2, 4>} : () -> tensor<2x4xf32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4:3 = "func.call"(%1, %arg3, %arg0, %arg4, %3) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>)
    %5:2 = "func.call"(%4#0, %2, %arg1, %arg4, %3) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<2x4xf32>)
    %6:2 = "func.call"(%5#0, %4#1, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %7 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %8:3 = "func.call"(%4#2, %arg3, %arg0, %arg4, %7) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>)
    %9:2 = "func.call"(%6#1, %6#0, %arg2, %0) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %10:2 = "func.call"(%8#0, %5#1, %arg1, %arg4, %7) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<2x4xf32>)
    %11 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %12:8 = "tessera.repeat"(%0, %0, %9#1, %8#1, %8#2, %10#0, %10#1, %9#0) ({
    ^bb0(%arg5: tensor<i32>, %arg6: tensor<4xf32>, %arg7: tensor<4xf32>, %arg8: tensor<4xf32>, %arg9: tensor<4xf32>, %arg10: tensor<3x4xf32>, %arg11: tensor<4xf32>, %arg12: tensor<2x4xf32>, %arg13: tensor<4xf32>):
      %21:2 = "func.call"(%arg13, %arg12, %arg1, %arg5, %arg7) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %22:2 = "func.call"(%arg11, %arg9, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %23 = "tessera.add"(%arg5, %11) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %24:3 = "func.call"(%arg10, %arg3, %arg0, %arg4, %23) {callee = @slot_forward_0} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>)
      %25 = "func.call"(%21#0, %24#2, %arg0, %arg5, %arg6) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
      %26:2 = "func.call"(%22#1, %22#0, %arg2, %arg8) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
      %27 = "tessera.add"(%arg5, %11) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %28:2 = "func.call"(%24#0, %arg12, %arg1, %arg4, %27) {callee = @slot_forward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<2x4xf32>)
      "tessera.yield"(%25, %21#1, %26#1, %24#1, %24#2, %28#0, %28#1, %26#0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>) -> ()
    }, {
    }) {count = 4 : i64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>)
    %13 = "tessera.constant"() {value = dense<4> : tensor<i32>} : () -> tensor<i32>
    %14:2 = "func.call"(%12#7, %12#6, %arg1, %13, %12#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %15:2 = "func.call"(%12#5, %12#3, %arg2) {callee = @slot_forward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %16 = "func.call"(%14#0, %12#4, %arg0, %13, %12#0) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    %17:2 = "func.call"(%15#1, %15#0, %arg2, %12#2) {callee = @slot_backward_2} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %18 = "tessera.constant"() {value = dense<5> : tensor<i32>} : () -> tensor<i32>
    %19:2 = "func.call"(%17#0, %12#6, %arg1, %18, %14#1) {callee = @slot_backward_1} : (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %20 = "func.call"(%19#0, %12#4, %arg0, %18, %16) {callee = @slot_backward_0} : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%20, %19#1, %17#1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "replica_gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<i32>):
    %0 = "tessera.convert"(%arg4) {to = f32} : (tensor<i32>) -> tensor<f32>
    %1 = "tessera.multiply"(%arg1, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg2, %1, %arg3) {callee = @stage_0_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "tessera.stash_write"(%arg0, %2#1, %arg4) : (tensor<3x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<3x4xf32>
    "func.return"(%2#0, %2#1, %3) : (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>) -> ()
  }) {function_type = (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>), sym_name = "slot_forward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<2x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<i32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg3) {callee = @stage_1_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.stash_write"(%arg1, %0#1, %arg4) : (tensor<2x4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<2x4xf32>
    "func.return"(%0#0, %1) : (tensor<4xf32>, tensor<2x4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> (tensor<4xf32>, tensor<2x4xf32>), sym_name = "slot_forward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_2_forward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%0#0, %0#1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_forward_2", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg2, %arg0, %arg1) {callee = @stage_2_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%arg3, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0#1, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_2", tessera.ipu = 2 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<2x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>, %arg4: tensor<4xf32>):
    %0 = "tessera.stash_read"(%arg1, %arg3) : (tensor<2x4xf32>, tensor<i32>) -> tensor<4xf32>
    %1:2 = "func.call"(%arg2, %0, %arg0) {callee = @stage_1_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.add"(%arg4, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1#1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "slot_backward_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<3x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<i32>, %arg4: tensor<4xf32>):
    %0 = "tessera.stash_read"(%arg1, %arg3) : (tensor<3x4xf32>, tensor<i32>) -> tensor<4xf32>
    %1:2 = "func.call"(%arg2, %0, %arg0) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.add"(%arg4, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<i32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "slot_backward_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
}) : () -> ()
