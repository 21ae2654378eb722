// RUN: outline{minimum=3}
// A chain of three layers is one body, called three times; weights are arguments.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.add"(%2, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.multiply"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.negate"(%4) : (tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.add"(%5, %arg3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.multiply"(%6, %arg3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %8 = "tessera.negate"(%7) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%8) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}, {tessera.name = "x3", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "func.call"(%arg0, %arg1) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0, %arg2) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%1, %arg3) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}, {tessera.name = "x3", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "outlined_0"} : () -> ()
}) : () -> ()
// -----
// A constant that differs is an argument, one that does not is in the body; where they stand does not matter.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.multiply"(%1, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.maximum"(%3, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %5 = "tessera.constant"() {value = dense<2.500000e-01> : tensor<f32>} : () -> tensor<f32>
    %6 = "tessera.multiply"(%4, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %7 = "tessera.add"(%6, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %8 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<f32>} : () -> tensor<f32>
    %9 = "tessera.multiply"(%7, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %10 = "tessera.negate"(%9) : (tensor<4xf32>) -> tensor<4xf32>
    %11 = "tessera.maximum"(%10, %5) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %12 = "tessera.multiply"(%11, %8) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%12) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.constant"() {value = dense<2.500000e-01> : tensor<f32>} : () -> tensor<f32>
    %2 = "func.call"(%arg0, %arg1, %0) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %3 = "func.call"(%2, %arg2, %1) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<f32>):
    %0 = "tessera.constant"() {value = dense<5.000000e-01> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.multiply"(%1, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.maximum"(%3, %arg2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %5 = "tessera.multiply"(%4, %0) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%5) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "outlined_0"} : () -> ()
}) : () -> ()
// -----
// Equal operations, but wired otherwise: the second multiplies by what the first adds.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.tanh"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.multiply"(%4, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.negate"(%5) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%6) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.tanh"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.multiply"(%4, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.negate"(%5) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%6) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// Two operations are too few.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// One instance gives a value that the other does not: both calls have it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.tanh"(%2) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.multiply"(%4, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.negate"(%5) : (tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.add"(%6, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%7) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0:2 = "func.call"(%arg0, %arg1) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.tanh"(%0#1) : (tensor<4xf32>) -> tensor<4xf32>
    %2:2 = "func.call"(%1, %arg2) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3 = "tessera.add"(%2#1, %0#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "outlined_0"} : () -> ()
}) : () -> ()
// -----
// An infeed stays in its turn, and nothing reaches over it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %3 = "tessera.multiply"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%3, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.negate"(%4) : (tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %7 = "tessera.multiply"(%5, %6) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%7) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %3 = "tessera.multiply"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%3, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.negate"(%4) : (tensor<4xf32>) -> tensor<4xf32>
    %6 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %7 = "tessera.multiply"(%5, %6) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%7) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// The layers of a region and of a function become one body, though each block is looked at by itself.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<4xf32>):
      %1 = "tessera.add"(%arg4, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %2 = "tessera.multiply"(%1, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
      %4 = "tessera.add"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %5 = "tessera.multiply"(%4, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %6 = "tessera.negate"(%5) : (tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%6) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.add"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %8 = "tessera.multiply"(%7, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %9 = "tessera.negate"(%8) : (tensor<4xf32>) -> tensor<4xf32>
    %10 = "tessera.add"(%9, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %11 = "tessera.multiply"(%10, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %12 = "tessera.negate"(%11) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%12) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<4xf32>):
      %3 = "func.call"(%arg4, %arg1) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %4 = "func.call"(%3, %arg2) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%4) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0, %arg1) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%1, %arg2) {callee = @outlined_0} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "outlined_0"} : () -> ()
}) : () -> ()
// -----
// Of two equal functions one stays, and of their callers, which are then equal.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "first"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "second"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @first} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "a"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @second} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "b"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @a} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @b} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%1) {callee = @second} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "first"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @first} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.tanh"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "a"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @a} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @a} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%1) {callee = @first} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// A body that is there already is called.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "there"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.add"(%2, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.multiply"(%3, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.negate"(%4) : (tensor<4xf32>) -> tensor<4xf32>
    %6 = "func.call"(%5, %arg1) {callee = @there} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%6) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.negate"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "there"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "func.call"(%arg0, %arg1) {callee = @there} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0, %arg2) {callee = @there} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%1, %arg1) {callee = @there} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}, {tessera.name = "x1", tessera.role = "batch"}, {tessera.name = "x2", tessera.role = "batch"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// Equal functions of two stages stay apart: each is on its stage's IPU.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @stage_0} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @stage_1} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stages"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @stage_0} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @stage_1} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stages"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_0", tessera.ipu = 0 : i64, tessera.stage = 0 : i64} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "stage_1", tessera.ipu = 1 : i64, tessera.stage = 1 : i64} : () -> ()
}) : () -> ()
