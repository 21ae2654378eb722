import Foundation
import TestSupport
import Testing

/// The commands that make data and look at them, as a user calls them.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct DataCommandTests {
  /// A folder in which commands run.
  struct Workspace {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func data(_ arguments: String...) throws -> Command.Output {
      try Command.run(Executables.path("tessera"), ["data"] + arguments, in: folder.path)
    }

    /// The fields of a report that a command prints as JSON.
    func json(_ output: Command.Output) throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.text.utf8))
      return try #require(value as? [String: Any])
    }

    /// Extracted articles: `extracted/AA/wiki_00`.
    func makeArticles() throws {
      let articles = (0..<30).map { number in
        let sentences = (0..<8).map { "Dr. Ant No. \(number) carried \($0 + 2) grains &amp; left." }
        return """
          <doc id="\(number)" url="https://example.org/?curid=\(number)" title="Ant \(number)">
          Ant \(number)

          \(sentences.joined(separator: " "))
          </doc>

          """
      }
      try FileManager.default.createDirectory(
        atPath: folder.file("extracted/AA"), withIntermediateDirectories: true)
      try folder.write(Array(articles.joined().utf8), "extracted/AA/wiki_00")
    }

    /// `text.txt`, `vocab.txt` and two files in `data`.
    func makeData() throws {
      try makeArticles()
      try FileManager.default.createDirectory(
        atPath: folder.file("data"), withIntermediateDirectories: true)
      for arguments in [
        ["wikipedia", "extracted", "-o", "text.txt"],
        ["vocabulary", "text.txt", "--size", "200", "-o", "vocab.txt"],
        [
          "pretraining", "text.txt", "--vocabulary", "vocab.txt", "--sequence-length", "64",
          "--mask-tokens", "10", "--files", "2", "-o", "data/train.tfrecord",
        ],
      ] {
        let output = try Command.run(
          Executables.path("tessera"), ["data"] + arguments, in: folder.path)
        try #require(output.status == 0, "\(output.errors)")
      }
    }
  }

  @Test func articlesBecomeText() throws {
    let workspace = try Workspace()
    try workspace.makeArticles()
    let output = try workspace.data("wikipedia", "extracted", "-o", "text.txt")
    #expect(output.status == 0, "\(output.errors)")
    #expect(output.text.hasPrefix("text.txt: 30 articles with 240 sentences, "))
    let text = String(decoding: try workspace.folder.contents("text.txt"), as: UTF8.self)
    #expect(text.hasPrefix("Dr. Ant No. 0 carried 2 grains & left.\nDr. Ant No. 0 carried 3 "))
    #expect(text.components(separatedBy: "\n\n").count == 30)
    #expect(try workspace.data("wikipedia", "extracted", "-o", "text.txt").status == 73)
    #expect(try workspace.data("wikipedia", "absent", "-o", "x.txt").status == 66)
    #expect(
      try workspace.data(
        "wikipedia", "extracted", "-o", "x.txt", "--files", "2", "--articles-per-file", "3"
      ).status == 64)
    #expect(try workspace.data("wikipedia", "text.txt", "-o", "x.txt").status == 65)
  }

  @Test func dataAreInspectedAndVerified() throws {
    let workspace = try Workspace()
    try workspace.makeData()
    let names = ["train-00000-of-00002.tfrecord", "train-00001-of-00002.tfrecord"]
    let inspect = try workspace.data("inspect", "data", "--format", "json")
    let report = try workspace.json(inspect)
    #expect(report["schema"] as? String == "tessera.data-inspect/1")
    let files = try #require(report["files"] as? [[String: Any]])
    #expect(files.map { $0["path"] as? String } == names.map { "data/\($0)" })
    #expect(files.map { $0["index"] as? String } == ["none", "none"])
    // Nothing is written by looking.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: workspace.folder.file("data")).count == 2)

    let sample = try workspace.data(
      "inspect", "data", "--sample", "1", "--vocabulary", "vocab.txt")
    #expect(sample.status == 0 && sample.text.contains("input_ids: [CLS] "))
    #expect(sample.text.contains("masked_lm_positions   int64"))
    #expect(try workspace.data("inspect", "data", "--sample", "100000").status == 64)

    let verify = try workspace.data("verify", "data", "--vocabulary", "vocab.txt")
    #expect(verify.status == 0, "\(verify.text)")
    #expect(verify.text.hasSuffix("nothing is wrong\n"))
    // The ids of BERT's own vocabulary are others.
    let other = try workspace.data("verify", "data")
    #expect(other.status == 1 && other.text.contains("[special-tokens]"))
    #expect(
      try workspace.data(
        "verify", "data", "--vocabulary", "vocab.txt", "--sequence-length", "128"
      ).status == 1)

    var bytes = try workspace.folder.contents("data/\(names[0])")
    bytes[40] ^= 1
    try workspace.folder.write(bytes, "data/\(names[0])")
    let damaged = try workspace.data(
      "verify", "data", "--vocabulary", "vocab.txt", "--format", "json")
    #expect(damaged.status == 65)
    let faults = try workspace.json(damaged)["faults"] as? [[String: Any]]
    #expect(faults?.count == 1)
    #expect(faults?.first?["file"] as? String == "data/\(names[0])")
    #expect(faults?.first?["offset"] as? Int == 0)
    #expect(faults?.first?["kind"] as? String == "content")
  }

  /// Both commands go on behind a damaged length, and say how many bytes are lost.
  @Test func damagedStretchesAreTold() throws {
    let workspace = try Workspace()
    try workspace.makeData()
    let path = "data/train-00000-of-00002.tfrecord"
    var bytes = try workspace.folder.contents(path)
    let length = Int(bytes[0]) + Int(bytes[1]) << 8 + 16
    bytes[8] ^= 1
    try workspace.folder.write(bytes, path)
    let verify = try workspace.data(
      "verify", "data", "--vocabulary", "vocab.txt", "--format", "json")
    #expect(verify.status == 65)
    let report = try workspace.json(verify)
    #expect(report["lost_bytes"] as? Int == length)
    let faults = try #require(report["faults"] as? [[String: Any]])
    #expect(faults.map { $0["kind"] as? String } == ["frame"])
    let inspect = try workspace.data("inspect", "data")
    #expect(inspect.status == 0)
    #expect(inspect.text.contains("\(path): damaged stretches take \(length) bytes\n"))

    // The only record of a file, and a file without any.
    try workspace.folder.write(Array(bytes[length...].prefix(5)), "rest.tfrecord")
    let rest = try workspace.data("verify", "rest.tfrecord")
    #expect(rest.status == 65 && rest.text.hasPrefix("1 record in 1 file, 5 bytes\n"))
    try workspace.folder.write([], "empty.tfrecord")
    let empty = try workspace.data("verify", "empty.tfrecord")
    #expect(empty.status == 65 && empty.errors.contains("[empty-dataset]"))
  }

  /// An index that cannot lie beside the data lies in the user's cache, or nowhere.
  @Test func theIndexFindsAPlace() throws {
    let folder = try CommandLineTests.Folder()
    try folder.makeBundleAndData()
    func evaluate(cache: String) throws -> Command.Output {
      try Command.run(
        Executables.path("tessera"),
        ["evaluate", "demo.ipub", "--dataset-dir", "data", "--max-batches", "1"], in: folder.path,
        environment: ["XDG_CACHE_HOME": cache])
    }
    func names(_ path: String) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + path)) ?? []
    }
    #expect(try evaluate(cache: folder.path + "/cache").status == 0)
    #expect(names("data").sorted() == ["train.tfrecord", "train.tfrecord.index"])
    #expect(names("cache").isEmpty)

    // Somebody else's file has the name.
    try folder.write("not ours", to: "data/train.tfrecord.index")
    #expect(try evaluate(cache: folder.path + "/cache").status == 0)
    #expect(names("cache/tessera").count == 1)
    #expect(names("cache/tessera").first?.hasPrefix("train.tfrecord-") == true)
    let output = try evaluate(cache: "/proc/none")
    #expect(output.status == 0, "\(output.errors)")
    let text = try String(
      contentsOfFile: folder.path + "/data/train.tfrecord.index", encoding: .utf8)
    #expect(text == "not ours")
  }
}
