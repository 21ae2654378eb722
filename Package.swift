// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "tessera",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries, and C.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CHostKernels", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CSchemas", dependencies: ["CProtobufC"]),

    // What compiler and runtime share.
    .target(name: "Foundations"),
    .target(name: "Operations", dependencies: ["Foundations"]),
    .target(name: "Recipe", dependencies: ["Foundations"]),
    .target(name: "TileProgram", dependencies: ["IPUTarget", "Operations", "Foundations"]),
    .target(
      name: "Bundle",
      dependencies: [
        "CCrypto", "CProtobufC", "CSchemas", "CZstd", "TileProgram", "IPUTarget", "Operations",
        "Foundations",
      ]),

    // The compiler.
    .target(name: "GraphIR", dependencies: ["Operations", "Foundations"]),
    .target(name: "Interpreter", dependencies: ["GraphIR", "Operations", "Foundations"]),
    .target(name: "Frontend", dependencies: ["GraphIR", "Operations", "Recipe", "Foundations"]),
    .target(name: "Autodiff", dependencies: ["GraphIR", "Operations", "Foundations"]),
    .target(
      name: "TrainingStep",
      dependencies: ["GraphIR", "Autodiff", "Operations", "Recipe", "Foundations"]),
    .target(
      name: "Transforms",
      dependencies: ["Interpreter", "GraphIR", "Operations", "Recipe", "Foundations"]),
    .target(name: "IPUTarget", dependencies: ["Foundations"]),
    .target(
      name: "Backend",
      dependencies: ["TileProgram", "IPUTarget", "GraphIR", "Bundle", "Operations", "Foundations"]),
    .target(
      name: "Compiler",
      dependencies: [
        "Frontend", "TrainingStep", "Transforms", "Backend", "TileProgram", "IPUTarget", "GraphIR",
        "Bundle", "Operations", "Recipe", "Foundations",
      ]),

    // The runtime.
    .target(name: "Checkpoints", dependencies: ["CHDF5", "CZip", "CZlib", "Foundations"]),
    .target(name: "Datasets", dependencies: ["CProtobufC", "CSchemas", "Foundations"]),
    .target(name: "QuestionAnswering", dependencies: ["Datasets", "Foundations"]),
    .target(
      name: "Metrics",
      dependencies: ["CProtobufC", "CSchemas", "CZlib", "Datasets", "Foundations"]),
    .target(
      name: "Runtime",
      dependencies: [
        "TileProgram", "Bundle", "IPUTarget", "CHostKernels", "Recipe", "Operations", "Foundations",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Runtime", "TileProgram", "Bundle", "Metrics", "Datasets", "Checkpoints", "Operations",
        "Recipe", "Foundations",
      ]),

    // What the executables print, and the executables.
    .target(
      name: "CommandLineSupport",
      dependencies: [
        "Foundations", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "Reports",
      dependencies: ["Bundle", "TileProgram", "IPUTarget", "Operations", "Recipe", "Foundations"]),
    .executableTarget(
      name: "tesserac",
      dependencies: [
        "Compiler", "TileProgram", "IPUTarget", "Transforms", "GraphIR", "Frontend", "Reports",
        "Bundle", "Recipe", "CommandLineSupport", "Foundations",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "tessera",
      dependencies: [
        "Training", "Checkpoints", "QuestionAnswering", "Reports", "Bundle", "Metrics", "Datasets",
        "Recipe", "CommandLineSupport", "Foundations",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests, and what they share.
    .target(
      name: "TestSupport",
      dependencies: ["Interpreter", "Runtime", "Checkpoints", "Operations", "Foundations"]),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"]),
    .testTarget(
      name: "AutodiffTests",
      dependencies: [
        "Autodiff", "Interpreter", "Frontend", "TestSupport", "GraphIR", "Operations", "Recipe",
        "Foundations",
      ]),
    .testTarget(
      name: "BackendTests", dependencies: ["Backend", "IPUTarget", "TestSupport", "Foundations"]),
    .testTarget(
      name: "BundleTests",
      dependencies: ["Bundle", "TestSupport", "TileProgram", "Operations", "Foundations"]),
    .testTarget(
      name: "CHostKernelsTests", dependencies: ["CHostKernels", "TestSupport", "Foundations"]),
    .testTarget(name: "CSchemasTests", dependencies: ["TestSupport"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "TestSupport", "Foundations"]),
    .testTarget(name: "CommandLineTests", dependencies: ["TestSupport"]),
    .testTarget(
      name: "CompilerTests",
      dependencies: [
        "Compiler", "Backend", "TestSupport", "Frontend", "Interpreter", "GraphIR", "Bundle",
        "TileProgram", "IPUTarget", "Operations", "Recipe", "Foundations",
      ]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "TestSupport", "Foundations"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Compiler", "Frontend", "TileProgram", "IPUTarget", "Training", "Metrics", "Runtime",
        "Datasets", "Checkpoints", "TestSupport", "Recipe", "Foundations",
      ]),
    .testTarget(name: "FoundationsTests", dependencies: ["Foundations", "TestSupport"]),
    .testTarget(
      name: "FrontendTests", dependencies: ["Frontend", "TestSupport", "Recipe", "Foundations"]),
    .testTarget(
      name: "GraphIRTests", dependencies: ["GraphIR", "TestSupport", "Operations", "Foundations"]),
    .testTarget(
      name: "IPUTargetTests", dependencies: ["IPUTarget", "TestSupport", "Foundations"]),
    .testTarget(
      name: "InterpreterTests",
      dependencies: ["Interpreter", "TestSupport", "Operations", "Foundations"]),
    .testTarget(
      name: "MetricsTests", dependencies: ["Metrics", "Datasets", "TestSupport", "Foundations"]),
    .testTarget(
      name: "QuestionAnsweringTests",
      dependencies: ["QuestionAnswering", "Datasets", "TestSupport", "Foundations"]),
    .testTarget(name: "RecipeTests", dependencies: ["Recipe", "Foundations"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport", "Foundations"]),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "Runtime", "TileProgram", "IPUTarget", "Compiler", "Frontend", "Backend", "Interpreter",
        "GraphIR", "TestSupport", "Bundle", "Operations", "Recipe", "Foundations",
      ]),
    .testTarget(
      name: "TileProgramTests",
      dependencies: ["TileProgram", "IPUTarget", "Operations", "Foundations"]),
    .testTarget(
      name: "TrainingStepTests",
      dependencies: [
        "TrainingStep", "Interpreter", "GraphIR", "Operations", "Recipe", "Foundations",
      ]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Runtime", "Compiler", "Frontend", "Metrics", "Datasets", "TestSupport",
        "Bundle",
        "Operations", "Recipe", "Foundations",
      ]),
    .testTarget(
      name: "TransformsTests",
      dependencies: [
        "Transforms", "TrainingStep", "Compiler", "Frontend", "Runtime", "Interpreter",
        "GraphIR",
        "TestSupport",
        "Bundle", "Operations", "Recipe", "Foundations",
      ],
      exclude: ["Files"]),
  ],
  swiftLanguageModes: [.v6]
)
