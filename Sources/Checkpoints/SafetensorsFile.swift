import Foundations

/// A safetensors file, open for reading: the header is read and checked at once, a tensor's bytes
/// when they are asked for.
///
/// The format (https://huggingface.co/docs/safetensors): eight bytes of header length,
/// little-endian; the header, a JSON object; the tensors' bytes.
package struct SafetensorsFile: CheckpointFile {
  /// The tensors, sorted by name.
  package let entries: [CheckpointEntry]
  /// The strings under `__metadata__`.
  package let metadata: [String: String]

  private let file: PositionedFile
  private let dataStart: Int
  /// Where the bytes of each tensor lie, counted from the end of the header.
  private let byteRanges: [String: Range<Int>]

  /// No checkpoint's header comes near; the format's own library has the same bound.
  static let maximumHeaderByteCount = 100 << 20

  /// - Throws: `checkpoint-not-found` (exit 66), `input-output` (74), and codes that begin with
  ///   `safetensors-` (65) where the file is damaged or of another kind.
  package init(path: String) throws(TesseraError) {
    file = try PositionedFile(path: path)
    let text = try Self.headerText(file)
    dataStart = 8 + text.count
    let header = try SafetensorsHeader(
      text: text, dataByteCount: file.byteCount - dataStart, path: path)
    entries = header.entries.sorted { precedes($0.name, $1.name) }
      .map { CheckpointEntry(name: $0.name, shape: $0.shape, element: $0.element) }
    metadata = header.metadata
    byteRanges = Dictionary(header.entries.map { ($0.name, $0.byteRange) }) { $1 }
  }

  /// The path that was opened.
  package var path: String { file.path }
  /// Always safetensors.
  package var format: CheckpointFormat { .safetensors }

  /// Reads a tensor.
  ///
  /// - Throws: `checkpoint-tensor-missing` (exit 3) where the file has no such tensor,
  ///   `input-output` (74) where the disk fails.
  package func tensor(named name: String) throws(TesseraError) -> CheckpointTensor {
    guard let entry = entry(named: name), let range = byteRanges[name] else { throw missing(name) }
    let bytes = try file.bytes(at: dataStart + range.lowerBound, count: range.count)
    return try CheckpointTensor(shape: entry.shape, element: entry.element, bytes: bytes)
  }

  private static func headerText(_ file: PositionedFile) throws(TesseraError) -> [UInt8] {
    let (path, fileByteCount) = (file.path, file.byteCount)
    guard fileByteCount >= 8 else {
      throw notSafetensors(path, "the file has \(fileByteCount) bytes, fewer than a header's 8")
    }
    let lengthBytes = try file.bytes(at: 0, count: 8)
    let length: UInt64 = lengthBytes.littleEndian(at: 0)
    guard length <= UInt64(maximumHeaderByteCount) else {
      // A header is a JSON object. Text has no such length at its begin, and mostly no brace just there.
      let next = try file.bytes(at: 8, count: min(1, fileByteCount - 8))
      guard next == [UInt8(ascii: "{")] else {
        throw TesseraError(
          .badData, code: .safetensorsHeaderLength,
          "\(path) is no checkpoint of safetensors, PyTorch or TensorFlow",
          notes: ["its first bytes are those of none of the three formats"],
          remedies: ["give the path of a checkpoint's file, or of the folder that holds it"])
      }
      throw notSafetensors(
        path, "the header claims \(length) bytes; at most \(maximumHeaderByteCount) are allowed")
    }
    guard length <= UInt64(fileByteCount - 8) else {
      throw notSafetensors(
        path, "the header claims \(length) bytes, but only \(fileByteCount - 8) follow")
    }
    return try file.bytes(at: 8, count: Int(length))
  }

  private static func notSafetensors(_ path: String, _ message: String) -> TesseraError {
    TesseraError(
      .badData, code: .safetensorsHeaderLength, "\(path): \(message)",
      notes: [
        "the file is cut short, or it is no checkpoint of safetensors, PyTorch or TensorFlow"
      ],
      remedies: [
        "fetch or save the checkpoint again"
      ])
  }
}

/// Order by UTF-8 bytes: the same on every machine.
func precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}
