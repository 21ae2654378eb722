/// A task of the GLUE benchmark (Wang et al. 2019), by the name that the configuration gives it.
package enum GlueTask: String, Hashable, Sendable, CaseIterable {
  case cola
  case mnli
  case mrpc
  case qnli
  case qqp
  case rte
  case sst2
  case stsb
  case wnli

  /// Outputs of the classifier: one for each class, or the one number that STS-B predicts.
  package var labelCount: Int {
    switch self {
    case .mnli: 3
    case .stsb: 1
    case .cola, .mrpc, .qnli, .qqp, .rte, .sst2, .wnli: 2
    }
  }

  /// Whether a label is a number to come close to, from 0 to 5, and no class.
  package var isRegression: Bool { self == .stsb }
}
