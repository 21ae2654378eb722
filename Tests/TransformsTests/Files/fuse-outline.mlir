// RUN: fuse,outline{minimum=2}
// Equal chains are equal operations for outlining; one with another operation in it is not. The function
// stays at its stage.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "tessera.matmul"(%arg0, %arg0) {partials = f32, transpose_left = false, transpose_right = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = "tessera.add"(%0, %arg1) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    %2 = "tessera.gelu_tanh"(%1) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %3 = "tessera.matmul"(%2, %2) {partials = f32, transpose_left = false, transpose_right = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %4 = "tessera.add"(%3, %arg2) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    %5 = "tessera.gelu_tanh"(%4) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %6 = "tessera.matmul"(%5, %5) {partials = f32, transpose_left = false, transpose_right = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %7 = "tessera.add"(%6, %arg3) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    %8 = "tessera.gelu_erf"(%7) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    "func.return"(%8) : (tensor<4x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x4xf32>, sym_name = "f", tessera.ipu = 1 : i64, tessera.stage = 2 : i64} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "func.call"(%arg0, %arg1) {callee = @outlined_0} : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    %1 = "func.call"(%0, %arg2) {callee = @outlined_0} : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    %2 = "tessera.matmul"(%1, %1) {partials = f32, transpose_left = false, transpose_right = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %3 = "tessera.fuse"(%2, %arg3) ({
    ^bb0(%arg4: tensor<4x4xf32>, %arg5: tensor<4xf32>):
      %4 = "tessera.add"(%arg4, %arg5) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
      %5 = "tessera.gelu_erf"(%4) : (tensor<4x4xf32>) -> tensor<4x4xf32>
      "tessera.yield"(%5) : (tensor<4x4xf32>) -> ()
    }, {
    }) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    "func.return"(%3) : (tensor<4x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x4xf32>, sym_name = "f", tessera.ipu = 1 : i64, tessera.stage = 2 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.matmul"(%arg0, %arg0) {partials = f32, transpose_left = false, transpose_right = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = "tessera.fuse"(%0, %arg1) ({
    ^bb0(%arg2: tensor<4x4xf32>, %arg3: tensor<4xf32>):
      %2 = "tessera.add"(%arg2, %arg3) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
      %3 = "tessera.gelu_tanh"(%2) : (tensor<4x4xf32>) -> tensor<4x4xf32>
      "tessera.yield"(%3) : (tensor<4x4xf32>) -> ()
    }, {
    }) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
    "func.return"(%1) : (tensor<4x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>, sym_name = "outlined_0"} : () -> ()
}) : () -> ()
