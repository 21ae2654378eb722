import Foundations
import IPUTarget
import TestSupport
import Testing
import Training

/// Training on `ipu-tile`, from a bundle.
@Suite struct TileDeviceTests {
  private static let settings =
    GoldenReference.pretrainingSettings + [
      "bert_config.hidden_size=32", "bert_config.intermediate_size=64",
    ]

  /// The first loss is that of equal weights. AdamW's first update is little but the signs of gradients, of
  /// which some are rounding, so that the second is farther off.
  @Test(.enabled(if: GoldenReference.isPresent, "needs ../shared/golden"))
  func trainsAsTheModel() throws {
    let workspace = try Workspace()
    try workspace.writeGoldenData(questionAnswering: false)
    let bundle = try workspace.compile(
      "examples/pretrain_tiny.json", Self.settings, system: .bowPod4)
    let expected = try workspace.train(bundle, run: "model", steps: 2).losses
    let found = try workspace.train(bundle, run: "tile", steps: 2, device: .ipuTile).losses
    #expect(found.map(\.name) == expected.map(\.name))
    for (found, expected) in zip(found, expected) {
      #expect(found.values.count == 2)
      #expect(abs(found.values[0] - expected.values[0]) <= 1e-5 * max(1, expected.values[0]))
      #expect(abs(found.values[1] - expected.values[1]) <= 1e-2)
    }
  }

  @Test(.enabled(if: GoldenReference.isPresent, "needs ../shared/golden"))
  func needsATileProgram() throws {
    let workspace = try Workspace()
    try workspace.writeGoldenData(questionAnswering: false)
    let bundle = try workspace.compile("examples/pretrain_tiny.json", Self.settings)
    let error = #expect(throws: TesseraError.self) {
      try workspace.train(bundle, run: "tile", steps: 1, device: .ipuTile)
    }
    #expect(error?.exitCode == .deviceUnavailable)
  }
}
