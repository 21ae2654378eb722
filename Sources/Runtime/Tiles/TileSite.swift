import Foundations
import Operations

/// Where a step stands, for messages.
struct TileSite: Hashable {
  var function: String
  /// The step's number, and within repeats the numbers of those around it first.
  var path: [Int]
  /// The name of the operation that the step is part of.
  var mnemonic: String

  /// "function 'f', step 3.1, 'tessera.add'"; of a function as a whole its name alone.
  var description: String {
    if path.isEmpty { return "function '\(function)'" }
    let path = path.map(String.init).joined(separator: ".")
    return "function '\(function)', step \(path), '\(mnemonic)'"
  }

  /// An error of the tile program.
  func error(_ code: DiagnosticCode, _ message: String, tile: Int? = nil) -> TesseraError {
    let place = tile.map { ", tile \($0)" } ?? ""
    return TesseraError(.internalError, code: code, "\(description)\(place): \(message)")
  }

  /// The error that a kernel threw, with the step and the tile.
  func located(_ error: any Error, tile: Int) -> any Error {
    guard var located = error as? TesseraError, !located.diagnostics.isEmpty else { return error }
    located.diagnostics[0].notes.append("in \(description), tile \(tile)")
    return located
  }
}
