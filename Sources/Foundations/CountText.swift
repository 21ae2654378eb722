/// A number of things: `1 file`, `12 files`. `things` is their word where it is not that of one with an s.
package func countText(_ count: Int, _ thing: String, _ things: String? = nil) -> String {
  count == 1 ? "1 \(thing)" : "\(count) \(things ?? thing + "s")"
}
