import Foundation
import TestSupport
import Testing

/// A run's checkpoint that a disk has damaged is not taken for weights, whoever reads it.
@Suite struct CheckpointDigestTests {
  typealias Folder = CommandLineTests.Folder

  @Test func everyReaderVerifiesTheDigest() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let run = try folder.run(
      "tessera", "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run", "--max-steps",
      "1", "--progress", "none")
    try #require(run.status == 0, "\(run.errors)")
    let file = "run/checkpoints/step-1.safetensors"
    func all() throws -> [Command.Output] {
      [
        try folder.run("tessera", "checkpoint", "inspect", file),
        try folder.run("tessera", "checkpoint", "inspect", file, "--bundle", "demo.ipub"),
        try folder.run("tessera", "checkpoint", "convert", file, "out.safetensors", "--force"),
        try folder.run(
          "tessera", "evaluate", "demo.ipub", "--dataset-dir", "data", "--max-batches", "1",
          "--pretrained-ckpt-path", file),
        try folder.run(
          "tessera", "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "other", "--force",
          "--max-steps", "1", "--pretrained-ckpt-path", file),
      ]
    }
    let whole = try all()
    for output in whole { #expect(output.status == 0, "\(output.errors)") }
    #expect(whole[0].text.contains("\ndigest: right\n"))
    let url = URL(filePath: folder.path + "/" + file)
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: url)
    for output in try all() {
      #expect(output.status == 65)
      #expect(output.errors.contains("[training-state-damaged]"), "\(output.errors)")
    }
    // Other checkpoints have no digest.
    let converted = try folder.run("tessera", "checkpoint", "inspect", "out.safetensors")
    #expect(converted.status == 0)
    #expect(!converted.text.contains("digest"))
  }
}
