// RUN: replace-layers{factor=2}
// Lookup and projection in one function share the slices; the padding token is in the second.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<5xi32>, %arg2: tensor<4x3xf32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) {padding_index = 1 : i64} : (tensor<2x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
    %1 = "tessera.matmul"(%arg2, %arg0) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<4x3xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
    "func.return"(%0, %1) : (tensor<5x3xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<5xi32>, tensor<4x3xf32>) -> (tensor<5x3xf32>, tensor<4x2xf32>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<5xi32>, %arg2: tensor<4x3xf32>):
    %0 = "tessera.slice"(%arg0) {shape = array<i64: 1, 3>, starts = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<1x3xf32>
    %1 = "tessera.slice"(%arg0) {shape = array<i64: 1, 3>, starts = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<1x3xf32>
    %2 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %3 = "func.call"(%1, %arg1, %2) {callee = @embedding_first_slice} : (tensor<1x3xf32>, tensor<5xi32>, tensor<i32>) -> tensor<5x3xf32>
    %4 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %5 = "func.call"(%0, %arg1, %4, %3) {callee = @embedding_slice} : (tensor<1x3xf32>, tensor<5xi32>, tensor<i32>, tensor<5x3xf32>) -> tensor<5x3xf32>
    %6 = "func.call"(%arg2, %0) {callee = @projection_slice} : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x1xf32>
    %7 = "func.call"(%arg2, %1) {callee = @projection_slice} : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x1xf32>
    %8 = "tessera.concatenate"(%6, %7) {axis = 1 : i64} : (tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
    "func.return"(%5, %8) : (tensor<5x3xf32>, tensor<4x2xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<5xi32>, tensor<4x3xf32>) -> (tensor<5x3xf32>, tensor<4x2xf32>), sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<5xi32>, %arg2: tensor<i32>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.subtract"(%arg1, %arg2) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %2 = "tessera.maximum"(%1, %0) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %3 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.less"(%2, %3) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi1>
    %5 = "tessera.select"(%4, %2, %0) : (tensor<5xi1>, tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %6 = "tessera.equal"(%5, %1) : (tensor<5xi32>, tensor<5xi32>) -> tensor<5xi1>
    %7 = "tessera.gather_rows"(%arg0, %5) {padding_index = 0 : i64} : (tensor<1x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
    %8 = "tessera.reshape"(%6) {shape = array<i64: 5, 1>} : (tensor<5xi1>) -> tensor<5x1xi1>
    %9 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %10 = "tessera.select"(%8, %7, %9) : (tensor<5x1xi1>, tensor<5x3xf32>, tensor<f32>) -> tensor<5x3xf32>
    "func.return"(%10) : (tensor<5x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<5xi32>, tensor<i32>) -> tensor<5x3xf32>, sym_name = "embedding_first_slice"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<1x3xf32>, %arg1: tensor<5xi32>, %arg2: tensor<i32>, %arg3: tensor<5x3xf32>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.subtract"(%arg1, %arg2) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %2 = "tessera.maximum"(%1, %0) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %3 = "tessera.constant"() {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.less"(%2, %3) : (tensor<5xi32>, tensor<i32>) -> tensor<5xi1>
    %5 = "tessera.select"(%4, %2, %0) : (tensor<5xi1>, tensor<5xi32>, tensor<i32>) -> tensor<5xi32>
    %6 = "tessera.equal"(%5, %1) : (tensor<5xi32>, tensor<5xi32>) -> tensor<5xi1>
    %7 = "tessera.gather_rows"(%arg0, %5) : (tensor<1x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
    %8 = "tessera.reshape"(%6) {shape = array<i64: 5, 1>} : (tensor<5xi1>) -> tensor<5x1xi1>
    %9 = "tessera.select"(%8, %7, %arg3) : (tensor<5x1xi1>, tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
    "func.return"(%9) : (tensor<5x3xf32>) -> ()
  }) {function_type = (tensor<1x3xf32>, tensor<5xi32>, tensor<i32>, tensor<5x3xf32>) -> tensor<5x3xf32>, sym_name = "embedding_slice"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf32>, %arg1: tensor<1x3xf32>):
    %0 = "tessera.matmul"(%arg0, %arg1) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x1xf32>
    "func.return"(%0) : (tensor<4x1xf32>) -> ()
  }) {function_type = (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x1xf32>, sym_name = "projection_slice"} : () -> ()
}) : () -> ()
// -----
// The projection is known by the caller, which gives both functions one table. The other weight stays
// whole, and so does a table without padding.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<4x3xf16>):
    %0 = "tessera.gather_rows"(%arg1, %arg0) {padding_index = 0 : i64} : (tensor<4x3xf16>, tensor<2xi32>) -> tensor<2x3xf16>
    "func.return"(%0) : (tensor<2x3xf16>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<4x3xf16>) -> tensor<2x3xf16>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf16>, %arg1: tensor<4x3xf16>, %arg2: tensor<4x3xf16>):
    %0 = "tessera.matmul"(%arg0, %arg1) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<2x3xf16>, tensor<4x3xf16>) -> tensor<2x4xf16>
    %1 = "tessera.matmul"(%arg0, %arg2) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<2x3xf16>, tensor<4x3xf16>) -> tensor<2x4xf16>
    "func.return"(%0, %1) : (tensor<2x4xf16>, tensor<2x4xf16>) -> ()
  }) {function_type = (tensor<2x3xf16>, tensor<4x3xf16>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>), sym_name = "project"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf16>, %arg1: tensor<2xi32>, %arg2: tensor<4x3xf16>):
    %0 = "func.call"(%arg1, %arg0) {callee = @lookup} : (tensor<2xi32>, tensor<4x3xf16>) -> tensor<2x3xf16>
    %1 = "tessera.gather_rows"(%arg2, %arg1) : (tensor<4x3xf16>, tensor<2xi32>) -> tensor<2x3xf16>
    %2 = "tessera.add"(%0, %1) : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x3xf16>
    %3:2 = "func.call"(%2, %arg0, %arg2) {callee = @project} : (tensor<2x3xf16>, tensor<4x3xf16>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>)
    "func.return"(%3#0, %3#1) : (tensor<2x4xf16>, tensor<2x4xf16>) -> ()
  }) {function_type = (tensor<4x3xf16>, tensor<2xi32>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xi32>, %arg1: tensor<4x3xf16>):
    %0 = "tessera.slice"(%arg1) {shape = array<i64: 2, 3>, starts = array<i64: 0, 0>} : (tensor<4x3xf16>) -> tensor<2x3xf16>
    %1 = "tessera.slice"(%arg1) {shape = array<i64: 2, 3>, starts = array<i64: 2, 0>} : (tensor<4x3xf16>) -> tensor<2x3xf16>
    %2 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %3 = "func.call"(%0, %arg0, %2) {callee = @embedding_first_slice} : (tensor<2x3xf16>, tensor<2xi32>, tensor<i32>) -> tensor<2x3xf16>
    %4 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %5 = "func.call"(%1, %arg0, %4, %3) {callee = @embedding_slice} : (tensor<2x3xf16>, tensor<2xi32>, tensor<i32>, tensor<2x3xf16>) -> tensor<2x3xf16>
    "func.return"(%5) : (tensor<2x3xf16>) -> ()
  }) {function_type = (tensor<2xi32>, tensor<4x3xf16>) -> tensor<2x3xf16>, sym_name = "lookup"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf16>, %arg1: tensor<4x3xf16>, %arg2: tensor<4x3xf16>):
    %0 = "tessera.slice"(%arg1) {shape = array<i64: 2, 3>, starts = array<i64: 0, 0>} : (tensor<4x3xf16>) -> tensor<2x3xf16>
    %1 = "tessera.slice"(%arg1) {shape = array<i64: 2, 3>, starts = array<i64: 2, 0>} : (tensor<4x3xf16>) -> tensor<2x3xf16>
    %2 = "func.call"(%arg0, %0) {callee = @projection_slice} : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x2xf16>
    %3 = "func.call"(%arg0, %1) {callee = @projection_slice} : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x2xf16>
    %4 = "tessera.concatenate"(%2, %3) {axis = 1 : i64} : (tensor<2x2xf16>, tensor<2x2xf16>) -> tensor<2x4xf16>
    %5 = "tessera.matmul"(%arg0, %arg2) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<2x3xf16>, tensor<4x3xf16>) -> tensor<2x4xf16>
    "func.return"(%4, %5) : (tensor<2x4xf16>, tensor<2x4xf16>) -> ()
  }) {function_type = (tensor<2x3xf16>, tensor<4x3xf16>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>), sym_name = "project"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf16>, %arg1: tensor<2xi32>, %arg2: tensor<4x3xf16>):
    %0 = "func.call"(%arg1, %arg0) {callee = @lookup} : (tensor<2xi32>, tensor<4x3xf16>) -> tensor<2x3xf16>
    %1 = "tessera.gather_rows"(%arg2, %arg1) : (tensor<4x3xf16>, tensor<2xi32>) -> tensor<2x3xf16>
    %2 = "tessera.add"(%0, %1) : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x3xf16>
    %3:2 = "func.call"(%2, %arg0, %arg2) {callee = @project} : (tensor<2x3xf16>, tensor<4x3xf16>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>)
    "func.return"(%3#0, %3#1) : (tensor<2x4xf16>, tensor<2x4xf16>) -> ()
  }) {function_type = (tensor<4x3xf16>, tensor<2xi32>, tensor<4x3xf16>) -> (tensor<2x4xf16>, tensor<2x4xf16>), sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf16>, %arg1: tensor<2xi32>, %arg2: tensor<i32>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.subtract"(%arg1, %arg2) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %2 = "tessera.maximum"(%1, %0) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %3 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.less"(%2, %3) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi1>
    %5 = "tessera.select"(%4, %2, %0) : (tensor<2xi1>, tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %6 = "tessera.equal"(%5, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
    %7 = "tessera.gather_rows"(%arg0, %5) {padding_index = 0 : i64} : (tensor<2x3xf16>, tensor<2xi32>) -> tensor<2x3xf16>
    %8 = "tessera.reshape"(%6) {shape = array<i64: 2, 1>} : (tensor<2xi1>) -> tensor<2x1xi1>
    %9 = "tessera.constant"() {value = dense<0.000000e+00> : tensor<f16>} : () -> tensor<f16>
    %10 = "tessera.select"(%8, %7, %9) : (tensor<2x1xi1>, tensor<2x3xf16>, tensor<f16>) -> tensor<2x3xf16>
    "func.return"(%10) : (tensor<2x3xf16>) -> ()
  }) {function_type = (tensor<2x3xf16>, tensor<2xi32>, tensor<i32>) -> tensor<2x3xf16>, sym_name = "embedding_first_slice"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf16>, %arg1: tensor<2xi32>, %arg2: tensor<i32>, %arg3: tensor<2x3xf16>):
    %0 = "tessera.constant"() {value = dense<0> : tensor<i32>} : () -> tensor<i32>
    %1 = "tessera.subtract"(%arg1, %arg2) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %2 = "tessera.maximum"(%1, %0) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %3 = "tessera.constant"() {value = dense<2> : tensor<i32>} : () -> tensor<i32>
    %4 = "tessera.less"(%2, %3) : (tensor<2xi32>, tensor<i32>) -> tensor<2xi1>
    %5 = "tessera.select"(%4, %2, %0) : (tensor<2xi1>, tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
    %6 = "tessera.equal"(%5, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
    %7 = "tessera.gather_rows"(%arg0, %5) : (tensor<2x3xf16>, tensor<2xi32>) -> tensor<2x3xf16>
    %8 = "tessera.reshape"(%6) {shape = array<i64: 2, 1>} : (tensor<2xi1>) -> tensor<2x1xi1>
    %9 = "tessera.select"(%8, %7, %arg3) : (tensor<2x1xi1>, tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x3xf16>
    "func.return"(%9) : (tensor<2x3xf16>) -> ()
  }) {function_type = (tensor<2x3xf16>, tensor<2xi32>, tensor<i32>, tensor<2x3xf16>) -> tensor<2x3xf16>, sym_name = "embedding_slice"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf16>, %arg1: tensor<2x3xf16>):
    %0 = "tessera.matmul"(%arg0, %arg1) {partials = f32, transpose_left = false, transpose_right = true} : (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x2xf16>
    "func.return"(%0) : (tensor<2x2xf16>) -> ()
  }) {function_type = (tensor<2x3xf16>, tensor<2x3xf16>) -> tensor<2x2xf16>, sym_name = "projection_slice"} : () -> ()
}) : () -> ()
// -----
// No table: a lookup in a value that is made here, also where another function makes it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) {padding_index = 0 : i64} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    "func.return"(%0) : (tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>, sym_name = "part"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4x3xf32>) -> tensor<4x3xf32>
    %1 = "tessera.gather_rows"(%0, %arg1) {padding_index = 0 : i64} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    %2 = "func.call"(%0, %arg1) {callee = @part} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    "func.return"(%1, %2) : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<4x3xf32>, tensor<2xi32>) -> (tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.gather_rows"(%arg0, %arg1) {padding_index = 0 : i64} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    "func.return"(%0) : (tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>, sym_name = "part"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4x3xf32>, %arg1: tensor<2xi32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4x3xf32>) -> tensor<4x3xf32>
    %1 = "tessera.gather_rows"(%0, %arg1) {padding_index = 0 : i64} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    %2 = "func.call"(%0, %arg1) {callee = @part} : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
    "func.return"(%1, %2) : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<4x3xf32>, tensor<2xi32>) -> (tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "main"} : () -> ()
}) : () -> ()
