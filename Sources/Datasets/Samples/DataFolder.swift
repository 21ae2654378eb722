import FoundationEssentials
import Foundations
import Glibc

/// The TFRecord files of a folder.
struct DataFolder {
  private let path: String
  private let shape: RecordShape?

  /// `shape` is for the message that there are no data.
  init(_ path: String, shape: RecordShape?) {
    self.path = path
    self.shape = shape
  }

  /// Opens all files, sorted by name, with their indexes; `progress` is told of those that are made.
  /// Throws `inputMissing` where there are none.
  func opened(
    progress: (_ done: UInt64, _ total: UInt64) throws -> Void
  ) throws -> [RecordFile] {
    raiseDescriptorLimit()
    let paths = try self.paths
    let total = try InputFiles.byteCount(of: paths)
    var done: UInt64 = 0
    return try paths.map { path in
      let file = try RecordFile(path: path) { try progress(done + $0, total) }
      done += file.byteCount
      return file
    }
  }

  /// Whether the name is that of a TFRecord file.
  static func isDataFile(_ name: String) -> Bool {
    (name.hasSuffix(".tfrecord") || name.hasSuffix(".tfrecords")) && !name.hasPrefix(".")
  }

  /// The paths of the files, sorted by their bytes.
  var paths: [String] {
    get throws {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: path)
      } catch {
        throw TesseraError(
          .inputMissing, code: .missingDataset, "cannot list the data folder \(path)",
          remedies: ["name the folder that holds the *.tfrecord files: --dataset-dir"])
      }
      let dataNames = names.filter(Self.isDataFile)
      guard !dataNames.isEmpty else {
        throw TesseraError(
          .inputMissing, code: .missingDataset, "\(path) holds no *.tfrecord file",
          notes: ["It holds \(countText(names.count, "other entry", "other entries"))."],
          remedies: [
            "name the folder that holds the *.tfrecord files: --dataset-dir",
            Remedy(remedyForNoData),
          ])
      }
      let separator = path.hasSuffix("/") ? "" : "/"
      return dataNames.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        .map { path + separator + $0 }
    }
  }

  private var remedyForNoData: String {
    switch shape {
    case .pretraining, nil:
      return "make data from text: tessera data pretraining"
    case .questionAnswering?:
      return "make features of SQuAD's files: tessera squad train"
    }
  }

  /// A file takes two descriptors, and sets of hundreds of files are usual: the soft limit, often 1024,
  /// rises to the hard one.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

extension TesseraError {
  /// What to throw where the files have no record.
  static func emptyDataset(_ paths: [String]) -> TesseraError {
    let others = paths.count > 1 ? " and \(countText(paths.count - 1, "other file"))" : ""
    return TesseraError(
      .badData, code: .emptyDataset, "there is no record in \(paths.first ?? "no file")\(others)",
      remedies: ["generate the data again"])
  }
}
