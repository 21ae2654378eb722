import Foundations

/// The code of the error that the closure throws, or nil where it throws none.
package func errorCode(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as TesseraError {
    return error.diagnostics.first?.code.rawValue
  } catch {
    return "not a TesseraError"
  }
}
