// RUN: dce
// What nothing reads goes, and what only that read, also within a repeat; an infeed stays.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.exponential"(%0) : (tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %3 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2xf32>):
      %5 = "tessera.negate"(%0) : (tensor<2xf32>) -> tensor<2xf32>
      "tessera.yield"(%arg2) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    %4 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<2xf32>):
      "tessera.yield"(%arg4) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%3) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 2>, stream = "x"} : () -> tensor<2xf32>
    %1 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<2xf32>):
      "tessera.yield"(%arg2) : (tensor<2xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%1) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "f"} : () -> ()
}) : () -> ()
// -----
// Functions that no entry reaches go; an entry keeps what it calls, and its ports.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "called"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "func.call"(%arg0) {callee = @called} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "forgotten"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>):
    %0 = "func.call"(%arg0) {callee = @called} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = "func.call"(%arg1) {callee = @called} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x", tessera.role = "batch"}, {tessera.name = "y", tessera.role = "batch"}], function_type = (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>, res_attrs = [{tessera.name = "y", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "called"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>):
    %0 = "func.call"(%arg0) {callee = @called} : (tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x", tessera.role = "batch"}, {tessera.name = "y", tessera.role = "batch"}], function_type = (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>, res_attrs = [{tessera.name = "y", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
