/// How a model's parameters lie in the tensors of Hugging Face's BERT.
///
/// Most are a tensor of their own. Queries, keys and values that share a weight or a bias are parts of
/// it there, and tensors of Hugging Face's model that this one has no parameter for have a neutral
/// value: one that leaves out what the model leaves out.
package struct HuggingFaceLayout: Hashable, Sendable {
  /// A tensor that is rows of a parameter: all of them, or those of the queries, keys or values.
  package struct Part: Hashable, Sendable {
    /// Hugging Face's name.
    package var name: String
    /// The extents, outermost first.
    package var shape: [Int]
    /// The name of the parameter.
    package var parameter: String
    /// The elements of the parameter, in row-major order.
    package var elements: Range<Int>
  }

  /// A tensor that the model has no parameter for.
  package struct NeutralTensor: Hashable, Sendable {
    /// Hugging Face's name.
    package var name: String
    /// The extents, outermost first.
    package var shape: [Int]
    /// What the elements are.
    package var value: Value

    /// Elements that leave a tensor's operation without effect.
    package enum Value: Hashable, Sendable {
      case zeros
      case ones
      /// The identity matrix.
      case identity
    }

    /// The elements in row-major order.
    package var floats: [Float] {
      let count = shape.reduce(1, *)
      switch value {
      case .zeros: return [Float](repeating: 0, count: count)
      case .ones: return [Float](repeating: 1, count: count)
      case .identity:
        let width = shape.last ?? 1
        return (0..<count).map { $0 / width == $0 % width ? 1 : 0 }
      }
    }
  }

  /// The model's parameters, in the given order.
  package let parts: [Part]
  /// What Hugging Face's model has beyond them.
  package let neutral: [NeutralTensor]

  /// The layout of a model that has these parameters. A joint `attention.self.qkv` has the rows of
  /// queries, keys and values in this order; it stays whole where its name is in `whole`.
  package init(_ parameters: [WantedParameter], whole: Set<String> = []) {
    parts = parameters.flatMap { Self.parts(of: $0, isWhole: whole.contains($0.name)) }
    neutral =
      Self.missingBiases(besides: parts) + Self.missingHeadTensors(besides: parameters)
  }

  private static func parts(of parameter: WantedParameter, isWhole: Bool) -> [Part] {
    let count = parameter.shape.reduce(1, *)
    let kind = ["weight", "bias"].first { parameter.name.hasSuffix(".attention.self.qkv.\($0)") }
    guard !isWhole, let kind, let rows = parameter.shape.first, rows.isMultiple(of: 3) else {
      return [
        Part(
          name: parameter.name, shape: parameter.shape, parameter: parameter.name,
          elements: 0..<count)
      ]
    }
    let prefix = parameter.name.dropLast("qkv.\(kind)".count)
    return ["query", "key", "value"].enumerated().map { index, projection in
      Part(
        name: "\(prefix)\(projection).\(kind)", shape: [rows / 3] + parameter.shape.dropFirst(),
        parameter: parameter.name,
        elements: count / 3 * index..<count / 3 * (index + 1))
    }
  }

  /// A bias of zeros for each weight of attention that has none.
  private static func missingBiases(besides parts: [Part]) -> [NeutralTensor] {
    let names = Set(parts.map(\.name))
    let layers = ["self.query", "self.key", "self.value", "output.dense"]
    return parts.compactMap { part -> NeutralTensor? in
      guard layers.contains(where: { part.name.hasSuffix(".attention.\($0).weight") }) else {
        return nil
      }
      let bias = "\(part.name.dropLast("weight".count))bias"
      return names.contains(bias)
        ? nil : NeutralTensor(name: bias, shape: [part.shape[0]], value: .zeros)
    }
  }

  /// What a head for masked tokens lacks, in a model for pre-training.
  private static func missingHeadTensors(
    besides parameters: [WantedParameter]
  ) -> [NeutralTensor] {
    let shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
    guard shapes["cls.seq_relationship.weight"] != nil,
      let words = shapes["bert.embeddings.word_embeddings.weight"], words.count == 2
    else { return [] }
    let (vocabulary, hidden) = (words[0], words[1])
    let head = [
      NeutralTensor(name: "cls.predictions.bias", shape: [vocabulary], value: .zeros),
      NeutralTensor(
        name: "\(transformName)dense.weight", shape: [hidden, hidden], value: .identity),
      NeutralTensor(name: "\(transformName)dense.bias", shape: [hidden], value: .zeros),
      NeutralTensor(name: "\(transformName)LayerNorm.weight", shape: [hidden], value: .ones),
      NeutralTensor(name: "\(transformName)LayerNorm.bias", shape: [hidden], value: .zeros),
    ]
    return head.filter { shapes[$0.name] == nil }
  }

  /// What the names of the masked-word head's layers before the decoder begin with.
  static let transformName = "cls.predictions.transform."

  /// What to tell of neutral tensors that were written; nil where there are none.
  package var neutralSummary: String? {
    guard !neutral.isEmpty else { return nil }
    let transform = neutral.filter { $0.name.hasPrefix(Self.transformName) }.count
    let biases = neutral.count - transform
    var kinds = biases > 0 ? [biases == 1 ? "1 bias" : "\(biases) biases"] : []
    guard transform > 0 else {
      return "written with neutral values, as the model has none: " + kinds.joined()
    }
    kinds.append("the \(transform) tensors of the masked-word head's transform")
    // An identity matrix takes the dense layer away, but not the functions after it.
    return "written with neutral values, as the model has none: "
      + kinds.joined(separator: " and ")
      + "\nHugging Face's masked-word head still applies activation and layer norm there, so it is"
      + " not the model's; encoder, pooler and next-sentence head are"
  }
}
