/// How an optimizer treats a parameter, by its name.
///
/// The original matches TensorFlow's names: `bias` and `beta` are not decayed; `bias`, `beta` and `gamma`
/// are not adapted by LAMB's trust ratio. In Hugging Face's names a layer norm's gamma is its `weight`
/// and its beta its `bias`.
struct ParameterTreatment: Hashable, Sendable {
  /// Whether LAMB adds weight decay to its update. (AdamW decays every parameter.)
  var isDecayed: Bool
  /// Whether LAMB scales the update by ‖w‖/‖update‖.
  var isAdapted: Bool

  init(parameterNamed name: String) {
    isDecayed = !name.hasSuffix("bias")
    isAdapted = isDecayed && !name.hasSuffix("LayerNorm.weight")
  }
}
