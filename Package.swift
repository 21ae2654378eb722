// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "Foundations"),
    .target(name: "Checkpoints", dependencies: ["Foundations"]),
    .target(name: "Training", dependencies: ["Checkpoints", "Foundations"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "Foundations"]),
    .testTarget(name: "TrainingTests", dependencies: ["Training", "Checkpoints", "Foundations"]),
  ],
  swiftLanguageModes: [.v6]
)
