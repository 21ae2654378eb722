import Foundations

/// One tensor of a safetensors file: what the header says of it.
struct SafetensorsEntry: Hashable, Sendable {
  /// As the file spells it.
  var name: String
  /// The extents, outermost first; empty for a scalar.
  var shape: [Int]
  /// The type of every element.
  var element: SafetensorsElement
  /// Where the bytes lie, counted from the end of the header.
  var byteRange: Range<Int>
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
      // The parser tells names apart by their bytes; tensors are looked up by String's equality, to
      // which two spellings of an accented letter are one.
      guard names.insert(member.key).inserted else {
        throw reader.error(
          .safetensorsDuplicateName, "\(printable(member.key)) appears twice in the header",
          at: member.keyLocation)
      }
      if member.key == "__metadata__" {
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

  /// A header nests three deep; a bound keeps hostile text from exhausting the stack.
  static let depthLimit = 8

  /// An error at a place of the header's text, which follows the eight bytes of its length; at its
  /// start where the whole header is meant.
  func error(
    _ code: DiagnosticCode, _ message: String, at location: SourceLocation? = nil
  ) -> TesseraError {
    var place = location ?? SourceLocation(file: path, line: 1, column: 1)
    if place.line == 1 { place.column += 8 }
    return TesseraError(
      .badData, code: code, message, at: place,
      notes: ["the file is damaged, or it is not a safetensors file"],
      remedies: ["fetch or save the checkpoint again"])
  }

  /// The members of the header, whose names differ.
  func members(of text: [UInt8]) throws(TesseraError) -> [JSON.Member] {
    let header: JSON.Value
    do {
      header = try JSON.parse(
        bytes: text, file: path, byteLimit: SafetensorsFile.maximumHeaderByteCount,
        depthLimit: Self.depthLimit)
    } catch {
      let mistake = error.diagnostics.first
      throw self.error(
        mistake?.code == .jsonDuplicateKey ? .safetensorsDuplicateName : .safetensorsHeader,
        mistake?.message ?? "the header is not JSON", at: mistake?.location)
    }
    guard let members = header.members else {
      throw error(.safetensorsHeader, "the header is not a JSON object")
    }
    return members
  }

  func metadata(_ member: JSON.Member) throws(TesseraError) -> [String: String] {
    guard let members = member.value.members else {
      throw error(.safetensorsHeader, "__metadata__ is not an object", at: member.keyLocation)
    }
    var metadata: [String: String] = [:]
    for item in members {
      guard let text = item.value.string else {
        throw error(
          .safetensorsHeader, "__metadata__ holds something else than strings",
          at: item.keyLocation)
      }
      metadata[item.key] = text
    }
    return metadata
  }

  func entry(_ member: JSON.Member) throws(TesseraError) -> SafetensorsEntry {
    let tensor = printable(member.key)
    guard let fields = member.value.members,
      fields.map(\.key).sorted() == ["data_offsets", "dtype", "shape"]
    else {
      throw error(
        .safetensorsHeader, "\(tensor) must have exactly dtype, shape and data_offsets",
        at: member.keyLocation)
    }
    var element: SafetensorsElement?
    var shape: [Int] = []
    var offsets: [Int] = []
    for field in fields {
      switch (field.key, field.value.kind) {
      case ("dtype", .string(let name)):
        element = SafetensorsElement(rawValue: name)
        if element == nil {
          throw error(
            .safetensorsElementType,
            "\(tensor) has the element type \(printable(name)), which is not one of "
              + SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", "),
            at: field.keyLocation)
        }
      case ("shape", .array(let items)):
        shape = try integers(items, of: member, what: "shape")
      case ("data_offsets", .array(let items)):
        offsets = try integers(items, of: member, what: "data_offsets")
      default:
        throw error(
          .safetensorsHeader, "\(field.key) of \(tensor) has the wrong type",
          at: field.keyLocation)
      }
    }
    guard let element, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw error(
        .safetensorsHeader,
        "data_offsets of \(tensor) must be two numbers, the first not above the second",
        at: member.keyLocation)
    }
    let range = offsets[0]..<offsets[1]
    guard let wanted = element.byteCount(shape: shape), wanted == range.count else {
      throw error(
        .safetensorsWrongSize,
        "\(tensor) of shape \(shape) and type \(element.rawValue) has \(range.count) bytes",
        at: member.keyLocation)
    }
    return SafetensorsEntry(name: member.key, shape: shape, element: element, byteRange: range)
  }

  func integers(
    _ items: [JSON.Value], of member: JSON.Member, what: String
  ) throws(TesseraError) -> [Int] {
    var integers: [Int] = []
    for item in items {
      guard let integer = item.integer, integer >= 0 else {
        throw error(
          .safetensorsHeader,
          "\(what) of \(printable(member.key)) holds something else than whole numbers from 0",
          at: member.keyLocation)
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
          .safetensorsOverlap, "\(tensor) begins at byte \(start), inside another tensor")
      }
      guard start == end else {
        throw error(
          .safetensorsGap, "\(start - end) bytes before \(tensor) belong to no tensor")
      }
      end = entry.byteRange.upperBound
      guard end <= dataByteCount else {
        throw error(
          .safetensorsTruncated,
          "\(tensor) ends at byte \(end) of the data, which has \(dataByteCount)")
      }
    }
    guard end == dataByteCount else {
      throw error(
        .safetensorsGap, "\(dataByteCount - end) bytes at the end belong to no tensor")
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
