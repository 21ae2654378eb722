// RUN: recompute{mode=within-bytes bytes=48}
// What is kept, 48 bytes, fits exactly: nothing is computed again.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh"(%0) : (tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1) : (tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>) -> tensor<3xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh"(%0) : (tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1) : (tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %2 = "func.call"(%1#1, %1#0, %arg1) {callee = @encoder_layer_backward} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %3 = "func.call"(%0#1, %0#0, %2) {callee = @encoder_layer_backward} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1#0, %3) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh"(%0) : (tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1) : (tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>) -> tensor<3xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh"(%0) : (tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1) : (tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %2 = "func.call"(%1#1, %1#0, %arg1) {callee = @encoder_layer_backward} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %3 = "func.call"(%0#1, %0#0, %2) {callee = @encoder_layer_backward} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1#0, %3) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
// Of 64 bytes the earlier layer frees 32, which is enough.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "func.call"(%1#1, %1#0, %arg1) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "func.call"(%0#1, %0#0, %2) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1#0, %3) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %1:2 = "func.call"(%0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2 = "func.call"(%1#1, %1#0, %arg1) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %4 = "func.call"(%3#1, %3#0, %2) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1#0, %4) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
// Stage 0 of 2 keeps 3 micro-batches. Of each one checkpoint of 16 bytes fits exactly.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%1#0, %0#0, %0#1, %1#1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>):
    %0 = "func.call"(%arg3, %arg0, %arg4) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%arg2, %arg1, %0) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0:4 = "func.call"(%arg0) {callee = @stage_0_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %1 = "func.call"(%0#0) {callee = @stage_1} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%0#0, %0#1, %0#2, %0#3, %arg1) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "func.call"(%0#1, %0#0, %arg1) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2:2 = "func.call"(%arg2) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "func.call"(%2#1, %2#0, %1) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) {callee = @stage_0_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "func.call"(%0#0) {callee = @stage_1} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%0#1, %arg1, %arg0) {callee = @stage_0_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
// A checkpoint of 32 bytes does not: the first layer runs again to give the second one's input.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh"(%0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh"(%0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1, %0) : (tensor<8xf32>, tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>, %arg2: tensor<8xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    "func.return"(%1#0, %0#0, %0#1, %1#1) : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>), sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>, %arg2: tensor<8xf32>, %arg3: tensor<8xf32>, %arg4: tensor<8xf32>):
    %0 = "func.call"(%arg3, %arg0, %arg4) {callee = @encoder_layer_backward} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %1 = "func.call"(%arg2, %arg1, %0) {callee = @encoder_layer_backward} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%0) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>):
    %0:4 = "func.call"(%arg0) {callee = @stage_0_forward} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>)
    %1 = "func.call"(%0#0) {callee = @stage_1} : (tensor<8xf32>) -> tensor<8xf32>
    %2 = "func.call"(%0#0, %0#1, %0#2, %0#3, %arg1) {callee = @stage_0_backward} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1, %2) : (tensor<8xf32>, tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh"(%0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh"(%0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1, %0) : (tensor<8xf32>, tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>), sym_name = "encoder_layer_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>, %arg2: tensor<8xf32>):
    %0 = "tessera.tanh_gradient"(%arg2, %arg1) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>, sym_name = "encoder_layer_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_0_forward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>):
    %0 = "func.call"(%arg1) {callee = @encoder_layer} : (tensor<8xf32>) -> tensor<8xf32>
    %1:2 = "func.call"(%0) {callee = @encoder_layer_forward} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    %2 = "func.call"(%1#1, %1#0, %arg0) {callee = @encoder_layer_backward} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %3:2 = "func.call"(%arg1) {callee = @encoder_layer_forward} : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
    %4 = "func.call"(%3#1, %3#0, %2) {callee = @encoder_layer_backward} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%4) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_0_backward", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%0) : (tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>) -> tensor<8xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>):
    %0 = "func.call"(%arg0) {callee = @stage_0_forward} : (tensor<8xf32>) -> tensor<8xf32>
    %1 = "func.call"(%0) {callee = @stage_1} : (tensor<8xf32>) -> tensor<8xf32>
    %2 = "func.call"(%arg1, %arg0) {callee = @stage_0_backward} : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    "func.return"(%1, %2) : (tensor<8xf32>, tensor<8xf32>) -> ()
  }) {function_type = (tensor<8xf32>, tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
