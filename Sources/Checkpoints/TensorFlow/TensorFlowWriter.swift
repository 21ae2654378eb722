import CHDF5
import Foundations

/// Writes the file of weights that Hugging Face's TensorFlow models load: a group for each layer of the
/// model, whose attribute `weight_names` lists its datasets, and the layers in the root's `layer_names`.
package struct TensorFlowWriter {
  /// Where the file appears.
  package var path: String
  /// Whether a file that is there may be replaced.
  package var overwrite: Bool
  /// What the weights' names begin with: the model's class, as in `tf_bert_for_pre_training`.
  package var model: String

  /// A writer to `path`.
  package init(path: String, overwrite: Bool = false, model: String) {
    self.path = path
    self.overwrite = overwrite
    self.model = model
  }

  /// Writes `tensors` of F32 and F16 under canonical names, asking for the contents of one after the
  /// other.
  /// - Throws: `would-overwrite` (exit 73), `input-output` (74), `internal-error` (70) where
  ///   TensorFlow's model has no place for a tensor.
  package func write(
    _ tensors: [CheckpointEntry],
    contents: (CheckpointEntry) throws(TesseraError) -> CheckpointTensor
  ) throws(TesseraError) {
    var places: [(tensor: CheckpointEntry, place: TensorFlowNames.Place)] = []
    for tensor in tensors {
      guard let place = TensorFlowNames.place(of: tensor.name, rank: tensor.shape.count) else {
        throw TesseraError(
          .internalError, code: .internalError,
          "Hugging Face's TensorFlow model has no place for \(printable(tensor.name))")
      }
      places.append((tensor, place))
    }
    // The masked-word head of TensorFlow's model holds the layer of the embeddings, and so lists their
    // weights as its own, too: the same datasets, under a second path.
    let shared = places.map(\.place).filter { place in
      place.path.hasPrefix("bert/embeddings/")
        && places.contains { $0.place.layer == Self.maskedWordHead }
    }.map { TensorFlowNames.Place(layer: Self.maskedWordHead, path: $0.path, isTransposed: false) }
    // The library writes to a path: the one that the file has until it is complete.
    let target = try AtomicFile(path: path, overwrite: overwrite)
    let output = target.temporaryPath
    // Contents are read outside of the library's lock, which reading another file takes too.
    try create(output, layers: layers(places.map(\.place) + shared))
    for (tensor, place) in places {
      let content = try contents(tensor)
      try add(place.isTransposed ? content.transposed() : content, at: place, of: output)
    }
    try link(shared, in: output)
    try target.commit()
  }

  private static let maskedWordHead = "mlm___cls"

  /// Gives datasets of the encoder a second path.
  private func link(
    _ places: [TensorFlowNames.Place], in output: String
  ) throws(TesseraError) {
    try HDF5.locked { () throws(TesseraError) in
      let file = try HDF5.Handle(
        H5Fopen(output, h5_read_write(), h5_default()), close: H5Fclose, or: failure)
      let links = try HDF5.Handle(
        H5Pcreate(h5_link_creation()), close: H5Pclose, or: failure)
      guard H5Pset_create_intermediate_group(links.id, 1) >= 0 else { throw failure }
      for place in places {
        guard
          H5Lcreate_hard(
            file.id, "bert/\(model)/\(place.path)", file.id,
            "\(place.layer)/\(model)/\(place.path)",
            links.id, h5_default()) >= 0
        else { throw failure }
      }
    }
  }

  /// The layers in the order of their first weights, with the names of their weights.
  private func layers(_ places: [TensorFlowNames.Place]) -> [(name: String, weights: [String])] {
    var layers: [(name: String, weights: [String])] = []
    for place in places {
      let weight = "\(model)/\(place.path)"
      if let index = layers.firstIndex(where: { $0.name == place.layer }) {
        layers[index].weights.append(weight)
      } else {
        layers.append((place.layer, [weight]))
      }
    }
    return layers
  }

  private var failure: TesseraError {
    TesseraError(
      .inputOutput, code: .inputOutput, "cannot write to \(path): the HDF5 library failed")
  }

  private func create(
    _ output: String, layers: [(name: String, weights: [String])]
  ) throws(TesseraError) {
    try HDF5.locked { () throws(TesseraError) in
      let file = try HDF5.Handle(
        H5Fcreate(output, h5_truncate(), h5_default(), h5_default()), close: H5Fclose, or: failure)
      try setStrings(layers.map(\.name), "layer_names", of: file)
      try setStrings(["tensorflow"], "backend", of: file)
      for layer in layers {
        let group = try HDF5.Handle(
          H5Gcreate2(file.id, layer.name, h5_default(), h5_default(), h5_default()),
          close: H5Gclose, or: failure)
        try setStrings(layer.weights, "weight_names", of: group)
      }
    }
  }

  private func add(
    _ tensor: CheckpointTensor, at place: TensorFlowNames.Place, of output: String
  ) throws(TesseraError) {
    try HDF5.locked { () throws(TesseraError) in
      let file = try HDF5.Handle(
        H5Fopen(output, h5_read_write(), h5_default()), close: H5Fclose, or: failure)
      let extents = tensor.shape.map { hsize_t($0) }
      let space = try HDF5.Handle(
        H5Screate_simple(Int32(extents.count), extents, nil), close: H5Sclose, or: failure)
      let links = try HDF5.Handle(
        H5Pcreate(h5_link_creation()), close: H5Pclose, or: failure)
      guard H5Pset_create_intermediate_group(links.id, 1) >= 0 else { throw failure }
      let (fileID, spaceID, linksID) = (file.id, space.id, links.id)
      let written = try HDF5.withType(of: tensor.element) { type throws(TesseraError) in
        let dataset = try HDF5.Handle(
          H5Dcreate2(
            fileID, "\(place.layer)/\(model)/\(place.path)", type, spaceID, linksID, h5_default(),
            h5_default()),
          close: H5Dclose, or: failure)
        let id = dataset.id
        return tensor.bytes.withUnsafeBytes {
          H5Dwrite(id, type, h5_all(), h5_all(), h5_default(), $0.baseAddress)
        }
      }
      guard let written, written >= 0 else { throw failure }
    }
  }

  /// Keras keeps attributes below this size, and numbers the parts of longer ones: `weight_names0`.
  private static let attributeByteLimit = 64_512

  private func setStrings(
    _ strings: [String], _ name: String, of object: borrowing HDF5.Handle
  ) throws(TesseraError) {
    let width = strings.map(\.utf8.count).max() ?? 1
    let chunk = max(1, Self.attributeByteLimit / max(1, width))
    guard strings.count > chunk else { return try setAttribute(strings, width, name, of: object) }
    for (number, start) in stride(from: 0, to: strings.count, by: chunk).enumerated() {
      let part = Array(strings[start..<min(start + chunk, strings.count)])
      try setAttribute(part, width, "\(name)\(number)", of: object)
    }
  }

  /// An attribute of strings of one width, filled up with zeros, as numpy writes them.
  private func setAttribute(
    _ strings: [String], _ width: Int, _ name: String, of object: borrowing HDF5.Handle
  ) throws(TesseraError) {
    let type = try HDF5.Handle(H5Tcopy(h5_type_string()), close: H5Tclose, or: failure)
    guard H5Tset_size(type.id, max(1, width)) >= 0, H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0
    else { throw failure }
    let extents = [hsize_t(strings.count)]
    let space = try HDF5.Handle(
      name == "backend" ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, extents, nil),
      close: H5Sclose, or: failure)
    let attribute = try HDF5.Handle(
      H5Acreate2(object.id, name, type.id, space.id, h5_default(), h5_default()), close: H5Aclose,
      or: failure)
    let bytes = strings.flatMap { text in
      Array(text.utf8) + [UInt8](repeating: 0, count: max(1, width) - text.utf8.count)
    }
    let (attributeID, typeID) = (attribute.id, type.id)
    guard bytes.withUnsafeBytes({ H5Awrite(attributeID, typeID, $0.baseAddress) }) >= 0 else {
      throw failure
    }
  }
}
