import Operations

extension Remote {
  /// Whether the result may be made where the operand is: a store writes the buffer over.
  func replaces(operand: Int) -> Bool {
    switch self {
    case .load: false
    case .store: operand == 0
    }
  }

  /// A copy of the whole tensor.
  func kernel(_ site: OperationSite) -> Kernel {
    switch self {
    case .load: copyKernel(site.resultTypes[0], from: site.operands[0], to: site.results[0])
    case .store: copyKernel(site.resultTypes[0], from: site.operands[1], to: site.results[0])
    }
  }
}
