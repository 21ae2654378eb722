import Foundations

/// What the system says of this machine's memory.
enum HostMemory {
  /// Bytes that a program can take without others being pushed out (`MemAvailable` of proc(5)); nil where
  /// the system does not say.
  static var availableByteCount: Int? { byteCount(of: "MemAvailable") }

  /// Bytes of memory (`MemTotal`).
  static var totalByteCount: Int? { byteCount(of: "MemTotal") }

  private static func byteCount(of key: String) -> Int? {
    guard let bytes = try? readBytes(path: "/proc/meminfo", limit: 1 << 20) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(key + ":") }
    let fields = line?.split(separator: " ") ?? []
    guard fields.count >= 2, let kibibytes = Int(fields[1]) else { return nil }
    return kibibytes * 1024
  }
}
