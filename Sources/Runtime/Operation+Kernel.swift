import Bundle
import Foundations
import Operations

extension Operation {
  /// The kernel that computes the operation on the device, or nil where nothing is to be done when the
  /// program runs: a reshape, or a constant that is in its place from the start. Control operations
  /// are prepared with what they run.
  /// - Throws: `TesseraError` where the device does not compute in a type.
  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel? {
    switch self {
    case .elementwise(let family): return try family.kernel(site)
    case .movement(let family): return family.kernel(site)
    case .reduction(let family): return try family.kernel(site)
    case .contraction(let family): return try family.kernel(site)
    case .indexing(let family): return try family.kernel(site)
    case .accumulation(let family): return try family.kernel(site)
    case .normalization(let family): return try family.kernel(site)
    case .softmax(let family): return try family.kernel(site)
    case .random(let family): return try family.kernel(site)
    case .stash(let family): return family.kernel(site)
    case .source(let family): return family.kernel(site)
    case .remote(let family): return family.kernel(site)
    case .collective, .control:
      preconditionFailure("collectives and control are prepared with what surrounds them")
    }
  }
}
