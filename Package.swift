// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "Bundle", dependencies: ["Operations", "Foundations"]),
    .target(name: "Foundations"),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
