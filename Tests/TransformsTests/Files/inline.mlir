// RUN: inline
// Calls in calls vanish, and functions with them, also one that nobody called.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "square"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @square} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "func.call"(%0) {callee = @square} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "twice"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "func.call"(%arg0) {callee = @square} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "lone"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) {callee = @twice} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1 = "tessera.add"(%0#0, %0#1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%1, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.add"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// A call in a region, and a function with a region: regions stay.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.multiply"(%arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "square"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "func.call"(%arg2) {callee = @square} : (tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "looped"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "func.call"(%arg2) {callee = @square} : (tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "func.call"(%0) {callee = @looped} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %2 = "tessera.multiply"(%arg2, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%2) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.repeat"(%0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %2 = "tessera.multiply"(%arg2, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%2) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// Infeeds of a function keep their turn; a result may be an argument, and be given twice.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    "func.return"(%0, %arg0, %arg0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), sym_name = "next"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0:3 = "func.call"(%arg0) {callee = @next} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %1:3 = "func.call"(%0#1) {callee = @next} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
    %2 = "tessera.subtract"(%0#0, %1#0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.add"(%2, %1#2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %1 = "tessera.infeed"() {element = f32, shape = array<i64: 4>, stream = "x"} : () -> tensor<4xf32>
    %2 = "tessera.subtract"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.add"(%2, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
// Without calls there is nothing to do.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "x0", tessera.role = "batch"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y0", tessera.role = "output"}], sym_name = "main"} : () -> ()
}) : () -> ()
