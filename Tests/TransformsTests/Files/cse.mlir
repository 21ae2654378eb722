// RUN: cse
// Equal operations are one, across an enclosing block; other attributes or operands are others.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %2 = "tessera.reshape"(%0) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %3 = "tessera.reshape"(%1) {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %4 = "tessera.repeat"(%1) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2x3xf32>):
      %5 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
      %6 = "tessera.add"(%arg2, %5) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      "tessera.yield"(%6) : (tensor<2x3xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%2, %3, %4) : (tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>) -> (tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = "tessera.reshape"(%0) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %2 = "tessera.reshape"(%0) {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %3 = "tessera.repeat"(%0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2x3xf32>):
      %4 = "tessera.add"(%arg2, %0) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      "tessera.yield"(%4) : (tensor<2x3xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%1, %2, %3) : (tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>) -> (tensor<6xf32>, tensor<3x2xf32>, tensor<2x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// A value of a region is not there after it. Infeeds are never equal; dropouts of one stream are.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>, %arg3: tensor<i32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg4: tensor<i32>, %arg5: tensor<2xf32>):
      %9 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
      %10 = "tessera.add"(%arg5, %9) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%10) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %3 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %4 = "tessera.dropout"(%2, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    %5 = "tessera.dropout"(%2, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    %6 = "tessera.dropout"(%2, %arg1, %arg3) {probability = 1.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    "func.return"(%0, %1, %2, %3, %4, %5, %6) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<4xi32>, tensor<i32>, tensor<i32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<4xi32>, %arg2: tensor<i32>, %arg3: tensor<i32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg4: tensor<i32>, %arg5: tensor<2xf32>):
      %6 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
      %7 = "tessera.add"(%arg5, %6) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%7) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %3 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %4 = "tessera.dropout"(%2, %arg1, %arg2) {probability = 1.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    %5 = "tessera.dropout"(%2, %arg1, %arg3) {probability = 1.000000e-01 : f64} : (tensor<2xf32>, tensor<4xi32>, tensor<i32>) -> tensor<2xf32>
    "func.return"(%0, %1, %2, %3, %4, %4, %5) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<4xi32>, tensor<i32>, tensor<i32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
