// RUN: inline,outline
// Eight operations a layer: what was a function is one again, with the numbers of its dropout as an argument.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.dropout"(%arg0, %arg1, %arg2) {probability = 2.500000e-01 : f64} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.multiply"(%2, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.tanh"(%3) : (tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.add"(%4, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.multiply"(%5, %4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.tanh"(%6) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%7) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>, sym_name = "layer"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xi32>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "func.call"(%arg0, %arg1, %0) {callee = @layer} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %2 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %3 = "func.call"(%1, %arg1, %2) {callee = @layer} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %4 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %5 = "func.call"(%3, %arg1, %4) {callee = @layer} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    "func.return"(%5) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xi32>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "func.call"(%arg0, %arg1, %0) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %2 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %3 = "func.call"(%1, %arg1, %2) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %4 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %5 = "func.call"(%3, %arg1, %4) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    "func.return"(%5) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>):
    %0 = "tessera.dropout"(%arg0, %arg1, %arg2) {probability = 2.500000e-01 : f64} : (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.multiply"(%2, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.tanh"(%3) : (tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.add"(%4, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.multiply"(%5, %4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.tanh"(%6) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%7) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xi32>, tensor<i32>) -> tensor<4xf32>, sym_name = "outlined_0"} : () -> ()
}) : () -> ()
