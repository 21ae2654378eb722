import Foundation
import Foundations
import Testing

@Suite struct JSONTests {
  private static func parse(_ text: String) throws -> JSON.Value {
    try JSON.parse(bytes: Array(text.utf8), file: "f")
  }

  /// Code and place of the error that `bytes` cause.
  private static func failure(_ bytes: [UInt8], byteLimit: Int = 1 << 20) -> String {
    do {
      _ = try JSON.parse(bytes: bytes, file: "f", byteLimit: byteLimit)
      return "none"
    } catch {
      let diagnostic = error.diagnostics.first
      let place = diagnostic?.location.map { "\($0.line):\($0.column)" } ?? "nowhere"
      return error.exitCode == .badData
        ? "\(diagnostic?.code.rawValue ?? "") \(place)" : "wrong exit code"
    }
  }

  /// What Python writes, and JavaScript.
  @Test(arguments: [
    ("[NaN]", "write a number"), ("[True]", "write true"), ("[None]", "write null"),
    ("['a']", "write strings in double quotes"),
  ]) func wordsOfOtherLanguages(text: String, remedy: String) {
    let error = #expect(throws: TesseraError.self) { try Self.parse(text) }
    #expect(error?.diagnostics.first?.remedies.first?.text.hasPrefix(remedy) == true)
  }

  @Test func kindsAndPlaces() throws {
    let value = try Self.parse(
      "{\"é\": [1, -2.50,\r\n\t true],\r\"b\":{\"c\" : null}, \"d\":\"x\"}\n")
    #expect(value.location == SourceLocation(file: "f", line: 1, column: 1))
    let members = try #require(value.members)
    #expect(members.map(\.key) == ["é", "b", "d"])
    #expect(members.map { "\($0.keyLocation)" } == ["f:1:2", "f:3:1", "f:3:19"])
    let list = try #require(value["é"]?.elements)
    #expect(list.map { "\($0.location)" } == ["f:1:8", "f:1:11", "f:2:3"])
    #expect(
      list.map(\.kind) == [.integer(1, text: "1"), .real(-2.5, text: "-2.50"), .boolean(true)])
    #expect(value["b"]?["c"]?.isNull == true)
    #expect(value["b"]?["c"]?.location.column == 12)
    #expect(value["d"]?.string == "x")
  }

  @Test func numbers() throws {
    let texts = [
      ("0", JSON.Kind.integer(0, text: "0")), ("-0", .integer(0, text: "-0")),
      ("9223372036854775807", .integer(.max, text: "9223372036854775807")),
      ("9223372036854775808", .real(9_223_372_036_854_775_808, text: "9223372036854775808")),
      ("1e3", .real(1000, text: "1e3")), ("1.0", .real(1, text: "1.0")),
      ("1E-2", .real(0.01, text: "1E-2")),
      ("5e-324", .real(.leastNonzeroMagnitude, text: "5e-324")),
    ]
    for (text, kind) in texts { #expect(try Self.parse(text).kind == kind) }
  }

  @Test func strings() throws {
    #expect(
      try Self.parse(#""\"\\\/\b\f\n\r\té\u00e9\uD83D\ude00\u0000😀""#).string
        == "\"\\/\u{8}\u{C}\n\r\té\u{e9}😀\u{0}😀")
  }

  @Test(arguments: [
    ("", "json-unexpected-end 1:1"), ("\n ", "json-unexpected-end 2:2"),
    ("[1,\n2", "json-unexpected-end 2:2"), ("{\"a\":", "json-unexpected-end 1:6"),
    ("[\"ab", "json-unexpected-end 1:2"), ("\"\\", "json-unexpected-end 1:3"),
    ("{\"a\":1,\n \"b\":2, \"a\":3}", "json-duplicate-key 2:9"),
    ("{\"a\":1,\"\\u0061\":3}", "json-duplicate-key 1:8"),
    ("[1, ]", "json-trailing-comma 1:3"), ("{\"a\":1,\n}", "json-trailing-comma 1:7"),
    ("[1, // x\n]", "json-comment 1:5"), ("/**/ 1", "json-comment 1:1"),
    ("# x\n1", "json-comment 1:1"),
    ("[\"é\\x\"]", "json-bad-escape 1:4"), ("\"\\u12\"", "json-bad-escape 1:2"),
    ("\"\\u+123\"", "json-bad-escape 1:2"), ("\"\\u12g4\"", "json-bad-escape 1:2"),
    ("\"\\ud800\"", "json-lone-surrogate 1:2"), ("\"a\\udc00\"", "json-lone-surrogate 1:3"),
    ("\"\\ud800\\u0041\"", "json-lone-surrogate 1:2"),
    ("\"\\ud800\\n\"", "json-lone-surrogate 1:2"),
    ("\"a\nb\"", "json-control-character 1:3"), ("[\"\t\"]", "json-control-character 1:3"),
    ("[01]", "json-bad-number 1:2"), ("[1.]", "json-bad-number 1:2"),
    ("[.5]", "json-bad-number 1:2"), ("[+1]", "json-bad-number 1:2"),
    ("-", "json-bad-number 1:1"), ("1e", "json-bad-number 1:1"),
    ("0x10", "json-bad-number 1:1"), ("1-2", "json-bad-number 1:1"),
    ("1e400", "json-number-out-of-range 1:1"),
    ("{} {}", "json-trailing-text 1:4"), ("1\n2", "json-trailing-text 2:1"),
    ("[True]", "json-unexpected-character 1:2"), ("NaN", "json-unexpected-character 1:1"),
    ("{a:1}", "json-unexpected-character 1:2"), ("['a']", "json-unexpected-character 1:2"),
    ("{\"a\" 1}", "json-unexpected-character 1:6"), ("[1 2]", "json-unexpected-character 1:4"),
    ("[1}", "json-unexpected-character 1:3"), ("[,1]", "json-unexpected-character 1:2"),
    ("nulll", "json-unexpected-character 1:1"), ("[\u{a0}1]", "json-unexpected-character 1:2"),
    ("\u{feff}1", "json-byte-order-mark 1:1"),
  ]) func errors(text: String, failure: String) {
    #expect(Self.failure(Array(text.utf8)) == failure)
  }

  @Test func byteErrors() {
    #expect(Self.failure(Array("[\"a\",\n\"é".utf8) + [0xC3, 0x28]) == "json-invalid-utf8 2:3")
    #expect(Self.failure([0x22, 0xED, 0xA0, 0x80, 0x22]) == "json-invalid-utf8 1:2")
    #expect(Self.failure([0x22, 0xC0, 0x80, 0x22]) == "json-invalid-utf8 1:2")
    #expect(Self.failure(Array("[1234]".utf8), byteLimit: 5) == "json-too-large 1:1")
    #expect(Self.failure(Array("[123]".utf8), byteLimit: 5) == "none")
  }

  @Test func nesting() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(Self.failure(nested(64)) == "none")
    #expect(Self.failure(nested(65)) == "json-nesting-too-deep 1:65")
    #expect(Self.failure([UInt8](repeating: 0x5B, count: 100_000)) == "json-nesting-too-deep 1:65")
  }

  /// Keys that only look alike differ.
  @Test func keysAreComparedByScalars() throws {
    #expect(try Self.parse("{\"\u{e9}\":1,\"e\u{301}\":2}").members?.count == 2)
  }

  @Test func writing() throws {
    let value: JSON.Plain = [
      "b": 1, "a": [1, 2.5, nil, true], "empty": [:], "none": [], "text": "\"\\\n\u{1}é",
      "reals": [0.1, .real(1e300), .single(0.1), .real(.nan), .single(-.infinity), .real(3)],
      "nested": [["x": -0.5], [[1], [2]]],
    ]
    let text = value.text()
    #expect(
      text == #"{"b":1,"a":[1,2.5,null,true],"empty":{},"none":[],"text":"\"\\\n\u0001é","#
        + #""reals":[0.1,1e+300,0.1,null,null,3.0],"nested":[{"x":-0.5},[[1],[2]]]}"#)
    #expect(
      JSON.Plain.object([.init("a", [1, 2]), .init("b", ["c": [[:]]])]).text(.indented) == """
        {
          "a": [1, 2],
          "b": {
            "c": [
              {}
            ]
          }
        }
        """)
    for layout in [JSON.Plain.Layout.oneLine, .indented] {
      let read = JSON.Plain(try Self.parse(value.text(layout)))
      #expect(read.text() == text)
    }
  }

  /// Read by a parser of others.
  @Test(arguments: [
    0, 1, -1.5, 1e-7, 0x1p-1074, 1.7976931348623157e308, 123456789, 1e16, 6.850390911102295, 0.1,
  ])
  func numbersReadBack(_ value: Double) throws {
    let texts = [JSON.Plain.real(value), .single(Float(value))].map { $0.text() }
    #expect(Double(texts[0]) == value)
    let isInfinite = Float(value).isInfinite
    #expect(isInfinite ? texts[1] == "null" : Float(texts[1]) == Float(value))
    let parsed = try JSONSerialization.jsonObject(with: Data("[\(texts[0])]".utf8)) as? [Double]
    #expect(parsed == [value])
  }

  @Test func nearestNames() {
    let names = ["replicas", "seed", "micro_batch_size", "emb", "hid"]
    #expect("replica".nearest(among: names) == "replicas")
    #expect("sede".nearest(among: names) == "seed")
    #expect("micro_batchsize".nearest(among: names) == "micro_batch_size")
    #expect("hdi".nearest(among: names) == "hid")
    #expect("learning_rate".nearest(among: names) == nil)
    #expect("".nearest(among: names) == nil)
  }
}
