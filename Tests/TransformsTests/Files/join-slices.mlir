// RUN: join-slices,dce
// Padded parts that fill the whole, in any order and nesting; squares are never −0.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x2xf32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.multiply"(%arg0, %arg0) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %1 = "tessera.multiply"(%arg1, %arg1) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "tessera.pad"(%0) {shape = array<i64: 4, 2>, starts = array<i64: 3, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.pad"(%1) {shape = array<i64: 4, 2>, starts = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<4x2xf32>
    %4 = "tessera.add"(%2, %3) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %5 = "tessera.pad"(%0) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %6 = "tessera.add"(%5, %4) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %7 = "tessera.add"(%6, %6) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%7) : (tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>, sym_name = "rows"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x2xf32>, %arg1: tensor<2x2xf32>):
    %0 = "tessera.multiply"(%arg0, %arg0) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %1 = "tessera.multiply"(%arg1, %arg1) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "tessera.concatenate"(%0, %1, %0) {axis = 0 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.add"(%2, %2) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%3) : (tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>, sym_name = "rows"} : () -> ()
}) : () -> ()
// -----
// A gap, an overlap, parts along two axes, a part that is no padded one, a sum that is read otherwise.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x2xf32>, %arg1: tensor<4x2xf32>, %arg2: tensor<4x1xf32>):
    %0 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %1 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 2, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %2 = "tessera.add"(%0, %1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %5 = "tessera.add"(%3, %4) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %6 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %7 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 3, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %8 = "tessera.add"(%6, %7) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %9 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %10 = "tessera.add"(%9, %arg1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %11 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %12 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %13 = "tessera.add"(%11, %12) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%2, %5, %8, %10, %13, %12) : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<1x2xf32>, tensor<4x2xf32>, tensor<4x1xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>), sym_name = "others"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<1x2xf32>, %arg1: tensor<4x2xf32>, %arg2: tensor<4x1xf32>):
    %0 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %1 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 2, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %2 = "tessera.add"(%0, %1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %4 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %5 = "tessera.add"(%3, %4) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %6 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %7 = "tessera.pad"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 3, 0>} : (tensor<1x2xf32>) -> tensor<4x2xf32>
    %8 = "tessera.add"(%6, %7) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %9 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %10 = "tessera.add"(%9, %arg1) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %11 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %12 = "tessera.pad"(%arg2) {shape = array<i64: 4, 2>, starts = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x2xf32>
    %13 = "tessera.add"(%11, %12) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    "func.return"(%2, %5, %8, %10, %13, %12) : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<1x2xf32>, tensor<4x2xf32>, tensor<4x1xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>), sym_name = "others"} : () -> ()
}) : () -> ()
