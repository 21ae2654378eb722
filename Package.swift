// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "Foundations"),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .target(name: "Interpreter", dependencies: ["Operations", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
