import GraphIR

/// A module that has every kind of construct of the text: ports, calls, a region, constants of each
/// element type, several results, a stage, streaming memory.
let sampleText = """
  "builtin.module"() ({
    "func.func"() ({
    ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<i32>, %arg2: tensor<2xf32>):
      %0 = "tessera.constant"() {value = dense<[1, 2]> : tensor<2xi32>} : () -> tensor<2xi32>
      %1 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
      %2 = "tessera.constant"() {value = dense<[[true, false], [false, false]]> : tensor<2x2xi1>} : () -> tensor<2x2xi1>
      %3:2 = "tessera.all_gather"(%arg2, %arg2) {extents = array<i64: 4, 3>, ranks = array<i64: 1, 1>, replicas = 2 : i64} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<4xf32>, tensor<3xf32>)
      %4:2 = "tessera.repeat"(%arg0, %arg1) ({
      ^bb0(%arg3: tensor<i32>, %arg4: tensor<2x3xf32>, %arg5: tensor<i32>):
        %5 = "tessera.add"(%arg4, %1) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
        %6:3 = "func.call"(%5, %arg5) {callee = @helper} : (tensor<2x3xf32>, tensor<i32>) -> (tensor<2x3xf32>, tensor<f16>, tensor<i32>)
        "tessera.yield"(%6#0, %6#2) : (tensor<2x3xf32>, tensor<i32>) -> ()
      }, {
      }) {count = 6 : i64} : (tensor<2x3xf32>, tensor<i32>) -> (tensor<2x3xf32>, tensor<i32>)
      "func.return"(%4#0, %arg2) : (tensor<2x3xf32>, tensor<2xf32>) -> ()
    }) {arg_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "t", tessera.role = "weight_update"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}], function_type = (tensor<2x3xf32>, tensor<i32>, tensor<2xf32>) -> (tensor<2x3xf32>, tensor<2xf32>), res_attrs = [{tessera.name = "w", tessera.role = "parameter"}, {tessera.name = "w", tessera.role = "first_moment", tessera.sharded = true}], sym_name = "main"} : () -> ()
    "func.func"() ({
    ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<i32>):
      %0 = "tessera.constant"() {value = dense<9.997550e-02> : tensor<f16>} : () -> tensor<f16>
      %1 = "tessera.constant"() {value = dense<0.899999976> : tensor<f32>} : () -> tensor<f32>
      %2 = "tessera.multiply"(%arg0, %1) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
      %3 = "tessera.transpose"(%2) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
      %4 = "tessera.transpose"(%3) {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
      "func.return"(%4, %0, %arg1) : (tensor<2x3xf32>, tensor<f16>, tensor<i32>) -> ()
    }) {function_type = (tensor<2x3xf32>, tensor<i32>) -> (tensor<2x3xf32>, tensor<f16>, tensor<i32>), sym_name = "helper", tessera.ipu = 1 : i64, tessera.stage = 2 : i64} : () -> ()
    "func.func"() ({
    ^bb0(%arg0: tensor<2x3xf32, "streaming">):
      %0 = "tessera.remote_load"(%arg0) : (tensor<2x3xf32, "streaming">) -> tensor<2x3xf32>
      %1 = "tessera.remote_store"(%arg0, %0) : (tensor<2x3xf32, "streaming">, tensor<2x3xf32>) -> tensor<2x3xf32, "streaming">
      "func.return"(%1) : (tensor<2x3xf32, "streaming">) -> ()
    }) {function_type = (tensor<2x3xf32, "streaming">) -> tensor<2x3xf32, "streaming">, sym_name = "update"} : () -> ()
  }) : () -> ()


  """

/// Two chains and a repeat after each other: what a region defines is numbered from the end of what is
/// around it, in each region anew.
let regionText = """
  "builtin.module"() ({
    "func.func"() ({
    ^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<3xf32>):
      %0:2 = "tessera.fuse"(%arg0, %arg1) ({
      ^bb0(%arg2: tensor<2x3xf32>, %arg3: tensor<3xf32>):
        %4 = "tessera.add"(%arg2, %arg3) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
        %5 = "tessera.negate"(%4) : (tensor<2x3xf32>) -> tensor<2x3xf32>
        "tessera.yield"(%5, %4) : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
      }, {
      }) : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
      %1 = "tessera.repeat"(%0#0) ({
      ^bb0(%arg2: tensor<i32>, %arg3: tensor<2x3xf32>):
        %4 = "tessera.fuse"(%arg3) ({
        ^bb0(%arg4: tensor<2x3xf32>):
          %5 = "tessera.negate"(%arg4) : (tensor<2x3xf32>) -> tensor<2x3xf32>
          %6 = "tessera.tanh"(%5) : (tensor<2x3xf32>) -> tensor<2x3xf32>
          "tessera.yield"(%6) : (tensor<2x3xf32>) -> ()
        }, {
        }) : (tensor<2x3xf32>) -> tensor<2x3xf32>
        "tessera.yield"(%4) : (tensor<2x3xf32>) -> ()
      }, {
      }) {count = 6 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
      %2 = "tessera.fuse"(%1) ({
      ^bb0(%arg2: tensor<2x3xf32>):
        %4 = "tessera.less"(%arg2, %arg2) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
        %5 = "tessera.convert"(%4) {to = f16} : (tensor<2x3xi1>) -> tensor<2x3xf16>
        "tessera.yield"(%5) : (tensor<2x3xf16>) -> ()
      }, {
      }) : (tensor<2x3xf32>) -> tensor<2x3xf16>
      %3 = "tessera.negate"(%0#1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
      "func.return"(%2, %3) : (tensor<2x3xf16>, tensor<2x3xf32>) -> ()
    }) {function_type = (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf16>, tensor<2x3xf32>), sym_name = "main"} : () -> ()
  }) : () -> ()


  """

/// A module of one function with the given argument list, lines and result types.
func module(
  arguments: String, _ lines: [String], types: String, attributes: String = ""
) -> String {
  """
  "builtin.module"() ({
    "func.func"() ({
    ^bb0(\(arguments)):
  \(lines.map { "    " + $0 }.joined(separator: "\n"))
    }) {\(attributes)function_type = \(types), sym_name = "f"} : () -> ()
  }) : () -> ()
  """
}
