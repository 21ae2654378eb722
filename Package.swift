// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "CHostKernels", linkerSettings: [.linkedLibrary("m")]),
    .testTarget(name: "CHostKernelsTests", dependencies: ["CHostKernels", "Foundations"]),
    .target(name: "Foundations"),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
