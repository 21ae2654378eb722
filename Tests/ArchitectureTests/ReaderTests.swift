import Testing

/// The readers that the module tests rest on find what they are to find.
@Suite struct ReaderTests {
  @Test func importsOfEveryForm() throws {
    let text = """
      import A
      @testable import B
        package import C
      @_exported import D
      import struct E.Thing
      // import F
      let text = "import G"
      @preconcurrency private import func H.run
      """
    let imports = try Import.all(in: text)
    #expect(imports.map(\.module) == ["A", "B", "C", "D", "E", "H"])
    #expect(imports.filter(\.isExported).map(\.module) == ["D"])
    #expect(imports.map(\.line) == [1, 2, 3, 4, 5, 8])
  }

  @Test func commentsAndLiteralsAreNoCode() {
    #expect(codeLines(of: "f(\"try! // not\", x) // as! here") == ["f(\"\", x) "])
    #expect(
      codeLines(of: "let a = \"\\\"try!\\\"\" + try! b()") == ["let a = \"\" + try! b()"])
    let long = "f(\"\"\"\n  import A\n  \"as!\" \\\"\"\"\n  \"\"\", as! b)"
    #expect(codeLines(of: long) == ["f(", "", "", ", as! b)"])
  }

  @Test func declarationsWithoutAComment() throws {
    let text = """
      package import A
      /// Documented.
      @frozen
      @available(*, deprecated)
      package struct S: Hashable {
        package let a: Int
        // No documentation.
        @inlinable package func b() {}

        /// Stands apart.

        package private(set) var c = 0
        @inlinable
        package static var d: Int { 0 }
        /// Documented.
        @inlinable package mutating func e() {}
        package init(a: Int) { self.a = a }
        package init?(text: String) { nil }
        package var description: String { "package let f = 0" }
        package static func == (left: Self, right: Self) -> Bool { true }
        package func hash(into hasher: inout Hasher) {}
        let package = 0
      }
      """
    let found = try UndocumentedDeclaration.all(in: text)
    #expect(found.map(\.line) == [6, 8, 12, 14, 18])
    #expect(found.first?.code == "let a: Int")
  }

  @Test func targetsOfAManifest() throws {
    let manifest = try PackageManifest(
      """
      let package = Package(
        name: "x",
        dependencies: [.package(url: "https://example.com/p", from: "1.0.0")],
        targets: [
          .systemLibrary(name: "CZ", pkgConfig: "z", providers: [.apt(["z-dev"])]),
          // .target(name: "Gone"),
          .target(name: "A", linkerSettings: [.linkedLibrary("m")]),
          .target(name: "B", dependencies: ["A", "CZ"]),
          .executableTarget(
            name: "tool",
            dependencies: ["B", .product(name: "ArgumentParser", package: "p")]),
          .testTarget(name: "BTests", dependencies: ["B"]),
        ]
      )
      """)
    #expect(manifest.targets.map(\.name) == ["CZ", "A", "B", "tool", "BTests"])
    #expect(manifest.targets.map(\.kind) == [.system, .library, .library, .executable, .test])
    #expect(manifest.target("B")?.dependencies == ["A", "CZ"])
    #expect(manifest.target("tool")?.dependencies == ["B"])
    #expect(manifest.target("tool")?.products == ["ArgumentParser"])
    #expect(manifest.reachable(from: "tool") == ["A", "B", "CZ"])
  }

  @Test func rowsOfATable() throws {
    let table = try ModuleTable(
      """
      | module | holds | depends on |
      | --- | --- | --- |
      | `A` | ground | – |
      | `B` | more | A |

      | `C` | another table | – |
      """)
    #expect(
      table.rows == [
        .init(module: "A", dependencies: []), .init(module: "B", dependencies: ["A"]),
      ])
    #expect(throws: ModuleTable.Malformed.self) {
      try ModuleTable("| module | holds | depends on |\n| `A` | too few |")
    }
  }
}
