/// Tokens by their UTF-8 bytes, for finding the longest one that a text begins with.
struct TokenTrie: Sendable {
  /// The node that each (node, byte) leads to.
  private var edges: [UInt64: UInt32] = [:]
  /// The id of the token that ends at each node, or -1.
  private var ids: [Int32] = [-1]

  mutating func insert(_ token: some Sequence<UInt8>, id: Int32) {
    var node: UInt32 = 0
    for byte in token {
      let edge = Self.edge(node, byte)
      if let next = edges[edge] {
        node = next
      } else {
        node = UInt32(ids.count)
        edges[edge] = node
        ids.append(-1)
      }
    }
    ids[Int(node)] = id
  }

  /// The longest token that `text` begins with: its id, and where it ends.
  func longestPrefix(of text: ArraySlice<UInt8>) -> (id: Int32, end: Int)? {
    var node: UInt32 = 0
    var longest: (id: Int32, end: Int)?
    for index in text.indices {
      guard let next = edges[Self.edge(node, text[index])] else { break }
      node = next
      if ids[Int(node)] >= 0 {
        longest = (ids[Int(node)], index + 1)
      }
    }
    return longest
  }

  private static func edge(_ node: UInt32, _ byte: UInt8) -> UInt64 {
    UInt64(node) << 8 | UInt64(byte)
  }
}
