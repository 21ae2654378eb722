// RUN: offload{min-bytes=16}
// Equal shapes go through one function, which loads and stores; 16 bytes are moved, 12 stay.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.subtract"(%arg0, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "update_0"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.subtract"(%arg0, %0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "update_1"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<3xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>, %arg5: tensor<3xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%arg2) : (tensor<3xf32>) -> tensor<3xf32>
    %2:2 = "func.call"(%arg0, %arg3, %0) {callee = @update_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %3:2 = "func.call"(%arg1, %arg4, %0) {callee = @update_0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %4:2 = "func.call"(%arg2, %arg5, %1) {callee = @update_1} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    "func.return"(%2#0, %3#0, %4#0, %2#1, %3#1, %4#1) : (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "v", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "w", tessera.role = "first_moment"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "v", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "w", tessera.role = "first_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32, "streaming">, %arg2: tensor<4xf32>):
    %0 = "tessera.remote_load"(%arg1) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.remote_store"(%arg1, %1) : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32, "streaming">
    %3 = "tessera.multiply"(%1, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.subtract"(%arg0, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%4, %2) : (tensor<4xf32>, tensor<4xf32, "streaming">) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32, "streaming">, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32, "streaming">), sym_name = "update_0"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.subtract"(%arg0, %0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%1, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "update_1"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<3xf32>, %arg3: tensor<4xf32, "streaming">, %arg4: tensor<4xf32, "streaming">, %arg5: tensor<3xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%arg2) : (tensor<3xf32>) -> tensor<3xf32>
    %2:2 = "func.call"(%arg0, %arg3, %0) {callee = @update_0} : (tensor<4xf32>, tensor<4xf32, "streaming">, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32, "streaming">)
    %3:2 = "func.call"(%arg1, %arg4, %0) {callee = @update_0} : (tensor<4xf32>, tensor<4xf32, "streaming">, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32, "streaming">)
    %4:2 = "func.call"(%arg2, %arg5, %1) {callee = @update_1} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    "func.return"(%2#0, %3#0, %4#0, %2#1, %3#1, %4#1) : (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<3xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "v", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "w", tessera.role = "first_moment"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<3xf32>), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "v", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "w", tessera.role = "first_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
// Buffers go down through calls in calls. A layer's second moment is read by two functions.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "decay"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.reduce_sum"(%arg0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%0) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<f32>, sym_name = "total"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "func.call"(%arg1) {callee = @total} : (tensor<4xf32>) -> tensor<f32>
    %1 = "func.call"(%arg0, %0) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2 = "func.call"(%arg1, %0) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "layer_update"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0:2 = "func.call"(%arg0, %arg2) {callee = @layer_update} : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    %1:2 = "func.call"(%arg1, %arg3) {callee = @layer_update} : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%0#0, %1#0, %0#1, %1#1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), res_attrs = [{tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32, "streaming">, %arg1: tensor<f32>):
    %0 = "tessera.remote_load"(%arg0) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %1 = "tessera.multiply"(%0, %arg1) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2 = "tessera.remote_store"(%arg0, %1) : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32, "streaming">
    "func.return"(%2) : (tensor<4xf32, "streaming">) -> ()
  }) {function_type = (tensor<4xf32, "streaming">, tensor<f32>) -> tensor<4xf32, "streaming">, sym_name = "decay"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32, "streaming">):
    %0 = "tessera.remote_load"(%arg0) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%1) : (tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32, "streaming">) -> tensor<f32>, sym_name = "total"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32, "streaming">, %arg1: tensor<4xf32, "streaming">):
    %0 = "func.call"(%arg1) {callee = @total} : (tensor<4xf32, "streaming">) -> tensor<f32>
    %1 = "func.call"(%arg0, %0) {callee = @decay} : (tensor<4xf32, "streaming">, tensor<f32>) -> tensor<4xf32, "streaming">
    %2 = "func.call"(%arg1, %0) {callee = @decay} : (tensor<4xf32, "streaming">, tensor<f32>) -> tensor<4xf32, "streaming">
    "func.return"(%1, %2) : (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> ()
  }) {function_type = (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">), sym_name = "layer_update"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32, "streaming">, %arg1: tensor<4xf32, "streaming">, %arg2: tensor<4xf32, "streaming">, %arg3: tensor<4xf32, "streaming">):
    %0:2 = "func.call"(%arg0, %arg2) {callee = @layer_update} : (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">)
    %1:2 = "func.call"(%arg1, %arg3) {callee = @layer_update} : (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">)
    "func.return"(%0#0, %1#0, %0#1, %1#1) : (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], function_type = (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> (tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">), res_attrs = [{tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
// Calls that do not agree: @decay has a value of the chip, too, so that its callers load and store. A
// result that is read otherwise is stored by the caller, and one that is a buffer as it came is not
// copied; one that is another's content is.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "decay"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "blend"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>, %arg4: tensor<4xf32>, %arg5: tensor<4xf32>):
    %0 = "func.call"(%arg0, %arg1) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %1 = "func.call"(%arg2, %arg1) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2 = "func.call"(%arg3, %1) {callee = @blend} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.subtract"(%0, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%3, %1, %2, %arg4, %arg4) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "rate", tessera.role = "learning_rate"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], function_type = (tensor<4xf32>, tensor<f32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>):
    %0 = "tessera.multiply"(%arg0, %arg1) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>, sym_name = "decay"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32, "streaming">, %arg1: tensor<4xf32>):
    %0 = "tessera.remote_load"(%arg0) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32>, sym_name = "blend"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>, %arg2: tensor<4xf32, "streaming">, %arg3: tensor<4xf32, "streaming">, %arg4: tensor<4xf32, "streaming">, %arg5: tensor<4xf32, "streaming">):
    %0 = "func.call"(%arg0, %arg1) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %1 = "tessera.remote_load"(%arg2) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %2 = "func.call"(%1, %arg1) {callee = @decay} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %3 = "tessera.remote_store"(%arg2, %2) : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32, "streaming">
    %4 = "func.call"(%arg3, %2) {callee = @blend} : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32>
    %5 = "tessera.remote_store"(%arg3, %4) : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32, "streaming">
    %6 = "tessera.subtract"(%0, %4) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %7 = "tessera.remote_load"(%arg4) : (tensor<4xf32, "streaming">) -> tensor<4xf32>
    %8 = "tessera.remote_store"(%arg5, %7) : (tensor<4xf32, "streaming">, tensor<4xf32>) -> tensor<4xf32, "streaming">
    "func.return"(%6, %3, %5, %arg4, %8) : (tensor<4xf32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "rate", tessera.role = "learning_rate"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], function_type = (tensor<4xf32>, tensor<f32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">) -> (tensor<4xf32>, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">, tensor<4xf32, "streaming">), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "second_moment"}], sym_name = "training_step"} : () -> ()
}) : () -> ()
// -----
// Left alone: a parameter; state that a repeat reads, here or in a function; state that is not updated;
// and state that another entry only reads.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "tessera.add"(%arg2, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "accumulate"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "func.call"(%arg1) {callee = @accumulate} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%arg2) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%arg0, %arg3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0, %1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}], sym_name = "training_step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "v", tessera.role = "first_moment"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y", tessera.role = "output"}], sym_name = "look"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.repeat"(%arg0) ({
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
      %1 = "tessera.add"(%arg2, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%1) : (tensor<4xf32>) -> ()
    }, {
    }) {count = 2 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "accumulate"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<4xf32>):
    %0 = "func.call"(%arg1) {callee = @accumulate} : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%arg2) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.add"(%arg0, %arg3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%2, %0, %1) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}, {tessera.name = "u", tessera.role = "second_moment"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>), res_attrs = [{tessera.name = "u", tessera.role = "parameter"}, {tessera.name = "u", tessera.role = "first_moment"}, {tessera.name = "v", tessera.role = "first_moment"}], sym_name = "training_step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.tanh"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0) : (tensor<4xf32>) -> ()
  }) {arg_attrs = [{tessera.name = "v", tessera.role = "first_moment"}], function_type = (tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{tessera.name = "y", tessera.role = "output"}], sym_name = "look"} : () -> ()
}) : () -> ()
