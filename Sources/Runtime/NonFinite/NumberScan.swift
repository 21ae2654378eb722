import CHostKernels
import Foundations

/// What the numbers of a tensor are: how many are not finite, and how large the others.
struct NumberScan {
  let nans: Int
  let infinities: Int
  /// The place of the first NaN or infinity in row-major order; nil where all numbers are finite.
  let first: Int?
  /// The largest magnitude of the finite numbers; 0 where there is none.
  let largest: Float

  /// Looks at elements in memory.
  /// - Returns: nil for element types whose values are always finite, and for f64, which no device
  ///   computes in.
  init?(_ element: ElementType, count: Int, at start: UnsafeRawPointer) {
    let type: hk_type
    switch element {
    case .f16: type = hk_f16
    case .f32: type = hk_f32
    case .i1, .i32, .f64: return nil
    }
    let scan = hk_scan(type, Int64(count), start)
    nans = Int(scan.nans)
    infinities = Int(scan.infinities)
    first = scan.first < 0 ? nil : Int(scan.first)
    largest = scan.largest
  }

  /// Looks at a tensor of the host.
  init?(_ tensor: HostTensor) {
    guard let start = tensor.bytes.baseAddress else { return nil }
    self.init(tensor.type.element, count: tensor.type.count, at: start)
  }

  var isFinite: Bool { first == nil }
}
