import FoundationEssentials
import Foundations
import Glibc
import Runtime

/// What this machine can train on, and why not on the rest.
package struct DeviceSurvey: Sendable {
  /// A device.
  package struct Finding: Hashable, Sendable {
    /// The name that `--device` takes, or `ipu` for hardware.
    package var name: String
    /// Whether a bundle can be trained on it here.
    package var isAvailable: Bool
    /// What it is, and what it has here; why it is not available.
    package var detail: String
  }

  /// The devices, those that are available first.
  package let findings: [Finding]
  /// Processors of this machine.
  package let processorCount: Int
  /// The instruction set that the kernels use: `scalar`, `avx2` or `avx512`.
  package let instructionSet: String
  /// Bytes of memory; nil where the system does not say.
  package let memoryByteCount: Int?

  /// Looks at this machine.
  /// - Parameter processorCount: the processors that this process may use.
  package init(processorCount: Int) {
    self.processorCount = processorCount
    instructionSet = Engine.instructionSet
    memoryByteCount = HostMemory.totalByteCount
    findings = [
      Finding(
        name: DeviceKind.ipuModel.rawValue, isAvailable: true,
        detail: "each operation with a kernel on this machine's processors"),
      Finding(
        name: DeviceKind.ipuTile.rawValue, isAvailable: true,
        detail: "each tile of each IPU with a memory of its own, on this machine's processors"),
      Finding(name: "ipu", isAvailable: false, detail: Self.hardware()),
    ]
  }

  /// Why a bundle does not run on IPU hardware here.
  private static func hardware() -> String {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
    let devices = entries.filter { $0.hasPrefix("ipu") }.sorted()
    // How Graphcore's driver is told of IPUs elsewhere: a partition of V-IPU.
    let known: [String] = ["IPUOF_CONFIG_PATH", "IPUOF_VIPU_API_PARTITION_ID"]
    let variables = known.filter { getenv($0) != nil }
    let names = devices.map { "/dev/\($0)" } + variables
    let found =
      names.isEmpty
      ? "this machine has none: there is no /dev/ipu*, and no partition in IPUOF_CONFIG_PATH"
      : "this machine has \(names.joined(separator: ", "))"
    return found + "; this version does not execute on IPU hardware"
  }

  /// The survey in lines.
  package var text: String {
    var lines = findings.map { finding in
      let name = finding.name + String(repeating: " ", count: max(0, 10 - finding.name.count))
      return
        "\(name)  \(finding.isAvailable ? "available    " : "not available")  \(finding.detail)"
    }
    let memory = memoryByteCount.map { ", \(byteCountText($0)) of memory" } ?? ""
    lines.append("processors: \(processorCount), kernels for \(instructionSet)\(memory)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The survey under the schema `tessera.devices/1`.
  package var json: JSON.Plain {
    .object([
      .init("schema", "tessera.devices/1"),
      .init(
        "devices",
        .array(
          findings.map {
            .object([
              .init("name", .string($0.name)), .init("available", .boolean($0.isAvailable)),
              .init("detail", .string($0.detail)),
            ])
          })),
      .init("processors", .integer(processorCount)),
      .init("instruction_set", .string(instructionSet)),
      .init("memory_bytes", memoryByteCount.map { .integer($0) } ?? .null),
    ])
  }
}
