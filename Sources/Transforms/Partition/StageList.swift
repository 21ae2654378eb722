import Foundations

/// The options of `partition`.
struct StageList {
  /// The layers that each stage lists.
  let stages: [[String]]
  /// The IPU of each stage.
  let devices: [Int]
  let table: LayerTable

  /// `stages=emb;hid,hid,enc_out;pool,heads devices=0,1,0 layers=PREFIX:NAME;…`
  /// - Throws: `bad-pass-option` for an empty stage, a number of devices that is not the stages', or
  ///   text of another form.
  init(_ options: PassOptions) throws(TesseraError) {
    let text = options["stages"] ?? ""
    stages = text.isEmpty ? [] : Self.split(text, ";").map { Self.split($0, ",") }
    if let empty = stages.firstIndex(where: { $0.contains("") }) {
      throw Self.mistake(
        "stages", text,
        "layers between commas and stages between semicolons; stage \(empty) "
          + "lists an empty name")
    }
    if let text = options["devices"] {
      let numbers = Self.split(text, ",").map { Int($0) }
      devices = numbers.compactMap { $0 }.filter { $0 >= 0 }
      guard devices.count == numbers.count, devices.count == stages.count else {
        throw Self.mistake("devices", text, "an IPU's number for each of \(stages.count) stages")
      }
    } else {
      devices = Array(stages.indices)
    }
    var table = LayerTable()
    for entry in (options["layers"].map { Self.split($0, ";") } ?? []) {
      let parts = Self.split(entry, ":")
      guard parts.count == 2, !parts.contains("") else {
        throw Self.mistake("layers", entry, "of the form PREFIX:NAME")
      }
      table.add(prefix: parts[0], layer: parts[1])
    }
    self.table = table
  }

  /// How many places stages have for a layer.
  func count(of layer: String) -> Int {
    stages.reduce(0) { $0 + $1.count { $0 == layer } }
  }

  /// The stage of the layer's place of that number, from 0; nil where there are fewer.
  func stage(of layer: String, place: Int) -> Int? {
    var left = place
    for (stage, layers) in stages.enumerated() {
      let count = layers.count { $0 == layer }
      if left < count { return stage }
      left -= count
    }
    return nil
  }

  private static func split(_ text: String, _ separator: Character) -> [String] {
    text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }

  private static func mistake(
    _ name: String, _ text: String, _ wanted: String
  ) -> TesseraError {
    TesseraError(
      .usage, code: .badPassOption, "the option '\(name)' must be \(wanted), but is '\(text)'")
  }
}
