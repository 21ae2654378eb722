import Foundations
import Runtime

/// What a bundle can be trained on; raw values are the names in commands.
package enum DeviceKind: String, Sendable, CaseIterable {
  /// Each operation with a kernel on this machine's processor.
  case ipuModel = "ipu-model"
  /// Each tile of each IPU with a memory of its own, on this machine's processor.
  case ipuTile = "ipu-tile"
}

extension LoadedBundle {
  /// The device with the bundle's program.
  /// - Throws: `TesseraError`: deviceUnavailable where the bundle holds no program for the device, and what
  ///   the device throws.
  func device(
    _ kind: DeviceKind, replicas: Int, threads: Int
  ) throws(TesseraError) -> any Device {
    switch kind {
    case .ipuModel: return try Engine(program, replicas: replicas, threads: threads)
    case .ipuTile:
      guard let tileProgram else {
        throw TesseraError(
          .deviceUnavailable, code: .noTileProgram,
          "the bundle holds no tile program, which the device ipu-tile runs",
          remedies: ["run on ipu-model: leave out --device"])
      }
      return try TileEngine(program, tileProgram, replicas: replicas, threads: threads)
    }
  }
}
