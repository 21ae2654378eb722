// RUN: fold,canonicalize,cse,dce
// What folding shows to be neutral goes, and equal forms merge.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2xf32>, %arg2: tensor<1x1x2xf32>):
    %0 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.constant"() {value = dense<-1> : tensor<i32>} : () -> tensor<i32>
    %2 = "tessera.add"(%0, %1) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %3 = "tessera.add"(%2, %arg0) : (tensor<i32>, tensor<2xi32>) -> tensor<2xi32>
    %4 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %5 = "tessera.multiply"(%4, %arg1) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %6 = "tessera.multiply"(%arg1, %4) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %7 = "tessera.add"(%5, %6) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %8 = "tessera.reshape"(%arg2) {shape = array<i64: 2>} : (tensor<1x1x2xf32>) -> tensor<2xf32>
    %9 = "tessera.transpose"(%arg2) {permutation = array<i64: 2, 0, 1>} : (tensor<1x1x2xf32>) -> tensor<2x1x1xf32>
    %10 = "tessera.reshape"(%9) {shape = array<i64: 2>} : (tensor<2x1x1xf32>) -> tensor<2xf32>
    %11 = "tessera.add"(%8, %10) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%3, %7, %11) : (tensor<2xi32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2xf32>, tensor<1x1x2xf32>) -> (tensor<2xi32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<2xf32>, %arg2: tensor<1x1x2xf32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.multiply"(%arg1, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %2 = "tessera.add"(%1, %1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.reshape"(%arg2) {shape = array<i64: 2>} : (tensor<1x1x2xf32>) -> tensor<2xf32>
    %4 = "tessera.add"(%3, %3) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%arg0, %2, %4) : (tensor<2xi32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<2xf32>, tensor<1x1x2xf32>) -> (tensor<2xi32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
