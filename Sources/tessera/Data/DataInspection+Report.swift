import Datasets
import Foundations
import Reports

extension DataInspection {
  /// A table of files, then the features of each kind of file.
  var text: String {
    var table = TextTable(header: ["file", "records", "size", "index"])
    for file in files {
      table.add([
        file.path, "\(file.recordCount)", byteCountText(Int(clamping: file.byteCount)),
        file.index.rawValue,
      ])
    }
    var text =
      table.text + "\(countText(recordCount, "record")) in \(countText(files.count, "file"))\n"
    for file in files where file.lostByteCount > 0 {
      text +=
        "\(file.path): damaged stretches take \(countText(Int(clamping: file.lostByteCount), "byte"))\n"
    }
    for features in differentFeatures {
      var table = TextTable(header: ["feature", "kind", "values"])
      for feature in features { table.add([feature.name, feature.kind, "\(feature.count)"]) }
      text += "\n" + table.text
    }
    return text
  }

  /// The features of the files, each set of them once.
  private var differentFeatures: [[Feature]] {
    files.map(\.features).reduce(into: []) { sets, features in
      if !features.isEmpty, !sets.contains(features) { sets.append(features) }
    }
  }

  /// The report's fields.
  var json: [JSON.Plain.Field] {
    [
      .init("schema", "tessera.data-inspect/1"), .init("records", .integer(recordCount)),
      .init(
        "files",
        .array(
          files.map { file in
            .object([
              .init("path", .string(file.path)),
              .init("bytes", .integer(Int(clamping: file.byteCount))),
              .init("records", .integer(file.recordCount)),
              .init("lost_bytes", .integer(Int(clamping: file.lostByteCount))),
              .init("index", .string(file.index.rawValue)),
              .init("features", .array(file.features.map(\.json))),
            ])
          })),
    ]
  }
}

extension DataInspection.Feature {
  fileprivate var json: JSON.Plain {
    .object([
      .init("name", .string(name)), .init("kind", .string(kind)), .init("values", .integer(count)),
    ])
  }
}
