import Foundations

/// One tensor of a safetensors file: what the header says of it.
package struct SafetensorsEntry: Hashable, Sendable {
  /// As the file spells it.
  package var name: String
  /// The extents, outermost first; empty for a scalar.
  package var shape: [Int]
  /// The type of every element.
  package var element: SafetensorsElement
  /// Where the bytes lie, counted from the end of the header.
  package var byteRange: Range<Int>
}

/// The header of a safetensors file, checked in full.
struct SafetensorsHeader {
  /// In the order of their bytes.
  var entries: [SafetensorsEntry]
  var metadata: [String: String]

  /// Reads the header's text and checks every tensor against the `dataByteCount` bytes that follow
  /// it: shapes match sizes, and the tensors cover the data with no gap and no overlap.
  init(text: [UInt8], dataByteCount: Int, path: String) throws(TesseraError) {
    let reader = SafetensorsHeaderReader(path: path)
    metadata = [:]
    entries = []
    var names: Set<String> = []
    for member in try reader.members(of: text) {
      guard names.insert(member.name).inserted else {
        throw reader.error(
          "safetensors-duplicate-name", "\(printable(member.name)) appears twice in the header",
          at: member.offset)
      }
      if member.name == "__metadata__" {
        metadata = try reader.metadata(member)
      } else {
        entries.append(try reader.entry(member))
      }
    }
    entries.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    try reader.checkCoverage(entries, dataByteCount: dataByteCount)
  }
}

private struct SafetensorsHeaderReader {
  let path: String

  /// An error at a byte of the header, which follows the eight bytes of its length.
  func error(_ code: String, _ message: String, at offset: Int) -> TesseraError {
    TesseraError(
      .badData, code: code, message, at: SourceLocation(file: path, line: 1, column: 9 + offset),
      notes: ["the file is damaged, or it is not a safetensors file"],
      remedies: ["fetch or save the checkpoint again"])
  }

  /// The one place that knows which JSON reader is in use.
  func members(of text: [UInt8]) throws(TesseraError) -> [HeaderJSON.Member] {
    let value: HeaderJSON
    do {
      value = try HeaderJSON.parse(text)
    } catch {
      throw self.error("safetensors-header", error.message, at: error.offset)
    }
    guard case .object(let members) = value else {
      throw error("safetensors-header", "the header is not a JSON object", at: 0)
    }
    return members
  }

  func metadata(_ member: HeaderJSON.Member) throws(TesseraError) -> [String: String] {
    guard case .object(let members) = member.value else {
      throw error("safetensors-header", "__metadata__ is not an object", at: member.offset)
    }
    var metadata: [String: String] = [:]
    for item in members {
      guard case .string(let text) = item.value else {
        throw error(
          "safetensors-header", "__metadata__ holds something else than strings", at: item.offset)
      }
      guard metadata.updateValue(text, forKey: item.name) == nil else {
        throw error(
          "safetensors-duplicate-name", "\(printable(item.name)) appears twice in __metadata__",
          at: item.offset)
      }
    }
    return metadata
  }

  func entry(_ member: HeaderJSON.Member) throws(TesseraError) -> SafetensorsEntry {
    let tensor = printable(member.name)
    guard case .object(let fields) = member.value,
      fields.map(\.name).sorted() == ["data_offsets", "dtype", "shape"]
    else {
      throw error(
        "safetensors-header", "\(tensor) must have exactly dtype, shape and data_offsets",
        at: member.offset)
    }
    var element: SafetensorsElement?
    var shape: [Int] = []
    var offsets: [Int] = []
    for field in fields {
      switch (field.name, field.value) {
      case ("dtype", .string(let name)):
        element = SafetensorsElement(rawValue: name)
        if element == nil {
          throw error(
            "safetensors-element-type",
            "\(tensor) has the element type \(printable(name)), which is not one of "
              + SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", "),
            at: field.offset)
        }
      case ("shape", .array(let items)):
        shape = try integers(items, of: member, what: "shape")
      case ("data_offsets", .array(let items)):
        offsets = try integers(items, of: member, what: "data_offsets")
      default:
        throw error(
          "safetensors-header", "\(field.name) of \(tensor) has the wrong type", at: field.offset)
      }
    }
    guard let element, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw error(
        "safetensors-header",
        "data_offsets of \(tensor) must be two numbers, the first not above the second",
        at: member.offset)
    }
    let range = offsets[0]..<offsets[1]
    guard let wanted = element.byteCount(shape: shape), wanted == range.count else {
      throw error(
        "safetensors-wrong-size",
        "\(tensor) of shape \(shape) and type \(element.rawValue) has \(range.count) bytes",
        at: member.offset)
    }
    return SafetensorsEntry(name: member.name, shape: shape, element: element, byteRange: range)
  }

  func integers(
    _ items: [HeaderJSON], of member: HeaderJSON.Member, what: String
  ) throws(TesseraError) -> [Int] {
    var integers: [Int] = []
    for item in items {
      guard case .integer(let integer) = item, integer >= 0 else {
        throw error(
          "safetensors-header",
          "\(what) of \(printable(member.name)) holds something else than whole numbers from 0",
          at: member.offset)
      }
      integers.append(integer)
    }
    return integers
  }

  /// The entries, in the order of their bytes, must cover the data exactly.
  func checkCoverage(
    _ entries: [SafetensorsEntry], dataByteCount: Int
  ) throws(TesseraError) {
    var end = 0
    for entry in entries {
      let start = entry.byteRange.lowerBound
      let tensor = printable(entry.name)
      guard start >= end else {
        throw error(
          "safetensors-overlap", "\(tensor) begins at byte \(start), inside another tensor", at: 0)
      }
      guard start == end else {
        throw error(
          "safetensors-gap", "\(start - end) bytes before \(tensor) belong to no tensor", at: 0)
      }
      end = entry.byteRange.upperBound
      guard end <= dataByteCount else {
        throw error(
          "safetensors-truncated",
          "\(tensor) ends at byte \(end) of the data, which has \(dataByteCount)", at: 0)
      }
    }
    guard end == dataByteCount else {
      throw error(
        "safetensors-gap", "\(dataByteCount - end) bytes at the end belong to no tensor", at: 0)
    }
  }
}

/// A name from a file, quoted, with control characters escaped and its length bounded: safe to
/// print on a terminal.
func printable(_ name: String) -> String {
  let limit = 120
  return name.count <= limit
    ? name.debugDescription : String(name.prefix(limit)).debugDescription + "…"
}
