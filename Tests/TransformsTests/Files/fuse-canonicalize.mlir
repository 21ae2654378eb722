// RUN: fuse,fold,canonicalize,cse,dce
// Rules for single operations leave chains alone: the double negation would leave its operand, which a
// chain cannot give. Equal values within a chain are computed once.
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "tessera.tanh"(%arg1) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = "tessera.tanh"(%arg1) : (tensor<4xf32>) -> tensor<4xf32>
    %4 = "tessera.add"(%2, %3) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%1, %4) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
// -----
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0 = "tessera.fuse"(%arg0) ({
    ^bb0(%arg2: tensor<4xf32>):
      %2 = "tessera.negate"(%arg2) : (tensor<4xf32>) -> tensor<4xf32>
      %3 = "tessera.negate"(%2) : (tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%3) : (tensor<4xf32>) -> ()
    }, {
    }) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "tessera.fuse"(%arg1) ({
    ^bb0(%arg2: tensor<4xf32>):
      %2 = "tessera.tanh"(%arg2) : (tensor<4xf32>) -> tensor<4xf32>
      %3 = "tessera.add"(%2, %2) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      "tessera.yield"(%3) : (tensor<4xf32>) -> ()
    }, {
    }) : (tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> ()
  }) {function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "f"} : () -> ()
}) : () -> ()
