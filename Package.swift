// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "Foundations"),
    .target(name: "GraphIR", dependencies: ["Foundations", "Operations"]),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .target(name: "Interpreter", dependencies: ["Operations", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
    .testTarget(name: "GraphIRTests", dependencies: ["Foundations", "GraphIR", "Operations"]),
  ],
  swiftLanguageModes: [.v6]
)
