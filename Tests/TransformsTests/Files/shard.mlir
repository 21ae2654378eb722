// RUN: shard{replicas=2 min-bytes=16}
// Each of two replicas has 3 of the 5 elements, of which the last is padding.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<5xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<5xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<5xf32>, %m: tensor<5xf32>, %g: tensor<5xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %p = "tessera.multiply"(%mn, %rate) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %wn = "tessera.subtract"(%w, %p) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    "func.return"(%wn, %mn) : (tensor<5xf32>, tensor<5xf32>) -> ()
  }) {function_type = (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<5xf32>, %m: tensor<5xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<f32>)
    %u:2 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>)
    "func.return"(%u#0, %u#1, %a#1) : (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<5xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<5xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<5xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>)
    %1 = "tessera.reduce_scatter_sum"(%0#0) {replicas = 2 : i64} : (tensor<5xf32>) -> tensor<3xf32>
    %2 = "tessera.all_reduce_sum"(%0#1) : (tensor<f32>) -> tensor<f32>
    %3 = "tessera.replica_slice"(%arg0) {replicas = 2 : i64} : (tensor<5xf32>) -> tensor<3xf32>
    %4:2 = "func.call"(%3, %arg1, %1, %arg2) {callee = @update_sharded} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>)
    %5 = "tessera.all_gather"(%4#0) {extents = array<i64: 5>, ranks = array<i64: 1>, replicas = 2 : i64} : (tensor<3xf32>) -> tensor<5xf32>
    "func.return"(%5, %4#1, %2) : (tensor<5xf32>, tensor<3xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<5xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<3xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<f32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.multiply"(%0, %arg3) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %2 = "tessera.subtract"(%arg0, %1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%2, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "update_sharded"} : () -> ()
}) : () -> ()
// -----
// A norm needs a sum over the replicas between two halves; the sums of all parameters are one. A function
// that two parameters share stays shared, and so does the one that calls it.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<2x3xf32>, %w1: tensor<2x3xf32>, %w2: tensor<7xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    %g1 = "tessera.add"(%w1, %f) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    %g2 = "tessera.add"(%w2, %f) : (tensor<7xf32>, tensor<f32>) -> tensor<7xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %g1, %g2, %l) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<2x3xf32>, %m: tensor<2x3xf32>, %g: tensor<2x3xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %d = "tessera.add"(%mn, %w) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %dd = "tessera.multiply"(%d, %d) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %n = "tessera.reduce_sum"(%dd) {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<f32>
    %c = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %n1 = "tessera.add"(%n, %c) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %q = "tessera.divide"(%rate, %n1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %p = "tessera.multiply"(%d, %q) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    %wn = "tessera.subtract"(%w, %p) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%wn, %mn) : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<7xf32>, %m: tensor<7xf32>, %g: tensor<7xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    %d = "tessera.add"(%mn, %w) : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    %dd = "tessera.multiply"(%d, %d) : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    %n = "tessera.reduce_sum"(%dd) {axes = array<i64: 0>} : (tensor<7xf32>) -> tensor<f32>
    %c = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %n1 = "tessera.add"(%n, %c) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %q = "tessera.divide"(%rate, %n1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %p = "tessera.multiply"(%d, %q) : (tensor<7xf32>, tensor<f32>) -> tensor<7xf32>
    %wn = "tessera.subtract"(%w, %p) : (tensor<7xf32>, tensor<7xf32>) -> tensor<7xf32>
    "func.return"(%wn, %mn) : (tensor<7xf32>, tensor<7xf32>) -> ()
  }) {function_type = (tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<f32>) -> (tensor<7xf32>, tensor<7xf32>), sym_name = "other_update"} : () -> ()
  "func.func"() ({
  ^bb0(%w0: tensor<2x3xf32>, %w1: tensor<2x3xf32>, %m0: tensor<2x3xf32>, %m1: tensor<2x3xf32>, %g0: tensor<2x3xf32>, %g1: tensor<2x3xf32>, %rate: tensor<f32>):
    %a:2 = "func.call"(%w0, %m0, %g0, %rate) {callee = @update} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
    %b:2 = "func.call"(%w1, %m1, %g1, %rate) {callee = @update} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
    "func.return"(%a#0, %b#0, %a#1, %b#1) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "layer_update"} : () -> ()
  "func.func"() ({
  ^bb0(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>, %c: tensor<7xf32>, %ma: tensor<2x3xf32>, %mb: tensor<2x3xf32>, %mc: tensor<7xf32>, %rate: tensor<f32>):
    %s:4 = "func.call"(%a, %b, %c) {callee = @gradients} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>)
    %x:4 = "tessera.all_reduce_sum"(%s#0, %s#1, %s#2, %s#3) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>)
    %u:4 = "func.call"(%a, %b, %ma, %mb, %x#0, %x#1, %rate) {callee = @layer_update} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
    %v:2 = "func.call"(%c, %mc, %x#2, %rate) {callee = @other_update} : (tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<f32>) -> (tensor<7xf32>, tensor<7xf32>)
    "func.return"(%u#0, %u#1, %v#0, %u#2, %u#3, %v#1, %x#3) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "a", tessera.role = "parameter"}, {tessera.name = "b", tessera.role = "parameter"}, {tessera.name = "c", tessera.role = "parameter"}, {tessera.name = "a", tessera.role = "first_moment"}, {tessera.name = "b", tessera.role = "first_moment"}, {tessera.name = "c", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>), res_attrs = [{tessera.name = "a", tessera.role = "parameter"}, {tessera.name = "b", tessera.role = "parameter"}, {tessera.name = "c", tessera.role = "parameter"}, {tessera.name = "a", tessera.role = "first_moment"}, {tessera.name = "b", tessera.role = "first_moment"}, {tessera.name = "c", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>, %arg2: tensor<7xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    %3 = "tessera.add"(%arg1, %1) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    %4 = "tessera.add"(%arg2, %1) : (tensor<7xf32>, tensor<f32>) -> tensor<7xf32>
    %5 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3, %4, %5) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>, %arg2: tensor<7xf32>, %arg3: tensor<3xf32>, %arg4: tensor<3xf32>, %arg5: tensor<4xf32>, %arg6: tensor<f32>):
    %0:4 = "func.call"(%arg0, %arg1, %arg2) {callee = @gradients} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<f32>)
    %1:3 = "tessera.reduce_scatter_sum"(%0#0, %0#1, %0#2) {replicas = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<4xf32>)
    %2 = "tessera.all_reduce_sum"(%0#3) : (tensor<f32>) -> tensor<f32>
    %3:2 = "tessera.replica_slice"(%arg0, %arg1) {replicas = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %4:6 = "func.call"(%3#0, %3#1, %arg3, %arg4, %1#0, %1#1) {callee = @layer_update_before} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
    %5 = "tessera.replica_slice"(%arg2) {replicas = 2 : i64} : (tensor<7xf32>) -> tensor<4xf32>
    %6:3 = "func.call"(%5, %arg5, %1#2) {callee = @other_update_before} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
    %7:3 = "tessera.all_reduce_sum"(%4#0, %4#2, %6#0) : (tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>)
    %8:2 = "func.call"(%3#0, %3#1, %arg6, %7#0, %4#1, %7#1, %4#3) {callee = @layer_update_after} : (tensor<3xf32>, tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %9 = "func.call"(%5, %arg6, %7#2, %6#1) {callee = @other_update_after} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
    %10:3 = "tessera.all_gather"(%8#0, %8#1, %9) {extents = array<i64: 2, 3, 2, 3, 7>, ranks = array<i64: 2, 2, 1>, replicas = 2 : i64} : (tensor<3xf32>, tensor<3xf32>, tensor<4xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>)
    "func.return"(%10#0, %10#1, %10#2, %4#4, %4#5, %6#2, %2) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "a", tessera.role = "parameter"}, {tessera.name = "b", tessera.role = "parameter"}, {tessera.name = "c", tessera.role = "parameter"}, {tessera.name = "a", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "b", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "c", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<7xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>, tensor<f32>), res_attrs = [{tessera.name = "a", tessera.role = "parameter"}, {tessera.name = "b", tessera.role = "parameter"}, {tessera.name = "c", tessera.role = "parameter"}, {tessera.name = "a", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "b", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "c", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.add"(%0, %arg0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %2 = "tessera.multiply"(%1, %1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
    "func.return"(%3, %1, %0) : (tensor<f32>, tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>), sym_name = "update_before"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<3xf32>):
    %0 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg2, %0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %2 = "tessera.divide"(%arg1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %3 = "tessera.multiply"(%arg3, %2) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %4 = "tessera.subtract"(%arg0, %3) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%4) : (tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>, sym_name = "update_after"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<3xf32>, %arg4: tensor<3xf32>, %arg5: tensor<3xf32>):
    %0:3 = "func.call"(%arg0, %arg2, %arg4) {callee = @update_before} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
    %1:3 = "func.call"(%arg1, %arg3, %arg5) {callee = @update_before} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
    "func.return"(%0#0, %0#1, %1#0, %1#1, %0#2, %1#2) : (tensor<f32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>), sym_name = "layer_update_before"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>, %arg3: tensor<f32>, %arg4: tensor<3xf32>, %arg5: tensor<f32>, %arg6: tensor<3xf32>):
    %0 = "func.call"(%arg0, %arg2, %arg3, %arg4) {callee = @update_after} : (tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "func.call"(%arg1, %arg2, %arg5, %arg6) {callee = @update_after} : (tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%0, %1) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "layer_update_after"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.add"(%0, %arg0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.multiply"(%1, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    "func.return"(%3, %1, %0) : (tensor<f32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>), sym_name = "other_update_before"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<4xf32>):
    %0 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f32>} : () -> tensor<f32>
    %1 = "tessera.add"(%arg2, %0) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %2 = "tessera.divide"(%arg1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %3 = "tessera.multiply"(%arg3, %2) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %4 = "tessera.subtract"(%arg0, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%4) : (tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "other_update_after"} : () -> ()
}) : () -> ()
// -----
// Chains, constants, shapes and repeated scalars work on parts. What the entry reads as a whole it gets as a
// whole: the gradient's sum stays, and the new weight is put together where it is read.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<6xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<6xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<6xf32>) -> (tensor<6xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<6xf32>, %m: tensor<6xf32>, %g: tensor<6xf32>, %rate: tensor<f32>):
    %x:3 = "tessera.fuse"(%w, %m, %g) ({
    ^bb0(%0: tensor<6xf32>, %1: tensor<6xf32>, %2: tensor<6xf32>):
      %n = "tessera.add"(%1, %2) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
      %d = "tessera.add"(%n, %0) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
      %e = "tessera.multiply"(%d, %d) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
      "tessera.yield"(%n, %d, %e) : (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> ()
    }, {
    }) : (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>)
    %s = "tessera.reduce_sum"(%x#2) {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<f32>
    %ones = "tessera.constant"() {value = dense<2.000000e+00> : tensor<6xf32>} : () -> tensor<6xf32>
    %flat = "tessera.reshape"(%x#1) {shape = array<i64: 2, 3>} : (tensor<6xf32>) -> tensor<2x3xf32>
    %back = "tessera.reshape"(%flat) {shape = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
    %many = "tessera.broadcast"(%s) {shape = array<i64: 6>} : (tensor<f32>) -> tensor<6xf32>
    %q = "tessera.multiply"(%back, %many) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %h = "tessera.add"(%q, %ones) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %wn = "tessera.subtract"(%w, %h) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
    "func.return"(%wn, %x#0, %s) : (tensor<6xf32>, tensor<6xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<f32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<6xf32>, %m: tensor<6xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<6xf32>) -> (tensor<6xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<6xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<f32>)
    %u:3 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<f32>)
    %size = "tessera.reduce_sum"(%u#0) {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<f32>
    %gsize = "tessera.reduce_sum"(%a#0) {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<f32>
    "func.return"(%u#0, %u#1, %u#2, %size, %gsize) : (tensor<6xf32>, tensor<6xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<6xf32>, tensor<6xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<f32>, tensor<f32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "norm", tessera.role = "output"}, {tessera.name = "size", tessera.role = "output"}, {tessera.name = "gradient", tessera.role = "output"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<6xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<6xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<6xf32>) -> (tensor<6xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<6xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<6xf32>) -> (tensor<6xf32>, tensor<f32>)
    %1:2 = "tessera.all_reduce_sum"(%0#0, %0#1) : (tensor<6xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<f32>)
    %2:2 = "tessera.replica_slice"(%arg0, %1#0) {replicas = 2 : i64} : (tensor<6xf32>, tensor<6xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %3:3 = "func.call"(%2#0, %arg1, %2#1) {callee = @update_before} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
    %4 = "tessera.reduce_sum"(%1#0) {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<f32>
    %5 = "tessera.all_reduce_sum"(%3#0) : (tensor<f32>) -> tensor<f32>
    %6:2 = "func.call"(%2#0, %5, %3#1) {callee = @update_after} : (tensor<3xf32>, tensor<f32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>)
    %7 = "tessera.all_gather"(%6#0) {extents = array<i64: 6>, ranks = array<i64: 1>, replicas = 2 : i64} : (tensor<3xf32>) -> tensor<6xf32>
    %8 = "tessera.reduce_sum"(%7) {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<f32>
    "func.return"(%7, %3#2, %6#1, %8, %4) : (tensor<6xf32>, tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<6xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<6xf32>, tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "norm", tessera.role = "output"}, {tessera.name = "size", tessera.role = "output"}, {tessera.name = "gradient", tessera.role = "output"}], sym_name = "step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>):
    %0:3 = "tessera.fuse"(%arg0, %arg1, %arg2) ({
    ^bb0(%arg3: tensor<3xf32>, %arg4: tensor<3xf32>, %arg5: tensor<3xf32>):
      %2 = "tessera.add"(%arg4, %arg5) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %3 = "tessera.add"(%2, %arg3) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %4 = "tessera.multiply"(%3, %3) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      "tessera.yield"(%2, %3, %4) : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> ()
    }, {
    }) : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
    %1 = "tessera.reduce_sum"(%0#2) {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
    "func.return"(%1, %0#1, %0#0) : (tensor<f32>, tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>), sym_name = "update_before"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<f32>, %arg2: tensor<3xf32>):
    %0 = "tessera.broadcast"(%arg1) {shape = array<i64: 3>} : (tensor<f32>) -> tensor<3xf32>
    %1 = "tessera.multiply"(%arg2, %0) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %2 = "tessera.constant"() {value = dense<2.000000e+00> : tensor<3xf32>} : () -> tensor<3xf32>
    %3 = "tessera.add"(%1, %2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %4 = "tessera.subtract"(%arg0, %3) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%4, %arg1) : (tensor<3xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<f32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>), sym_name = "update_after"} : () -> ()
}) : () -> ()
// -----
// A moment of 12 bytes is too small.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<3xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<3xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<3xf32>, %m: tensor<3xf32>, %g: tensor<3xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %p = "tessera.multiply"(%mn, %rate) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %wn = "tessera.subtract"(%w, %p) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%wn, %mn) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<3xf32>, %m: tensor<3xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<f32>)
    %u:2 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>)
    "func.return"(%u#0, %u#1, %a#1) : (tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<3xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<f32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %1 = "tessera.multiply"(%0, %arg3) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
    %2 = "tessera.subtract"(%arg0, %1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%2, %0) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) {function_type = (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>)
    %1:2 = "tessera.all_reduce_sum"(%0#0, %0#1) : (tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<f32>)
    %2:2 = "func.call"(%arg0, %arg1, %1#0, %arg2) {callee = @update} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>)
    "func.return"(%2#0, %2#1, %1#1) : (tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<3xf32>, tensor<3xf32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
// A transpose reads elements of other replicas.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<2x2xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<2x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<2x2xf32>, %m: tensor<2x2xf32>, %g: tensor<2x2xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %t = "tessera.transpose"(%mn) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %p = "tessera.multiply"(%t, %rate) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %wn = "tessera.subtract"(%w, %p) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%wn, %mn) : (tensor<2x2xf32>, tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<2x2xf32>, %m: tensor<2x2xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<f32>)
    %u:2 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>)
    "func.return"(%u#0, %u#1, %a#1) : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2x2xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<2x2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x2xf32>, %arg1: tensor<2x2xf32>, %arg2: tensor<2x2xf32>, %arg3: tensor<f32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %1 = "tessera.transpose"(%0) {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = "tessera.multiply"(%1, %arg3) : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
    %3 = "tessera.subtract"(%arg0, %2) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    "func.return"(%3, %0) : (tensor<2x2xf32>, tensor<2x2xf32>) -> ()
  }) {function_type = (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2x2xf32>, %arg1: tensor<2x2xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<f32>)
    %1:2 = "tessera.all_reduce_sum"(%0#0, %0#1) : (tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<f32>)
    %2:2 = "func.call"(%arg0, %arg1, %1#0, %arg2) {callee = @update} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>)
    "func.return"(%2#0, %2#1, %1#1) : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
// The padding of what is summed would be 1.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<5xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<5xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<5xf32>, %m: tensor<5xf32>, %g: tensor<5xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %z = "tessera.subtract"(%mn, %mn) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %one = "tessera.exponential"(%z) : (tensor<5xf32>) -> tensor<5xf32>
    %n = "tessera.reduce_sum"(%one) {axes = array<i64: 0>} : (tensor<5xf32>) -> tensor<f32>
    %q = "tessera.multiply"(%mn, %n) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %wn = "tessera.subtract"(%w, %q) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    "func.return"(%wn, %mn) : (tensor<5xf32>, tensor<5xf32>) -> ()
  }) {function_type = (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<5xf32>, %m: tensor<5xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<f32>)
    %u:2 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>)
    "func.return"(%u#0, %u#1, %a#1) : (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<5xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<5xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<5xf32>, %arg1: tensor<5xf32>, %arg2: tensor<5xf32>, %arg3: tensor<f32>):
    %0 = "tessera.add"(%arg1, %arg2) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %1 = "tessera.subtract"(%0, %0) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %2 = "tessera.exponential"(%1) : (tensor<5xf32>) -> tensor<5xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<5xf32>) -> tensor<f32>
    %4 = "tessera.multiply"(%0, %3) : (tensor<5xf32>, tensor<f32>) -> tensor<5xf32>
    %5 = "tessera.subtract"(%arg0, %4) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    "func.return"(%5, %0) : (tensor<5xf32>, tensor<5xf32>) -> ()
  }) {function_type = (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<5xf32>, %arg1: tensor<5xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<5xf32>) -> (tensor<5xf32>, tensor<f32>)
    %1:2 = "tessera.all_reduce_sum"(%0#0, %0#1) : (tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<f32>)
    %2:2 = "func.call"(%arg0, %arg1, %1#0, %arg2) {callee = @update} : (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>)
    "func.return"(%2#0, %2#1, %1#1) : (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<5xf32>, tensor<5xf32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
// Without padding there is none to sum.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%w0: tensor<4xf32>):
    %r = "tessera.replica_index"() : () -> tensor<i32>
    %f = "tessera.convert"(%r) {to = f32} : (tensor<i32>) -> tensor<f32>
    %g0 = "tessera.add"(%w0, %f) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %l = "tessera.add"(%f, %f) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%g0, %l) : (tensor<4xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<4xf32>, %m: tensor<4xf32>, %g: tensor<4xf32>, %rate: tensor<f32>):
    %mn = "tessera.add"(%m, %g) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %z = "tessera.subtract"(%mn, %mn) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %one = "tessera.exponential"(%z) : (tensor<4xf32>) -> tensor<4xf32>
    %n = "tessera.reduce_sum"(%one) {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
    %q = "tessera.multiply"(%mn, %n) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %wn = "tessera.subtract"(%w, %q) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%wn, %mn) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "update"} : () -> ()
  "func.func"() ({
  ^bb0(%w: tensor<4xf32>, %m: tensor<4xf32>, %rate: tensor<f32>):
    %s:2 = "func.call"(%w) {callee = @gradients} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
    %a:2 = "tessera.all_reduce_sum"(%s#0, %s#1) : (tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<f32>)
    %u:2 = "func.call"(%w, %m, %a#0, %rate) {callee = @update} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>)
    "func.return"(%u#0, %u#1, %a#1) : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment"}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>):
    %0 = "tessera.replica_index"() : () -> tensor<i32>
    %1 = "tessera.convert"(%0) {to = f32} : (tensor<i32>) -> tensor<f32>
    %2 = "tessera.add"(%arg0, %1) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %3 = "tessera.add"(%1, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "func.return"(%2, %3) : (tensor<4xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>), sym_name = "gradients"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0:2 = "func.call"(%arg0) {callee = @gradients} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
    %1 = "tessera.reduce_scatter_sum"(%0#0) {replicas = 2 : i64} : (tensor<4xf32>) -> tensor<2xf32>
    %2 = "tessera.all_reduce_sum"(%0#1) : (tensor<f32>) -> tensor<f32>
    %3:2 = "func.call"(%arg1, %1) {callee = @update_before} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>)
    %4 = "tessera.all_reduce_sum"(%3#1) : (tensor<f32>) -> tensor<f32>
    %5 = "tessera.replica_slice"(%arg0) {replicas = 2 : i64} : (tensor<4xf32>) -> tensor<2xf32>
    %6 = "func.call"(%5, %3#0, %4) {callee = @update_after} : (tensor<2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %7 = "tessera.all_gather"(%6) {extents = array<i64: 4>, ranks = array<i64: 1>, replicas = 2 : i64} : (tensor<2xf32>) -> tensor<4xf32>
    "func.return"(%7, %3#0, %2) : (tensor<4xf32>, tensor<2xf32>, tensor<f32>) -> ()
  }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "rate", tessera.role = "learning_rate"}], function_type = (tensor<4xf32>, tensor<2xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<2xf32>, tensor<f32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}, {tessera.name = "loss", tessera.role = "loss"}], sym_name = "step"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>):
    %0 = "tessera.add"(%arg0, %arg1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %1 = "tessera.subtract"(%0, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = "tessera.exponential"(%1) : (tensor<2xf32>) -> tensor<2xf32>
    %3 = "tessera.reduce_sum"(%2) {axes = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
    "func.return"(%0, %3) : (tensor<2xf32>, tensor<f32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>), sym_name = "update_before"} : () -> ()
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>, %arg2: tensor<f32>):
    %0 = "tessera.multiply"(%arg1, %arg2) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    %1 = "tessera.subtract"(%arg0, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%1) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>, sym_name = "update_after"} : () -> ()
}) : () -> ()
