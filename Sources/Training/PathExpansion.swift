import Foundations
import Glibc

/// Paths of a configuration may hold environment variables, which count where the run is.
package enum PathExpansion {
  /// The path with each `$NAME` and `${NAME}` replaced by the variable's value.
  /// - Throws: `TesseraError` (badData) where a variable is not set.
  package static func expand(_ path: String) throws(TesseraError) -> String {
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest.removeFirst() }
      let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
      rest = rest.dropFirst(name.count)
      if isBraced {
        guard rest.first == "}" else {
          throw TesseraError(
            .badData, code: .badPath, "'\(path)' has '${' without '}'")
        }
        rest.removeFirst()
      }
      guard !name.isEmpty else {
        result += "$"
        continue
      }
      guard let value = getenv(String(name)) else {
        throw TesseraError(
          .badData, code: .unsetVariable,
          "'\(path)' names the environment variable \(name), which is not set",
          remedies: ["set \(name)", "give the path as a flag"])
      }
      result += String(cString: value)
    }
    return result + rest
  }
}
