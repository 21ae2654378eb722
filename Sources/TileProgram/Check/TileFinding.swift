/// A rule that a plan breaks, and where.
package struct TileFinding: Hashable, Sendable {
  /// What is wrong.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An element of a tensor lies on no tile, or on another number of tiles than there are copies.
    case layout
    /// A tensor or frame is not in the memory that a program may use.
    case address
    /// A step writes bytes that another tensor has and that are still to be read, or that it reads itself.
    case overlap
    /// A step reads what was not written before.
    case unwritten
    /// A tile gets another number of bytes than it lacks, or is sent what the sender does not have.
    case exchange
    /// A tile lacks what its vertex needs for its box of the results, or has another box.
    case operands
    /// A call and its function do not agree.
    case call
  }

  /// Which rule.
  package var kind: Kind
  /// The function's name.
  package var function: String
  /// The step's number in each block that it is in, the outermost first; empty for the function itself.
  package var step: [Int]
  /// The tensor's number in the function.
  package var tensor: Int?
  /// The first tile where it is so.
  package var tile: Int?
  /// What is so, in words.
  package var reason: String
}

extension TileFinding: CustomStringConvertible {
  /// "operands: 'layer', step 3.1, tensor 7, tile 5: ...".
  package var description: String {
    var place = "'\(function)'"
    if !step.isEmpty { place += ", step \(step.map(String.init).joined(separator: "."))" }
    if let tensor { place += ", tensor \(tensor)" }
    if let tile { place += ", tile \(tile)" }
    return "\(kind.rawValue): \(place): \(reason)"
  }
}
