// RUN: canonicalize,dce
// Reshapes and transposes of one another, and those that move nothing.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<1x2x3xf32>):
    %0 = "tessera.reshape"(%arg0) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %1 = "tessera.reshape"(%0) {shape = array<i64: 3, 2>} : (tensor<6xf32>) -> tensor<3x2xf32>
    %2 = "tessera.reshape"(%0) {shape = array<i64: 2, 3>} : (tensor<6xf32>) -> tensor<2x3xf32>
    %3 = "tessera.reshape"(%arg0) {shape = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %4 = "tessera.transpose"(%arg0) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %5 = "tessera.transpose"(%4) {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
    %6 = "tessera.transpose"(%arg1) {permutation = array<i64: 2, 0, 1>} : (tensor<1x2x3xf32>) -> tensor<3x1x2xf32>
    %7 = "tessera.transpose"(%6) {permutation = array<i64: 2, 1, 0>} : (tensor<3x1x2xf32>) -> tensor<2x1x3xf32>
    %8 = "tessera.transpose"(%arg1) {permutation = array<i64: 0, 1, 2>} : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
    %9 = "tessera.transpose"(%arg1) {permutation = array<i64: 1, 0, 2>} : (tensor<1x2x3xf32>) -> tensor<2x1x3xf32>
    "func.return"(%1, %2, %3, %5, %7, %8, %9) : (tensor<3x2xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x1x3xf32>, tensor<1x2x3xf32>, tensor<2x1x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<1x2x3xf32>) -> (tensor<3x2xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x1x3xf32>, tensor<1x2x3xf32>, tensor<2x1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<1x2x3xf32>):
    %0 = "tessera.reshape"(%arg0) {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %1 = "tessera.reshape"(%arg1) {shape = array<i64: 2, 1, 3>} : (tensor<1x2x3xf32>) -> tensor<2x1x3xf32>
    %2 = "tessera.reshape"(%arg1) {shape = array<i64: 2, 1, 3>} : (tensor<1x2x3xf32>) -> tensor<2x1x3xf32>
    "func.return"(%0, %arg0, %arg0, %arg0, %1, %arg1, %2) : (tensor<3x2xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x1x3xf32>, tensor<1x2x3xf32>, tensor<2x1x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<1x2x3xf32>) -> (tensor<3x2xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x1x3xf32>, tensor<1x2x3xf32>, tensor<2x1x3xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// A transpose of equal extents moves, and one of a reshape stays.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x2xf32>, %arg1: tensor<2x3xf32>):
    %0 = "tessera.transpose"(%arg0) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %1 = "tessera.reshape"(%arg1) {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %2 = "tessera.transpose"(%1) {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
    %3 = "tessera.transpose"(%2) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    "func.return"(%0, %2, %3) : (tensor<2x2xf32>, tensor<2x3xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2x2xf32>, tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x3xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x2xf32>, %arg1: tensor<2x3xf32>):
    %0 = "tessera.transpose"(%arg0) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %1 = "tessera.reshape"(%arg1) {shape = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %2 = "tessera.transpose"(%1) {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
    "func.return"(%0, %2, %1) : (tensor<2x2xf32>, tensor<2x3xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2x2xf32>, tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x3xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Broadcasts.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<1x2xf32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 2>} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.broadcast"(%arg0) {shape = array<i64: 3, 2>} : (tensor<2xf32>) -> tensor<3x2xf32>
    %2 = "tessera.broadcast"(%1) {shape = array<i64: 4, 3, 2>} : (tensor<3x2xf32>) -> tensor<4x3x2xf32>
    %3 = "tessera.broadcast"(%arg0) {shape = array<i64: 1, 2>} : (tensor<2xf32>) -> tensor<1x2xf32>
    %4 = "tessera.broadcast"(%arg1) {shape = array<i64: 3, 2>} : (tensor<1x2xf32>) -> tensor<3x2xf32>
    "func.return"(%0, %2, %3, %4) : (tensor<2xf32>, tensor<4x3x2xf32>, tensor<1x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<1x2xf32>) -> (tensor<2xf32>, tensor<4x3x2xf32>, tensor<1x2xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<1x2xf32>):
    %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 4, 3, 2>} : (tensor<2xf32>) -> tensor<4x3x2xf32>
    %1 = "tessera.reshape"(%arg0) {shape = array<i64: 1, 2>} : (tensor<2xf32>) -> tensor<1x2xf32>
    %2 = "tessera.broadcast"(%arg1) {shape = array<i64: 3, 2>} : (tensor<1x2xf32>) -> tensor<3x2xf32>
    "func.return"(%arg0, %0, %1, %2) : (tensor<2xf32>, tensor<4x3x2xf32>, tensor<1x2xf32>, tensor<3x2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<1x2xf32>) -> (tensor<2xf32>, tensor<4x3x2xf32>, tensor<1x2xf32>, tensor<3x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Slices of the whole, of slices, of pads and of concatenations.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<2x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 4, 4>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = "tessera.slice"(%arg0) {shape = array<i64: 3, 3>, starts = array<i64: 1, 1>} : (tensor<4x4xf32>) -> tensor<3x3xf32>
    %2 = "tessera.slice"(%1) {shape = array<i64: 1, 2>, starts = array<i64: 2, 1>} : (tensor<3x3xf32>) -> tensor<1x2xf32>
    %3 = "tessera.pad"(%arg1) {shape = array<i64: 8, 6>, starts = array<i64: 3, 1>} : (tensor<2x4xf32>) -> tensor<8x6xf32>
    %4 = "tessera.slice"(%3) {shape = array<i64: 2, 4>, starts = array<i64: 3, 1>} : (tensor<8x6xf32>) -> tensor<2x4xf32>
    %5 = "tessera.slice"(%3) {shape = array<i64: 1, 2>, starts = array<i64: 4, 2>} : (tensor<8x6xf32>) -> tensor<1x2xf32>
    %6 = "tessera.slice"(%3) {shape = array<i64: 2, 4>, starts = array<i64: 2, 1>} : (tensor<8x6xf32>) -> tensor<2x4xf32>
    %7 = "tessera.concatenate"(%arg0, %arg1) {axis = 0 : i64} : (tensor<4x4xf32>, tensor<2x4xf32>) -> tensor<6x4xf32>
    %8 = "tessera.slice"(%7) {shape = array<i64: 2, 4>, starts = array<i64: 4, 0>} : (tensor<6x4xf32>) -> tensor<2x4xf32>
    %9 = "tessera.slice"(%7) {shape = array<i64: 3, 2>, starts = array<i64: 1, 2>} : (tensor<6x4xf32>) -> tensor<3x2xf32>
    %10 = "tessera.slice"(%7) {shape = array<i64: 2, 4>, starts = array<i64: 3, 0>} : (tensor<6x4xf32>) -> tensor<2x4xf32>
    "func.return"(%0, %2, %4, %5, %6, %8, %9, %10) : (tensor<4x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2xf32>, tensor<2x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<2x4xf32>) -> (tensor<4x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2xf32>, tensor<2x4xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<2x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 1, 2>, starts = array<i64: 3, 2>} : (tensor<4x4xf32>) -> tensor<1x2xf32>
    %1 = "tessera.pad"(%arg1) {shape = array<i64: 8, 6>, starts = array<i64: 3, 1>} : (tensor<2x4xf32>) -> tensor<8x6xf32>
    %2 = "tessera.slice"(%arg1) {shape = array<i64: 1, 2>, starts = array<i64: 1, 1>} : (tensor<2x4xf32>) -> tensor<1x2xf32>
    %3 = "tessera.slice"(%1) {shape = array<i64: 2, 4>, starts = array<i64: 2, 1>} : (tensor<8x6xf32>) -> tensor<2x4xf32>
    %4 = "tessera.concatenate"(%arg0, %arg1) {axis = 0 : i64} : (tensor<4x4xf32>, tensor<2x4xf32>) -> tensor<6x4xf32>
    %5 = "tessera.slice"(%arg0) {shape = array<i64: 3, 2>, starts = array<i64: 1, 2>} : (tensor<4x4xf32>) -> tensor<3x2xf32>
    %6 = "tessera.slice"(%4) {shape = array<i64: 2, 4>, starts = array<i64: 3, 0>} : (tensor<6x4xf32>) -> tensor<2x4xf32>
    "func.return"(%arg0, %0, %arg1, %2, %3, %arg1, %5, %6) : (tensor<4x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2xf32>, tensor<2x4xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<2x4xf32>) -> (tensor<4x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<1x2xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<3x2xf32>, tensor<2x4xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Pads of pads, a pad that adds nothing, and concatenations of one value's slices in order.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<6xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.pad"(%arg0) {shape = array<i64: 4>, starts = array<i64: 1>} : (tensor<2xf32>) -> tensor<4xf32>
    %1 = "tessera.pad"(%0) {shape = array<i64: 7>, starts = array<i64: 2>} : (tensor<4xf32>) -> tensor<7xf32>
    %2 = "tessera.pad"(%arg0) {shape = array<i64: 2>, starts = array<i64: 0>} : (tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.concatenate"(%arg0) {axis = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.slice"(%arg1) {shape = array<i64: 2>, starts = array<i64: 0>} : (tensor<6xf32>) -> tensor<2xf32>
    %5 = "tessera.slice"(%arg1) {shape = array<i64: 3>, starts = array<i64: 2>} : (tensor<6xf32>) -> tensor<3xf32>
    %6 = "tessera.slice"(%arg1) {shape = array<i64: 1>, starts = array<i64: 5>} : (tensor<6xf32>) -> tensor<1xf32>
    %7 = "tessera.concatenate"(%4, %5, %6) {axis = 0 : i64} : (tensor<2xf32>, tensor<3xf32>, tensor<1xf32>) -> tensor<6xf32>
    %8 = "tessera.concatenate"(%5, %6) {axis = 0 : i64} : (tensor<3xf32>, tensor<1xf32>) -> tensor<4xf32>
    %9 = "tessera.concatenate"(%4, %6) {axis = 0 : i64} : (tensor<2xf32>, tensor<1xf32>) -> tensor<3xf32>
    %10 = "tessera.concatenate"(%5, %4) {axis = 0 : i64} : (tensor<3xf32>, tensor<2xf32>) -> tensor<5xf32>
    %11 = "tessera.slice"(%arg1) {shape = array<i64: 3>, starts = array<i64: 2>} : (tensor<6xf32>) -> tensor<3xf32>
    %12 = "tessera.concatenate"(%4, %11) {axis = 0 : i64} : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
    "func.return"(%1, %2, %3, %7, %8, %9, %10, %12) : (tensor<7xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>, tensor<4xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<6xf32>, tensor<4xf32>) -> (tensor<7xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>, tensor<4xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<6xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.pad"(%arg0) {shape = array<i64: 7>, starts = array<i64: 3>} : (tensor<2xf32>) -> tensor<7xf32>
    %1 = "tessera.slice"(%arg1) {shape = array<i64: 2>, starts = array<i64: 0>} : (tensor<6xf32>) -> tensor<2xf32>
    %2 = "tessera.slice"(%arg1) {shape = array<i64: 3>, starts = array<i64: 2>} : (tensor<6xf32>) -> tensor<3xf32>
    %3 = "tessera.slice"(%arg1) {shape = array<i64: 1>, starts = array<i64: 5>} : (tensor<6xf32>) -> tensor<1xf32>
    %4 = "tessera.slice"(%arg1) {shape = array<i64: 4>, starts = array<i64: 2>} : (tensor<6xf32>) -> tensor<4xf32>
    %5 = "tessera.concatenate"(%1, %3) {axis = 0 : i64} : (tensor<2xf32>, tensor<1xf32>) -> tensor<3xf32>
    %6 = "tessera.concatenate"(%2, %1) {axis = 0 : i64} : (tensor<3xf32>, tensor<2xf32>) -> tensor<5xf32>
    %7 = "tessera.slice"(%arg1) {shape = array<i64: 5>, starts = array<i64: 0>} : (tensor<6xf32>) -> tensor<5xf32>
    "func.return"(%0, %arg0, %arg0, %arg1, %4, %5, %6, %7) : (tensor<7xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>, tensor<4xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<6xf32>, tensor<4xf32>) -> (tensor<7xf32>, tensor<2xf32>, tensor<2xf32>, tensor<6xf32>, tensor<4xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Slices along one axis only continue each other where the others agree.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 2, 2>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %1 = "tessera.slice"(%arg0) {shape = array<i64: 2, 2>, starts = array<i64: 2, 1>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %2 = "tessera.concatenate"(%0, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.slice"(%arg1) {shape = array<i64: 2, 2>, starts = array<i64: 2, 0>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %4 = "tessera.concatenate"(%0, %3) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %5 = "tessera.slice"(%arg0) {shape = array<i64: 2, 2>, starts = array<i64: 2, 0>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %6 = "tessera.concatenate"(%0, %5) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    "func.return"(%2, %4, %6) : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<4x4xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4x4xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 2, 2>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %1 = "tessera.slice"(%arg0) {shape = array<i64: 2, 2>, starts = array<i64: 2, 1>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %2 = "tessera.concatenate"(%0, %1) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %3 = "tessera.slice"(%arg1) {shape = array<i64: 2, 2>, starts = array<i64: 2, 0>} : (tensor<4x4xf32>) -> tensor<2x2xf32>
    %4 = "tessera.concatenate"(%0, %3) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
    %5 = "tessera.slice"(%arg0) {shape = array<i64: 4, 2>, starts = array<i64: 0, 0>} : (tensor<4x4xf32>) -> tensor<4x2xf32>
    "func.return"(%2, %4, %5) : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<4x4xf32>, tensor<4x4xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
