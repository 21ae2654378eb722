// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CSchemas", dependencies: ["CProtobufC"]),
    .target(
      name: "Bundle",
      dependencies: ["CCrypto", "CProtobufC", "CSchemas", "CZstd", "Operations", "Foundations"]),
    .target(name: "Foundations"),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .testTarget(
      name: "BundleTests",
      dependencies: ["Bundle", "Operations", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
