// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [],
  targets: [
    .target(name: "Foundations"),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .target(name: "Recipe", dependencies: ["Foundations"]),
    .target(name: "Frontend", dependencies: ["Foundations", "Recipe"]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations"]),
    .testTarget(name: "FrontendTests", dependencies: ["Foundations", "Frontend", "Recipe"]),
    .testTarget(name: "RecipeTests", dependencies: ["Foundations", "Recipe"]),
  ],
  swiftLanguageModes: [.v6]
)
