import CHDF5
import Foundations

/// A Keras file of weights (HDF5), as Hugging Face's TensorFlow models save it: `tf_model.h5`.
///
/// Its tensors have PyTorch's names and shapes. What links lead out of the file, and datasets whose
/// elements lie in other files, are not read.
struct TensorFlowFile: CheckpointFile {
  let path: String
  let entries: [CheckpointEntry]
  private let datasets: [String: Dataset]

  /// Where a tensor lies in the file.
  private struct Dataset: Sendable {
    var path: String
    var shape: [Int]
    var element: SafetensorsElement
    var isTransposed: Bool
  }

  /// - Parameter byteCount: the file's size, which no tensor can be above.
  /// - Throws: `checkpoint-damaged` (exit 65), `checkpoint-ambiguous-name` (3) where two tensors of one
  ///   name differ.
  init(path: String, byteCount: Int) throws(TesseraError) {
    self.path = path
    let found = try HDF5.locked { () throws(TesseraError) -> [(String, Dataset)] in
      let file = try Self.open(path)
      var found: [(String, Dataset)] = []
      for name in try Self.paths(in: file, path: path) {
        guard let weight = TensorFlowNames.weight(path: name),
          let dataset = try Self.dataset(
            name, in: file, isTransposed: weight.isTransposed, path: path, byteCount: byteCount)
        else { continue }
        found.append((weight.name, dataset))
      }
      return found
    }
    var datasets: [String: Dataset] = [:]
    for (name, dataset) in found {
      guard let other = datasets[name] else {
        datasets[name] = dataset
        continue
      }
      // Layers that share a weight, as the masked-word head does the embeddings, each save it.
      guard try Self.tensor(dataset, path: path) == Self.tensor(other, path: path) else {
        throw TesseraError(
          .incompatible, code: .checkpointAmbiguousName,
          "\(path) holds \(name) twice with different values, as \(printable(other.path)) and "
            + printable(dataset.path),
          remedies: ["save the checkpoint again with one of them"])
      }
    }
    guard !datasets.isEmpty else {
      throw damaged(path, "the HDF5 file holds no weights of Hugging Face's BERT")
    }
    self.datasets = datasets
    entries = datasets.map { name, dataset in
      CheckpointEntry(
        name: name, shape: dataset.isTransposed ? dataset.shape.reversed() : dataset.shape,
        element: dataset.element)
    }.sorted { precedes($0.name, $1.name) }
  }

  var format: CheckpointFormat { .tensorflow }
  var metadata: [String: String] { [:] }

  func tensor(named name: String) throws(TesseraError) -> CheckpointTensor {
    guard let dataset = datasets[name] else { throw missing(name) }
    return try Self.tensor(dataset, path: path)
  }

  private static func tensor(
    _ dataset: Dataset, path: String
  ) throws(TesseraError) -> CheckpointTensor {
    let bytes = try HDF5.locked { () throws(TesseraError) -> [UInt8]? in
      let file = try open(path)
      return try read(dataset, in: file, path: path)
    }
    guard let bytes else { throw damaged(path, "\(printable(dataset.path)) cannot be read") }
    let tensor = try CheckpointTensor(
      shape: dataset.shape, element: dataset.element, bytes: bytes)
    return dataset.isTransposed ? tensor.transposed() : tensor
  }
}

extension TensorFlowFile {
  private static func open(_ path: String) throws(TesseraError) -> HDF5.Handle {
    try HDF5.Handle(
      H5Fopen(path, h5_read_only(), h5_default()), close: H5Fclose,
      or: damaged(path, "the HDF5 file cannot be read"))
  }

  /// The paths of everything in the file, in the order of their names.
  private static func paths(
    in file: borrowing HDF5.Handle, path: String
  ) throws(TesseraError) -> [String] {
    var paths: [String] = []
    let id = file.id
    let result = withUnsafeMutablePointer(to: &paths) { pointer in
      h5_visit_all(
        id,
        { name, context in
          guard let name, let context else { return -1 }
          context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
          return 0
        }, pointer)
    }
    guard result >= 0 else { throw damaged(path, "the HDF5 file's groups cannot be read") }
    return paths
  }

  /// The dataset of that path, or nil where there is a group, or elements that are no numbers.
  private static func dataset(
    _ name: String, in file: borrowing HDF5.Handle, isTransposed: Bool, path: String, byteCount: Int
  ) throws(TesseraError) -> Dataset? {
    func wrong(_ message: String) -> TesseraError { damaged(path, "\(printable(name)) \(message)") }
    let object = try HDF5.Handle(
      H5Oopen(file.id, name, h5_default()), close: H5Oclose, or: wrong("cannot be opened"))
    guard H5Iget_type(object.id) == H5I_DATASET else { return nil }
    let properties = try HDF5.Handle(
      H5Dget_create_plist(object.id), close: H5Pclose, or: wrong("has no layout"))
    guard H5Pget_layout(properties.id) != H5D_VIRTUAL, H5Pget_external_count(properties.id) == 0
    else { throw wrong("has its elements in other files, which are not read") }
    let type = try HDF5.Handle(
      H5Dget_type(object.id), close: H5Tclose, or: wrong("has no element type"))
    let element: SafetensorsElement
    switch (H5Tget_class(type.id), H5Tget_size(type.id)) {
    case (H5T_FLOAT, 2): element = .f16
    case (H5T_FLOAT, 4): element = .f32
    case (H5T_FLOAT, 8): element = .f64
    case (H5T_INTEGER, 4): element = .i32
    case (H5T_INTEGER, 8): element = .i64
    default: return nil
    }
    let space = try HDF5.Handle(
      H5Dget_space(object.id), close: H5Sclose, or: wrong("has no shape"))
    let rank = H5Sget_simple_extent_ndims(space.id)
    guard rank >= 0 else { throw wrong("has no shape") }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    guard H5Sget_simple_extent_dims(space.id, &extents, nil) >= 0 else {
      throw wrong("has no shape")
    }
    let shape = extents.compactMap { Int(exactly: $0) }
    // A few bytes can claim any extent, since what was never written is not stored. Keras writes all.
    guard shape.count == extents.count, let size = element.byteCount(shape: shape),
      size <= byteCount
    else { throw wrong("claims the shape \(extents), which is larger than the file") }
    return Dataset(
      path: name, shape: shape, element: element, isTransposed: isTransposed && shape.count == 2)
  }

  private static func read(
    _ dataset: Dataset, in file: borrowing HDF5.Handle, path: String
  ) throws(TesseraError) -> [UInt8]? {
    let object = try HDF5.Handle(
      H5Dopen2(file.id, dataset.path, h5_default()), close: H5Dclose,
      or: damaged(path, "\(printable(dataset.path)) cannot be opened"))
    let space = try HDF5.Handle(
      H5Dget_space(object.id), close: H5Sclose, or: damaged(path, "a dataset has no shape"))
    // The file may have changed since it was opened first.
    guard let size = dataset.element.byteCount(shape: dataset.shape),
      H5Sget_simple_extent_npoints(space.id) == Int64(size / dataset.element.byteCount)
    else { return nil }
    let id = object.id
    let bytes = try HDF5.withType(of: dataset.element) { type throws(TesseraError) in
      var result: herr_t = -1
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        result = H5Dread(id, type, h5_all(), h5_all(), h5_default(), buffer.baseAddress)
        count = result >= 0 ? size : 0
      }
      return result >= 0 ? bytes : nil
    }
    return bytes ?? nil
  }
}
