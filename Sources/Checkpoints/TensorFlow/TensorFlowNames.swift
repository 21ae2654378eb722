/// The names that Hugging Face's TensorFlow models give to their weights in Keras' files, such as
/// `bert/tf_bert_for_pre_training/bert/encoder/layer_._0/attention/self/query/kernel:0`: the layer of
/// the model, its class, and the path of the weight.
package enum TensorFlowNames {
  /// A weight under its name in PyTorch.
  package struct Weight: Hashable {
    /// The name in PyTorch.
    package var name: String
    /// Whether PyTorch has it transposed: dense layers are [in, out] in TensorFlow.
    package var isTransposed: Bool
  }

  /// Where the path of a weight begins, whatever stands before: the parts of BERT and its heads.
  private static let roots = [
    "embeddings", "encoder", "pooler", "cls", "nsp___cls", "mlm___cls", "qa_outputs", "classifier",
  ]

  /// The weight that a dataset of this path holds, or nil where it is none of BERT's.
  package static func weight(path: String) -> Weight? {
    var parts = path.split(separator: "/").map(String.init)
    guard parts.first != "optimizer_weights",
      let root = parts.dropLast().lastIndex(where: roots.contains)
    else { return nil }
    parts = Array(parts[root...])
    // A layer of the class's own that PyTorch has in one with others: `mlm___cls` is in `cls`.
    if parts[0].hasSuffix("___cls") { parts[0] = "cls" }
    // `layer_._0` is number 0 of a list.
    parts = parts.flatMap { part in
      part.hasPrefix("layer_._") ? ["layer", String(part.dropFirst("layer_._".count))] : [part]
    }
    // TensorFlow numbers its variables: `kernel:0`.
    let last = parts.removeLast().split(separator: ":").first.map(String.init) ?? ""
    let names = ["kernel": "weight", "gamma": "weight", "beta": "bias", "embeddings": "weight"]
    parts.append(names[last] ?? last)
    let hasPrefix = ["embeddings", "encoder", "pooler"].contains(parts[0])
    return Weight(
      name: ((hasPrefix ? ["bert"] : []) + parts).joined(separator: "."),
      isTransposed: last == "kernel")
  }

  /// Where a weight stands in a Keras file.
  package struct Place: Hashable {
    /// The layer of the model, which is a group of the file.
    package var layer: String
    /// The weight's path after the model's class, with the variable's number.
    package var path: String
    /// Whether it is transposed there.
    package var isTransposed: Bool
  }

  /// The place of a weight with this canonical name and so many extents, or nil where Hugging Face's
  /// TensorFlow models have none.
  package static func place(of name: String, rank: Int) -> Place? {
    var parts = name.split(separator: ".").map(String.init)
    guard parts.count >= 2, let last = parts.popLast() else { return nil }
    switch parts[0] {
    case "bert", "qa_outputs", "classifier": break
    case "cls": parts[0] = parts.contains("seq_relationship") ? "nsp___cls" : "mlm___cls"
    default: return nil
    }
    let layer = parts[0]
    let owner = parts[parts.count - 1]
    let variable =
      switch (owner, last) {
      case ("LayerNorm", "weight"): "gamma"
      case ("LayerNorm", "bias"): "beta"
      case ("word_embeddings", "weight"): "weight"
      case ("position_embeddings", "weight"), ("token_type_embeddings", "weight"): "embeddings"
      case (_, "weight"): "kernel"
      default: last
      }
    if let list = parts.firstIndex(of: "layer"), list + 1 < parts.count {
      parts.replaceSubrange(list...list + 1, with: ["layer_._\(parts[list + 1])"])
    }
    return Place(
      layer: layer, path: parts.joined(separator: "/") + "/\(variable):0",
      isTransposed: variable == "kernel" && rank == 2)
  }
}

extension CheckpointTensor {
  /// The matrix transposed; the tensor itself where it is no matrix.
  func transposed() -> CheckpointTensor {
    guard shape.count == 2 else { return self }
    let (rows, columns) = (shape[0], shape[1])
    let width = element.byteCount
    let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
      bytes.withUnsafeBytes { source in
        for column in 0..<columns {
          for row in 0..<rows {
            let from = (row * columns + column) * width
            let to = (column * rows + row) * width
            for byte in 0..<width { target[to + byte] = source[from + byte] }
          }
        }
      }
      count = bytes.count
    }
    return CheckpointTensor(uncheckedShape: [columns, rows], element: element, bytes: result)
  }
}
