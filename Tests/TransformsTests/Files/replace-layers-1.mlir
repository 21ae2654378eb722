// RUN: replace-layers{factor=1}
// One slice is the whole: nothing changes.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<5xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) {padding_index = 0 : i64} : (tensor<2x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
    "func.return"(%0) : (tensor<5x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>, sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<5xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) {padding_index = 0 : i64} : (tensor<2x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
    "func.return"(%0) : (tensor<5x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>, sym_name = "main"} : () -> ()
}) : () -> ()
