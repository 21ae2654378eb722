import Foundations

/// The TFRecord files that a person names: files, and folders of them.
package enum DataFiles {
  /// The files of `paths` in their order, those of a folder sorted by name. Throws `inputMissing` where
  /// there is none.
  package static func named(_ paths: [String]) throws -> [String] {
    try paths.flatMap { path in
      try InputFiles.isFolder(path) ? DataFolder(path, shape: nil).paths : [path]
    }
  }
}
