import Foundation
import Testing

/// Holds imports and `Package.swift` to the table of modules in `docs/architecture.md`.
@Suite struct ModuleTests {
  let manifest: PackageManifest
  let table: ModuleTable

  init() throws {
    manifest = try PackageManifest(Repository.text("Package.swift"))
    table = try ModuleTable(Repository.text("docs/architecture.md"))
  }

  var sourceTargets: [PackageManifest.Target] { manifest.targets.filter { $0.kind != .test } }

  /// Modules of the toolchain and the C library that sources may import.
  static let platformModules: Set = [
    "FoundationEssentials", "Glibc", "Darwin", "Synchronization", "Dispatch",
  ]

  @Test func everyFolderIsATarget() throws {
    #expect(try Repository.folders(in: "Sources") == sourceTargets.map(\.name).sorted())
    let tests = manifest.targets.filter { $0.kind == .test }.map(\.name).sorted()
    // A folder without a file is no target; it is what an editor or a checkout left.
    let folders = try Repository.folders(in: "Tests").filter {
      try !Repository.files(in: "Tests/\($0)", endings: [".swift"]).isEmpty
    }
    #expect(folders == tests)
  }

  @Test func tableAndManifestNameTheSameModules() {
    #expect(table.rows.map(\.module).sorted() == sourceTargets.map(\.name).sorted())
  }

  @Test func tableAndManifestAgreeInDependencies() {
    for row in table.rows {
      guard let target = manifest.target(row.module) else { continue }
      #expect(
        row.dependencies.sorted() == target.dependencies.sorted(),
        "docs/architecture.md and Package.swift differ about \(row.module)")
    }
  }

  @Test func dependenciesPointDownTheTable() {
    let places = Dictionary(
      table.rows.enumerated().map { ($0.element.module, $0.offset) }, uniquingKeysWith: { $1 })
    for row in table.rows {
      for dependency in row.dependencies {
        guard let place = places[dependency], let own = places[row.module] else { continue }
        #expect(place < own, "\(row.module) stands above \(dependency), on which it depends")
      }
    }
  }

  @Test func importsAreDeclaredAndDeclarationsAreUsed() throws {
    let own = Set(manifest.targets.map(\.name))
    for target in manifest.targets where target.kind != .system {
      var used = Set<String>()
      for file in try Repository.files(in: target.folder, endings: [".swift"]) {
        for found in try Import.all(in: Repository.text(file)) {
          used.insert(found.module)
          #expect(!found.isExported, "\(file):\(found.line): @_exported import")
          let isDeclared = (target.dependencies + target.products).contains(found.module)
          let isPlatform =
            Self.platformModules.contains(found.module)
            || ["Foundation", "FoundationXML", "Testing"].contains(found.module)
          #expect(
            isDeclared || (isPlatform && !own.contains(found.module)),
            "\(file):\(found.line): \(target.name) does not declare \(found.module)")
        }
      }
      used.formUnion(try includedModules(of: target))
      for dependency in target.dependencies + target.products {
        #expect(
          used.contains(dependency),
          "nothing in \(target.name) imports \(dependency), which it declares")
      }
    }
  }

  @Test func includesAreDeclared() throws {
    for target in manifest.targets where target.kind == .library {
      for module in try includedModules(of: target) where module != target.name {
        #expect(
          target.dependencies.contains(module), "\(target.name) includes headers of \(module)")
      }
    }
  }

  /// The modules of the package whose headers a target's C files include.
  private func includedModules(of target: PackageManifest.Target) throws -> Set<String> {
    var modules: Set<String> = []
    let headers = try self.headers
    for file in try Repository.files(in: target.folder, endings: [".c", ".h"]) {
      for name in try Self.includes(in: file) {
        if let module = headers[name] { modules.insert(module) }
      }
    }
    return modules
  }

  /// Public header, as it is included, to the module that has it.
  private var headers: [String: String] {
    get throws {
      var headers: [String: String] = [:]
      for target in manifest.targets {
        switch target.kind {
        case .system:
          for name in try Self.includes(in: "\(target.folder)/shim.h") {
            headers[name] = target.name
          }
        case .library:
          for file in try Repository.files(in: target.folder, endings: [".h"])
          where file.hasPrefix("\(target.folder)/include/") {
            headers[String(file.dropFirst("\(target.folder)/include/".count))] = target.name
          }
        case .executable, .test: break
        }
      }
      return headers
    }
  }

  private static func includes(in file: String) throws -> [String] {
    try Repository.text(file).matches(of: #/#\s*include\s*[<"]([^>"]+)[>"]/#).map {
      String($0.output.1)
    }
  }

  @Test func theRuntimeReachesNoModuleOfTheCompiler() throws {
    let compiler = CompilerModules.names(in: manifest)
    #expect(compiler.isSuperset(of: ["GraphIR", "Interpreter", "Frontend", "Autodiff"]))
    for target in ["tessera", "Training", "Runtime", "Bundle"] where manifest.target(target) != nil
    {
      let reached = manifest.reachable(from: target).intersection(compiler)
      #expect(reached.isEmpty, "\(target) reaches \(reached.sorted())")
    }
  }

  @Test func sourcesKeepTheHouseRules() throws {
    let forbidden: [(name: String, pattern: Regex<Substring>)] = [
      ("try!", #/\btry!/#), ("as!", #/\bas!/#), ("fatalError", #/\bfatalError\s*\(/#),
    ]
    for file in try Repository.files(in: "Sources", endings: [".swift"]) {
      let text = try Repository.text(file)
      let mayImportFoundation = file.hasPrefix("Sources/TestSupport/")
      for found in try Import.all(in: text) where found.module == "Foundation" {
        #expect(
          mayImportFoundation,
          "\(file):\(found.line): import FoundationEssentials, which starts fast")
      }
      for (index, code) in codeLines(of: text).enumerated() {
        for (name, pattern) in forbidden {
          #expect(!code.contains(pattern), "\(file):\(index + 1): \(name)")
        }
      }
    }
  }

  @Test func declarationsForOtherModulesAreDocumented() throws {
    for file in try Repository.files(in: "Sources", endings: [".swift"]) {
      for found in try UndocumentedDeclaration.all(in: Repository.text(file)) {
        Issue.record("\(file):\(found.line): no /// comment on \(found.code)")
      }
    }
  }
}

/// The compiler's own modules: the graph, and all that is built on it.
enum CompilerModules {
  static func names(in manifest: PackageManifest) -> Set<String> {
    let builtOnTheGraph = manifest.targets.filter { target in
      target.kind == .library && target.name != "TestSupport"
        && manifest.reachable(from: target.name).contains("GraphIR")
    }
    return Set(builtOnTheGraph.map(\.name) + ["GraphIR"])
  }
}
