import Foundation
import Foundations
import GraphIR
import Operations
import TestSupport
import Testing

@Suite struct TextTests {
  @Test func printParsePrintIsTheIdentity() throws {
    let module = try Module(parsing: sampleText, file: "sample.mlir")
    #expect(module.text == sampleText)
    #expect(Verifier.violations(in: module) == [])
    #expect(module["main"]?.isEntry == true)
    #expect(module["main"]?.callees == ["helper"])
  }

  @Test func regionsAreNumberedAnew() throws {
    let module = try Module(parsing: regionText, file: "regions.mlir")
    #expect(module.text == regionText)
    #expect(Verifier.violations(in: module) == [])
  }

  @Test(
    .enabled(if: MLIROpt.path != nil, "needs mlir-opt-16"), arguments: [sampleText, regionText])
  func mlirOptReprintsTheSameBytes(text: String) throws {
    #expect(try MLIROpt.reprint(text) == text)
  }

  /// A region's names are its own: not known behind it, and not those that are known in it.
  @Test func namesOfRegions() {
    func message(_ last: String, _ inner: String = "%4") -> String? {
      let text = regionText.replacing("(%0#1) : (tensor<2x3xf32>) ->", with: last)
        .replacing("%4 = \"tessera.less\"", with: "\(inner) = \"tessera.less\"")
      let error = #expect(throws: TesseraError.self) {
        try Module(parsing: text, file: "regions.mlir")
      }
      return error?.diagnostics.first?.message
    }
    let known = "(%0#1) : (tensor<2x3xf32>) ->"
    #expect(message("(%4) : (tensor<2x3xf32>) ->") == "'%4' is not defined before it is used")
    #expect(message(known, "%1") == "'%1' is defined twice")
  }

  /// Numbers of every magnitude, so that each branch of the spelling is met.
  @Test(.enabled(if: MLIROpt.path != nil, "needs mlir-opt-16"))
  func floatsAreSpelledAsMLIRSpellsThem() throws {
    var generator = SplitMix64(seed: 7)
    var text = "\"builtin.module\"() ({\n  \"func.func\"() ({\n"
    var count = 0
    func add(_ literal: TensorLiteral) {
      var rewriter = Rewriter(functionNamed: "f")
      rewriter.insert(.source(.constant(literal)), [])
      var module = Module()
      module.insert(rewriter.function)
      let line = module.text.split(separator: "\n")[2]
      text += line.replacing("%0", with: "%\(count)") + "\n"
      count += 1
    }
    let edges = [
      0, -0.0, 1e-12, 0.1, 0.9, 0.999, 1e-7, 123_456_789, 1e23, 65504, 1e5, -10_000,
    ]
    for value in edges {
      add(TensorLiteral(splat: value, TensorType([], .f64)))
      add(TensorLiteral(splat: value, TensorType([], .f32)))
      add(TensorLiteral(splat: max(-65504, min(value, 65504)), TensorType([], .f16)))
    }
    for _ in 0..<500 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { add(TensorLiteral(splat: double, TensorType([], .f64))) }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      if float.isFinite { add(TensorLiteral(splat: Double(float), TensorType([], .f32))) }
      let half = Float16(bitPattern: UInt16(truncatingIfNeeded: generator.next()))
      if half.isFinite { add(TensorLiteral(splat: Double(half), TensorType([], .f16))) }
      let decimal = Double(generator.next() % 100_000) / 1000
      add(TensorLiteral(splat: decimal, TensorType([], .f32)))
    }
    text +=
      "    \"func.return\"() : () -> ()\n  }) {function_type = () -> (), sym_name = \"f\"} : () -> ()\n"
    text += "}) : () -> ()\n\n"
    #expect(try MLIROpt.reprint(text) == text)
    #expect(try Module(parsing: text, file: "floats.mlir").text == text)
  }

  @Test(arguments: [
    ("", 1, 1, "expected a string"),
    ("\"builtin.module\"() ({ ? }) : () -> ()", 1, 23, "has no meaning"),
    (
      "\"builtin.module\"() ({\n  \"func.func\"() ({\n  %0 = \"tessera.nothing\"() : () -> tensor<f32>\n",
      3, 8,
      "unknown operation"
    ),
    (
      "\"builtin.module\"() ({\n  \"func.func\"() ({\n  \"func.return\"(%9) : (tensor<f32>) -> ()\n",
      3, 17,
      "not defined"
    ),
    (
      "\"builtin.module\"() ({\n  \"func.func\"() ({\n  ^bb0(%a: tensor<0xf32>):\n", 3, 12,
      "not a shape"
    ),
    (
      "\"builtin.module\"() ({\n  \"func.func\"() ({\n  ^bb0(%a: tensor<2xf32, \"disk\">):\n", 3,
      26,
      "'disk' is no memory"
    ),
    (
      "\"builtin.module\"() ({\n  \"func.func\"() ({\n  %0 = \"tessera.constant\"() "
        + "{value = dense<1.0> : tensor<2xf32, \"streaming\">}", 3, 38,
      "a constant is never in streaming memory"
    ),
  ])
  func mistakesAreLocated(text: String, line: Int, column: Int, message: String) {
    let error = #expect(throws: TesseraError.self) { try Module(parsing: text, file: "x.mlir") }
    let diagnostic = error?.diagnostics.first
    #expect(diagnostic?.location == SourceLocation(file: "x.mlir", line: line, column: column))
    #expect(diagnostic?.message.contains(message) == true)
  }

  /// A text cut or changed anywhere gives a module or a typed error, never a trap.
  @Test func damagedTextNeverTraps() {
    var generator = SplitMix64(seed: 3)
    let bytes = Array(sampleText.utf8)
    for _ in 0..<2000 {
      var damaged = bytes
      if generator.next() % 4 == 0 {
        damaged.removeLast(Int(generator.next() % UInt64(bytes.count)))
      } else {
        damaged[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: 32 + generator.next() % 95)
      }
      let text = String(decoding: damaged, as: UTF8.self)
      if let module = try? Module(parsing: text, file: "damaged.mlir") {
        _ = Verifier.violations(in: module)
        #expect((try? Module(parsing: module.text, file: "again.mlir"))?.text == module.text)
      }
    }
  }
}
