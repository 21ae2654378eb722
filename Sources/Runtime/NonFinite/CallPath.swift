import Operations

/// The calls that run, outermost first, below an entry function.
struct CallPath {
  private struct Frame {
    var function: String
    /// The arguments that the host knows among the operands.
    var ports: [Port]
    /// The argument that was read last by an operation of the function itself.
    var last: Port?
  }

  private var frames: [Frame]

  init(entry: String) { frames = [Frame(function: entry, ports: [])] }

  mutating func enter(_ function: String, _ operands: [ValueTrace]) {
    frames.append(Frame(function: function, ports: operands.compactMap(\.port)))
  }

  mutating func leave() { frames.removeLast() }

  /// An operation of the innermost function reads an argument of the host.
  mutating func note(_ port: Port) {
    if port.role.isState { frames[frames.count - 1].last = port }
  }

  /// The names of the functions, each with the layer or the one parameter that its operands are of.
  var names: [String] {
    frames.map { frame in
      if let layer = Self.layer(of: frame.ports) { return "\(frame.function) (layer \(layer))" }
      if let name = Self.onlyParameter(of: frame.ports) { return "\(frame.function) (\(name))" }
      return frame.function
    }
  }

  /// The encoder layer of the innermost call that has parameters of one layer alone.
  var layer: Int? {
    for frame in frames.reversed() {
      if let layer = Self.layer(of: frame.ports) { return layer }
    }
    return nil
  }

  /// Whether a function that runs belongs to the backward pass.
  var isInBackwardPass: Bool { frames.contains { $0.function.contains("backward") } }

  /// Whether a function that runs below the entry has moments among its operands.
  var isInOptimizer: Bool {
    frames.contains { $0.ports.contains { $0.role.isOptimizerState } }
  }

  /// The parameter that the innermost function read last, or the one that it is called for.
  var nearParameter: String? {
    guard let frame = frames.last else { return nil }
    return frame.last?.name ?? Self.onlyParameter(of: frame.ports)
  }

  /// The only parameter that the innermost call's operands are of.
  var onlyParameter: String? { frames.last.flatMap { Self.onlyParameter(of: $0.ports) } }

  private static func onlyParameter(of ports: [Port]) -> String? {
    let names = Set(ports.filter { $0.role.isState }.map(\.name))
    return names.count == 1 ? names.first : nil
  }

  private static func layer(of ports: [Port]) -> Int? {
    let layers = Set(ports.filter { $0.role.isState }.compactMap { layer(of: $0.name) })
    let isOfLayers = ports.allSatisfy { !$0.role.isState || layer(of: $0.name) != nil }
    return isOfLayers && layers.count == 1 ? layers.first : nil
  }

  /// The number in Hugging Face's names of an encoder layer's parameters, `bert.encoder.layer.5.…`.
  static func layer(of parameter: String) -> Int? {
    let parts = parameter.split(separator: ".")
    guard let place = parts.firstIndex(of: "layer"), place > 0, parts[place - 1] == "encoder",
      place + 1 < parts.count
    else { return nil }
    return Int(parts[place + 1])
  }
}
