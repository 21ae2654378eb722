// RUN: canonicalize,dce
// Neutral elements and two changes of sign.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<f32>, %arg2: tensor<2xi32>, %arg3: tensor<2xf16>):
    %0 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.negate"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3 = "tessera.multiply"(%2, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.divide"(%arg0, %2) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %5 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<2xf32>} : () -> tensor<2xf32>
    %6 = "tessera.multiply"(%arg1, %5) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %7 = "tessera.constant"() {value = dense<-0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %8 = "tessera.add"(%arg0, %7) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %9 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %10 = "tessera.subtract"(%arg0, %9) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %11 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %12 = "tessera.add"(%11, %arg2) : (tensor<i32>, tensor<2xi32>) -> tensor<2xi32>
    %13 = "tessera.subtract"(%arg2, %11) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %14 = "tessera.maximum"(%arg0, %arg0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%1, %3, %4, %6, %8, %10, %12, %13, %14) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<f32>, tensor<2xi32>, tensor<2xf16>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<f32>, %arg2: tensor<2xi32>, %arg3: tensor<2xf16>):
    %0 = "tessera.broadcast"(%arg1) {shape = array<i64: 2>} : (tensor<f32>) -> tensor<2xf32>
    "func.return"(%arg0, %arg0, %arg0, %0, %arg0, %arg0, %arg2, %arg2, %arg0) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<f32>, tensor<2xi32>, tensor<2xf16>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Zeros that take a sign, and what does not commute.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %2 = "tessera.constant"() {value = dense<-0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3 = "tessera.subtract"(%arg0, %2) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %4 = "tessera.subtract"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %5 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %6 = "tessera.divide"(%5, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %7 = "tessera.maximum"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %8 = "tessera.less"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xi1>
    "func.return"(%1, %3, %4, %6, %7, %8) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi1>) -> ()
  }) {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi1>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %2 = "tessera.constant"() {value = dense<-0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %3 = "tessera.subtract"(%arg0, %2) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %4 = "tessera.subtract"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %5 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %6 = "tessera.divide"(%5, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %7 = "tessera.maximum"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %8 = "tessera.less"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xi1>
    "func.return"(%1, %3, %4, %6, %7, %8) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi1>) -> ()
  }) {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xi1>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Constants stand last, so that equal values are equal operations.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.multiply"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.add"(%0, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.equal"(%3, %arg1) : (tensor<i32>, tensor<2xi32>) -> tensor<2xi1>
    %5 = "tessera.not_equal"(%3, %arg1) : (tensor<i32>, tensor<2xi32>) -> tensor<2xi1>
    %6 = "tessera.multiply"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    "func.return"(%1, %2, %4, %5, %6) : (tensor<2xf32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi1>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi1>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.multiply"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %2 = "tessera.add"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %3 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.equal"(%arg1, %3) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi1>
    %5 = "tessera.not_equal"(%arg1, %3) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi1>
    %6 = "tessera.multiply"(%arg0, %0) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    "func.return"(%1, %2, %4, %5, %6) : (tensor<2xf32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi1>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xi1>, tensor<2xi1>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Choices that are made.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi1>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.select"(%arg0, %arg1, %arg1) : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.constant"() {value = dense<true> : tensor<2xi1>} : () -> tensor<2xi1>
    %2 = "tessera.constant"() {value = dense<false> : tensor<i1>} : () -> tensor<i1>
    %3 = "tessera.select"(%1, %arg2, %arg1) : (tensor<2xi1>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.select"(%2, %arg2, %arg1) : (tensor<i1>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %5 = "tessera.select"(%arg0, %arg2, %arg2) : (tensor<2xi1>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
    %6 = "tessera.constant"() {value = dense<[true, false]> : tensor<2xi1>} : () -> tensor<2xi1>
    %7 = "tessera.select"(%6, %arg2, %arg1) : (tensor<2xi1>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0, %3, %4, %5, %7) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xi1>, tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi1>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.broadcast"(%arg2) {shape = array<i64: 2>} : (tensor<f32>) -> tensor<2xf32>
    %1 = "tessera.broadcast"(%arg2) {shape = array<i64: 2>} : (tensor<f32>) -> tensor<2xf32>
    %2 = "tessera.constant"() {value = dense<[true, false]> : tensor<2xi1>} : () -> tensor<2xi1>
    %3 = "tessera.select"(%2, %arg2, %arg1) : (tensor<2xi1>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%arg1, %0, %arg1, %1, %3) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xi1>, tensor<2xf32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Conversions there and back, where the type between has room.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf16>, %arg1: tensor<2xf32>, %arg2: tensor<2xi1>):
    %0 = "tessera.convert"(%arg0) {to = f32} : (tensor<2xf16>) -> tensor<2xf32>
    %1 = "tessera.convert"(%0) {to = f16} : (tensor<2xf32>) -> tensor<2xf16>
    %2 = "tessera.convert"(%0) {to = i32} : (tensor<2xf32>) -> tensor<2xi32>
    %3 = "tessera.convert"(%arg0) {to = f16} : (tensor<2xf16>) -> tensor<2xf16>
    %4 = "tessera.convert"(%arg2) {to = f32} : (tensor<2xi1>) -> tensor<2xf32>
    %5 = "tessera.convert"(%4) {to = i1} : (tensor<2xf32>) -> tensor<2xi1>
    %6 = "tessera.convert"(%4) {to = f16} : (tensor<2xf32>) -> tensor<2xf16>
    "func.return"(%1, %2, %3, %5, %6) : (tensor<2xf16>, tensor<2xi32>, tensor<2xf16>, tensor<2xi1>, tensor<2xf16>) -> ()
  }) {function_type = (tensor<2xf16>, tensor<2xf32>, tensor<2xi1>) -> (tensor<2xf16>, tensor<2xi32>, tensor<2xf16>, tensor<2xi1>, tensor<2xf16>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf16>, %arg1: tensor<2xf32>, %arg2: tensor<2xi1>):
    %0 = "tessera.convert"(%arg0) {to = i32} : (tensor<2xf16>) -> tensor<2xi32>
    %1 = "tessera.convert"(%arg2) {to = f16} : (tensor<2xi1>) -> tensor<2xf16>
    "func.return"(%arg0, %0, %arg0, %arg2, %1) : (tensor<2xf16>, tensor<2xi32>, tensor<2xf16>, tensor<2xi1>, tensor<2xf16>) -> ()
  }) {function_type = (tensor<2xf16>, tensor<2xf32>, tensor<2xi1>) -> (tensor<2xf16>, tensor<2xi32>, tensor<2xf16>, tensor<2xi1>, tensor<2xf16>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Conversions that round stay.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf16>, %arg1: tensor<2xf32>, %arg2: tensor<2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f16} : (tensor<2xf32>) -> tensor<2xf16>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<2xf16>) -> tensor<2xf32>
    %2 = "tessera.convert"(%arg2) {to = f32} : (tensor<2xi32>) -> tensor<2xf32>
    %3 = "tessera.convert"(%2) {to = i32} : (tensor<2xf32>) -> tensor<2xi32>
    %4 = "tessera.convert"(%arg1) {to = i32} : (tensor<2xf32>) -> tensor<2xi32>
    %5 = "tessera.convert"(%4) {to = f32} : (tensor<2xi32>) -> tensor<2xf32>
    "func.return"(%1, %3, %5) : (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf16>, tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf16>, %arg1: tensor<2xf32>, %arg2: tensor<2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f16} : (tensor<2xf32>) -> tensor<2xf16>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<2xf16>) -> tensor<2xf32>
    %2 = "tessera.convert"(%arg2) {to = f32} : (tensor<2xi32>) -> tensor<2xf32>
    %3 = "tessera.convert"(%2) {to = i32} : (tensor<2xf32>) -> tensor<2xi32>
    %4 = "tessera.convert"(%arg1) {to = i32} : (tensor<2xf32>) -> tensor<2xi32>
    %5 = "tessera.convert"(%4) {to = f32} : (tensor<2xi32>) -> tensor<2xf32>
    "func.return"(%1, %3, %5) : (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf16>, tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// By way of f64.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.convert"(%arg0) {to = f64} : (tensor<2xf32>) -> tensor<2xf64>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<2xf64>) -> tensor<2xf32>
    %2 = "tessera.convert"(%arg1) {to = f64} : (tensor<2xi32>) -> tensor<2xf64>
    %3 = "tessera.convert"(%2) {to = i32} : (tensor<2xf64>) -> tensor<2xi32>
    %4 = "tessera.convert"(%2) {to = f32} : (tensor<2xf64>) -> tensor<2xf32>
    "func.return"(%1, %3, %4) : (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.convert"(%arg1) {to = f32} : (tensor<2xi32>) -> tensor<2xf32>
    "func.return"(%arg0, %arg1, %0) : (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Operands broadcast by themselves, where another has the result's shape.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 3, 2>} : (tensor<2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.add"(%0, %arg1) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.exponential"(%0) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %3 = "tessera.broadcast"(%arg2) {shape = array<i64: 2>} : (tensor<f32>) -> tensor<2xf32>
    %4 = "tessera.multiply"(%3, %arg0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %5 = "tessera.add"(%0, %0) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    "func.return"(%1, %2, %4, %5) : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<3x2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 3, 2>} : (tensor<2xf32>) -> tensor<3x2xf32>
    %1 = "tessera.add"(%arg0, %arg1) : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.exponential"(%0) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %3 = "tessera.multiply"(%arg2, %arg0) : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.add"(%arg0, %0) : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    "func.return"(%1, %2, %3, %4) : (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<3x2xf32>, tensor<f32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
