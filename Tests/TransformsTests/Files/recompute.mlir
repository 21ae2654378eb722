// RUN: recompute
// Each layer's forward function is called again before its backward function; the head's is not.
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
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%1) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<f32>, sym_name = "heads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>), sym_name = "heads_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.broadcast"(%arg1) {shape = array<i64: 4>} : (tensor<f32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "heads_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1:2 = "func.call"(%0#0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %2:2 = "func.call"(%1#0) {callee = @heads_forward} : (tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>)
    %3 = "func.call"(%2#1, %arg1) {callee = @heads_backward} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %4 = "func.call"(%1#1, %1#0, %3) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "func.call"(%0#1, %0#0, %4) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2#0, %5) : (tensor<f32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> (tensor<f32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
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
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%1) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<f32>, sym_name = "heads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%1, %0) : (tensor<f32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>), sym_name = "heads_forward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.broadcast"(%arg1) {shape = array<i64: 4>} : (tensor<f32>) -> tensor<4xf32>
    %1 = "tessera.tanh_gradient"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "heads_backward"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "func.call"(%arg0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @encoder_layer} : (tensor<4xf32>) -> tensor<4xf32>
    %2:2 = "func.call"(%1) {callee = @heads_forward} : (tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>)
    %3 = "func.call"(%2#1, %arg1) {callee = @heads_backward} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %4:2 = "func.call"(%0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %5 = "func.call"(%4#1, %4#0, %3) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6:2 = "func.call"(%arg0) {callee = @encoder_layer_forward} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %7 = "func.call"(%6#1, %6#0, %5) {callee = @encoder_layer_backward} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2#0, %7) : (tensor<f32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> (tensor<f32>, tensor<4xf32>), sym_name = "micro_batch"} : () -> ()
}) : () -> ()
