import Foundations

/// The operands of an operation as they were before it ran.
struct Operands {
  let traces: [ValueTrace?]
  private let types: [TensorType]
  private let starts: [UnsafeMutableRawPointer]
  /// Copies of those in whose place a result is made.
  private let copies: [HostTensor?]

  /// - Parameter offset: bytes from where the slots point to.
  init(
    _ site: OperationSite, _ machine: Machine, _ memory: TracedMemory, offset: Int = 0
  ) {
    types = site.operandTypes
    starts = site.operands.map { machine[$0] + offset }
    traces = starts.map { memory[$0] }
    let results = Set(site.results.map { machine[$0] })
    copies = zip(starts, site.operandTypes).map { start, type in
      guard results.contains(start) else { return nil }
      let copy = HostTensor(uninitialized: type)
      copy.bytes.copyMemory(from: UnsafeRawBufferPointer(start: start, count: type.byteCount))
      return copy
    }
  }

  /// All of these.
  init(joining all: [Operands]) {
    types = all.flatMap(\.types)
    starts = all.flatMap(\.starts)
    traces = all.flatMap(\.traces)
    copies = all.flatMap(\.copies)
  }

  /// The earliest beginning of numbers that are not finite.
  var origin: Int? { traces.compactMap { $0?.origin }.min() }

  /// Where they are.
  var places: [WidenedOperation.Operand] {
    zip(types, zip(starts, copies)).map { type, place in
      WidenedOperation.Operand(type: type, start: place.1?.bytes.baseAddress ?? place.0)
    }
  }

  private var scans: [NumberScan] {
    places.compactMap { NumberScan($0.type.element, count: $0.type.count, at: $0.start) }
  }

  /// Whether one of them has a number that is not finite.
  var hasBad: Bool { scans.contains { !$0.isFinite } }

  /// The largest magnitude of each that has numbers of floating point.
  var magnitudes: [Float] { scans.map { $0.infinities > 0 ? .infinity : $0.largest } }

  /// Whether the result has its numbers that are not finite by the operation, and not from operands: an
  /// infinity of a constant may be meant, but a NaN that is made of it is not.
  func allow(_ result: NumberScan) -> Bool {
    let scans = self.scans
    if scans.allSatisfy(\.isFinite) { return true }
    return result.nans > 0 && scans.allSatisfy { $0.nans == 0 }
  }
}
