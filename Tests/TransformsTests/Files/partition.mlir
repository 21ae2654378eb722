// RUN: partition{stages=emb,hid;hid;heads devices=0,1,0}
// A value that skips a stage is carried through it; constants and reshaped arguments are made by each
// reader; what depends on arguments alone goes to its first reader.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf32>, %arg1: tensor<3xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) : (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
    "func.return"(%0) : (tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>, sym_name = "embeddings"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    "func.return"(%1) : (tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<2xf32>, %arg3: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.multiply"(%0, %arg2) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.reduce_sum"(%1) {axes = array<i64: 0, 1>} : (tensor<3x2xf32>) -> tensor<f32>
    %3 = "tessera.add"(%2, %arg3) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%3) : (tensor<f32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<f32>, sym_name = "heads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf32>, %arg1: tensor<1x2xf32>, %arg2: tensor<2xf32>, %arg3: tensor<3xi32>, %arg4: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.reshape"(%arg1) {shape = array<i64: 2>} : (tensor<1x2xf32>) -> tensor<2xf32>
    %2 = "tessera.negate"(%arg4) : (tensor<f32>) -> tensor<f32>
    %3 = "func.call"(%arg0, %arg3) {callee = @embeddings} : (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
    %4 = "func.call"(%3, %1, %0) {callee = @encoder_layer} : (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %5 = "tessera.negate"(%4) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %6 = "func.call"(%5, %arg2, %0) {callee = @encoder_layer} : (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %7 = "func.call"(%4, %6, %1, %2) {callee = @heads} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<f32>
    "func.return"(%7, %0) : (tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<4x2xf32>, tensor<1x2xf32>, tensor<2xf32>, tensor<3xi32>, tensor<f32>) -> (tensor<f32>, tensor<f32>), sym_name = "loss"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf32>, %arg1: tensor<3xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) : (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
    "func.return"(%0) : (tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>, sym_name = "embeddings"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    "func.return"(%1) : (tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>, sym_name = "encoder_layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<2xf32>, %arg3: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.multiply"(%0, %arg2) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.reduce_sum"(%1) {axes = array<i64: 0, 1>} : (tensor<3x2xf32>) -> tensor<f32>
    %3 = "tessera.add"(%2, %arg3) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%3) : (tensor<f32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<f32>, sym_name = "heads"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf32>, %arg1: tensor<1x2xf32>, %arg2: tensor<2xf32>, %arg3: tensor<3xi32>, %arg4: tensor<f32>):
    %0:2 = "func.call"(%arg0, %arg1, %arg3) {callee = @stage_0} : (tensor<4x2xf32>, tensor<1x2xf32>, tensor<3xi32>) -> (tensor<3x2xf32>, tensor<3x2xf32>)
    %1:2 = "func.call"(%0#0, %0#1, %arg2) {callee = @stage_1} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>)
    %2 = "func.call"(%1#0, %1#1, %arg1, %arg4) {callee = @stage_2} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<1x2xf32>, tensor<f32>) -> tensor<f32>
    %3 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    "func.return"(%2, %3) : (tensor<f32>, tensor<f32>) -> ()
  }) {function_type = (tensor<4x2xf32>, tensor<1x2xf32>, tensor<2xf32>, tensor<3xi32>, tensor<f32>) -> (tensor<f32>, tensor<f32>), sym_name = "loss"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x2xf32>, %arg1: tensor<1x2xf32>, %arg2: tensor<3xi32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.reshape"(%arg1) {shape = array<i64: 2>} : (tensor<1x2xf32>) -> tensor<2xf32>
    %2 = "func.call"(%arg0, %arg2) {callee = @embeddings} : (tensor<4x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
    %3 = "func.call"(%2, %1, %0) {callee = @encoder_layer} : (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %4 = "tessera.negate"(%3) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    "func.return"(%3, %4) : (tensor<3x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<4x2xf32>, tensor<1x2xf32>, tensor<3xi32>) -> (tensor<3x2xf32>, tensor<3x2xf32>), sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<2xf32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "func.call"(%arg1, %arg2, %0) {callee = @encoder_layer} : (tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<3x2xf32>
    "func.return"(%arg0, %1) : (tensor<3x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>), sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3x2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<1x2xf32>, %arg3: tensor<f32>):
    %0 = "tessera.reshape"(%arg2) {shape = array<i64: 2>} : (tensor<1x2xf32>) -> tensor<2xf32>
    %1 = "tessera.negate"(%arg3) : (tensor<f32>) -> tensor<f32>
    %2 = "func.call"(%arg0, %arg1, %0, %1) {callee = @heads} : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2) : (tensor<f32>) -> ()
  }) {function_type = (tensor<3x2xf32>, tensor<3x2xf32>, tensor<1x2xf32>, tensor<f32>) -> tensor<f32>, sym_name = "stage_2", tessera.ipu = 0 : i64, tessera.stage = 2 : i64} : () -> ()
}) : () -> ()
