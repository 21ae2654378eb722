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
    .target(name: "TestSupport", dependencies: ["Interpreter", "Operations", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
    .testTarget(
      name: "InterpreterTests",
      dependencies: ["Interpreter", "TestSupport", "Operations", "Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
