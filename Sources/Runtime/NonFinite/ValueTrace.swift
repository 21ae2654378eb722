import Operations

/// What is known of a value, beside its numbers, while a program is watched.
struct ValueTrace {
  /// The earliest of the beginnings that its numbers which are not finite come from; nil where they come
  /// from constants alone, or from memory that nothing has written.
  var origin: Int?
  /// The latest micro-batch that it depends on.
  var microBatch: Int?
  /// Whether it depends on the loss scale, as all gradients do and no activation does.
  var dependsOnLossScale = false
  /// Whether it depends on a moment or the learning rate, as only the optimizer's values do.
  var dependsOnOptimizer = false
  /// The argument of which it is a part, a copy or another format.
  var port: Port?

  init() {}

  /// An argument's.
  init(of port: Port?) {
    self.port = port
    dependsOnLossScale = port?.role == .lossScale
    dependsOnOptimizer = port?.role == .learningRate || port?.role.isOptimizerState == true
  }

  /// What depends on all of these; whether it is finite remains to be seen.
  init(of operands: [ValueTrace]) {
    microBatch = operands.compactMap(\.microBatch).max()
    dependsOnLossScale = operands.contains(where: \.dependsOnLossScale)
    dependsOnOptimizer = operands.contains(where: \.dependsOnOptimizer)
  }
}

/// What is known of the values in memory, by where each begins.
///
/// Whatever writes a value says so here, and what is read was written: that memory is used again and again
/// needs no care.
struct TracedMemory {
  private var traces: [UnsafeMutableRawPointer: ValueTrace] = [:]

  /// Nil for constants, and for memory that nothing has written.
  subscript(start: UnsafeMutableRawPointer) -> ValueTrace? {
    get { traces[start] }
    set { traces[start] = newValue }
  }

  /// A value was copied, with all that lies in it: the entries of a stash have traces of their own.
  mutating func copy(
    from source: UnsafeMutableRawPointer, to destination: UnsafeMutableRawPointer, byteCount: Int
  ) {
    guard source != destination else { return }
    let end = source + byteCount
    let inside = traces.filter { $0.key >= source && $0.key < end }
    for start in traces.keys where start >= destination && start < destination + byteCount {
      traces[start] = nil
    }
    for (start, trace) in inside { traces[destination + (start - source)] = trace }
  }
}
