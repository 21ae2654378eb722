// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(name: "CSchemas", dependencies: ["CProtobufC"]),
    .target(name: "Datasets", dependencies: ["CProtobufC", "CSchemas", "Foundations"]),
    .target(name: "Foundations"),
    .testTarget(name: "CSchemasTests", dependencies: []),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
