// RUN: fold,dce
// Moves, arithmetic that is rounded correctly, conversions and lookups.
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.reshape"(%0) {shape = array<i64: 1>} : (tensor<i32>) -> tensor<1xi32>
    %2 = "tessera.constant"() {value = dense<7> : tensor<1xi32>} : () -> tensor<1xi32>
    %3 = "tessera.concatenate"(%1, %2) {axis = 0 : i64} : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %4 = "tessera.constant"() {value = dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    %5 = "tessera.transpose"(%4) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %6 = "tessera.constant"() {value = dense<3.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %7 = "tessera.divide"(%4, %6) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %8 = "tessera.square_root"(%6) : (tensor<f32>) -> tensor<f32>
    %9 = "tessera.convert"(%8) {to = f16} : (tensor<f32>) -> tensor<f16>
    %10 = "tessera.less"(%4, %6) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xi1>
    %11 = "tessera.select"(%10, %4, %6) : (tensor<2x2xi1>, tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %12 = "tessera.constant"() {value = dense<[1, 0]> : tensor<2xi32>} : () -> tensor<2xi32>
    %13 = "tessera.gather_rows"(%4, %12) : (tensor<2x2xf32>, tensor<2xi32>) -> tensor<2x2xf32>
    "func.return"(%3, %5, %7, %9, %11, %13) : (tensor<2xi32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f16>, tensor<2x2xf32>, tensor<2x2xf32>) -> ()
  }) {function_type = () -> (tensor<2xi32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f16>, tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<[0, 7]> : tensor<2xi32>} : () -> tensor<2xi32>
    %1 = "tessera.constant"() {value = dense<[[1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    %2 = "tessera.constant"() {value = dense<[[0.333333343, 0.666666686], [1.000000e+00, 1.33333337]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    %3 = "tessera.constant"() {value = dense<1.732420e+00> : tensor<f16>} : () -> tensor<f16>
    %4 = "tessera.constant"() {value = dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 3.000000e+00]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    %5 = "tessera.constant"() {value = dense<[[3.000000e+00, 4.000000e+00], [1.000000e+00, 2.000000e+00]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    "func.return"(%0, %1, %2, %3, %4, %5) : (tensor<2xi32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f16>, tensor<2x2xf32>, tensor<2x2xf32>) -> ()
  }) {function_type = () -> (tensor<2xi32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f16>, tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// A chain of one number, of any size; 1/0 has a value.
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<5000xf32>} : () -> tensor<5000xf32>
    %1 = "tessera.negate"(%0) : (tensor<5000xf32>) -> tensor<5000xf32>
    %2 = "tessera.reshape"(%1) {shape = array<i64: 50, 100>} : (tensor<5000xf32>) -> tensor<50x100xf32>
    %3 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %4 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %5 = "tessera.divide"(%3, %4) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %6 = "tessera.slice"(%2) {shape = array<i64: 2, 3>, starts = array<i64: 1, 1>} : (tensor<50x100xf32>) -> tensor<2x3xf32>
    "func.return"(%2, %5, %6) : (tensor<50x100xf32>, tensor<f32>, tensor<2x3xf32>) -> ()
  }) {function_type = () -> (tensor<50x100xf32>, tensor<f32>, tensor<2x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<-2.000000e+00> : tensor<50x100xf32>} : () -> tensor<50x100xf32>
    %1 = "tessera.constant"() {value = dense<0x7F800000> : tensor<f32>} : () -> tensor<f32>
    %2 = "tessera.constant"() {value = dense<-2.000000e+00> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
    "func.return"(%0, %1, %2) : (tensor<50x100xf32>, tensor<f32>, tensor<2x3xf32>) -> ()
  }) {function_type = () -> (tensor<50x100xf32>, tensor<f32>, tensor<2x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Approximations, sums, random numbers, and what is no constant stay.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<2xf32>} : () -> tensor<2xf32>
    %1 = "tessera.exponential"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.tanh"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
    %4 = "tessera.constant"() {value = dense<1> : tensor<4xi32>} : () -> tensor<4xi32>
    %5 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %6 = "tessera.dropout"(%0, %4, %5) {probability = 5.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    %7 = "tessera.add"(%0, %arg0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    "func.return"(%1, %2, %3, %6, %7) : (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<2xf32>} : () -> tensor<2xf32>
    %1 = "tessera.exponential"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.tanh"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
    %4 = "tessera.constant"() {value = dense<1> : tensor<4xi32>} : () -> tensor<4xi32>
    %5 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %6 = "tessera.dropout"(%0, %4, %5) {probability = 5.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    %7 = "tessera.add"(%0, %arg0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    "func.return"(%1, %2, %3, %6, %7) : (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Constants do not grow, and a NaN is not made.
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.broadcast"(%0) {shape = array<i64: 2, 2>} : (tensor<f32>) -> tensor<2x2xf32>
    %2 = "tessera.constant"() {value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>} : () -> tensor<2xf32>
    %3 = "tessera.pad"(%2) {shape = array<i64: 5>, starts = array<i64: 1>} : (tensor<2xf32>) -> tensor<5xf32>
    %4 = "tessera.broadcast"(%2) {shape = array<i64: 2, 2>} : (tensor<2xf32>) -> tensor<2x2xf32>
    %5 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %6 = "tessera.divide"(%5, %5) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %7 = "tessera.constant"() {value = dense<[[1.000000e+00], [2.000000e+00]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
    %8 = "tessera.add"(%2, %7) : (tensor<2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
    "func.return"(%1, %3, %4, %6, %8) : (tensor<2x2xf32>, tensor<5xf32>, tensor<2x2xf32>, tensor<f32>, tensor<2x2xf32>) -> ()
  }) {function_type = () -> (tensor<2x2xf32>, tensor<5xf32>, tensor<2x2xf32>, tensor<f32>, tensor<2x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
    %0 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.broadcast"(%0) {shape = array<i64: 2, 2>} : (tensor<f32>) -> tensor<2x2xf32>
    %2 = "tessera.constant"() {value = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>} : () -> tensor<2xf32>
    %3 = "tessera.pad"(%2) {shape = array<i64: 5>, starts = array<i64: 1>} : (tensor<2xf32>) -> tensor<5xf32>
    %4 = "tessera.broadcast"(%2) {shape = array<i64: 2, 2>} : (tensor<2xf32>) -> tensor<2x2xf32>
    %5 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %6 = "tessera.divide"(%5, %5) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %7 = "tessera.constant"() {value = dense<[[2.000000e+00, 3.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    "func.return"(%1, %3, %4, %6, %7) : (tensor<2x2xf32>, tensor<5xf32>, tensor<2x2xf32>, tensor<f32>, tensor<2x2xf32>) -> ()
  }) {function_type = () -> (tensor<2x2xf32>, tensor<5xf32>, tensor<2x2xf32>, tensor<f32>, tensor<2x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
